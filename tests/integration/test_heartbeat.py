"""The sign of life comes while cycles finish and stops when none does; its address is never told."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx
from pydantic import SecretStr
from structlog.testing import capture_logs

from services.monitor.steps.heartbeat import Heartbeat, lives
from shared.config import HeartbeatConfig
from tests.integration.world import PROVINCE, World

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SPAN = timedelta(minutes=10)
LEAST = timedelta(microseconds=1)
URL = "https://beats.example/secret-token"


def test_it_lives_until_just_before_the_span_is_over() -> None:
    assert lives([NOW - SPAN + LEAST, NOW], SPAN, now=NOW)
    assert not lives([NOW - SPAN, NOW], SPAN, now=NOW)


def test_a_source_never_settled_or_no_source_at_all_is_no_life() -> None:
    assert not lives([NOW, None], SPAN, now=NOW)
    assert not lives([], SPAN, now=NOW)


@pytest.fixture
async def beating(world: World):
    heartbeat = Heartbeat(world.database, PROVINCE, HeartbeatConfig(url=SecretStr(URL)))
    yield heartbeat
    await heartbeat.aclose()


@respx.mock
async def test_nothing_is_sent_before_a_whole_cycle_finished(world, beating) -> None:
    address = respx.post(URL)
    assert await beating.run() == "held_back"
    assert not address.called
    await world.monitor.once()
    assert await beating.run() == "sent"
    assert address.called


@respx.mock
@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(302), httpx.ConnectError("no")])
async def test_a_receiver_that_fails_is_told_without_its_address(world, beating, answer) -> None:
    respx.post(URL).mock(side_effect=[answer])
    await world.monitor.once()
    with capture_logs() as lines:
        assert await beating.run() == "failed"
    assert lines
    assert "secret-token" not in repr(lines)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="must begin with https"):
        HeartbeatConfig.model_validate({"url": "ftp://beats.example"})
