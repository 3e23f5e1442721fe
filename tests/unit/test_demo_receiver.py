"""The receiver of the demo takes what is signed for it, each message once, and nothing else."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from standardwebhooks import Webhook

from services.demo_receiver import Receiver
from shared.domain.events import EventType
from shared.domain.payloads import body_of, data_of
from shared.domain.rendering import Rendering
from shared.domain.samples import NAMES, sample

from .builders import calendar
from .events import HAPPENED

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def body(type_: EventType) -> str:
    event = sample(type_, HAPPENED)
    return body_of(event, data_of(event, Rendering(NAMES, calendar())))


def signed(sent: str, *, id_: str = "msg_1", at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
    moment = at or datetime.now(UTC)
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, moment, sent),
    }


async def post(receiver: Receiver, sent: str, headers: dict[str, str]) -> int:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(receiver.app), base_url="http://receiver") as client:
        return (await client.post("/", content=sent.encode(), headers=headers)).status_code


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def receiver(lines: list[str]) -> Receiver:
    made = Receiver(lines.append)
    made.secret = SECRET
    return made


@pytest.mark.parametrize("type_", EventType)
async def test_every_event_is_told_in_one_line(receiver: Receiver, lines: list[str], type_: EventType) -> None:
    sent = body(type_)
    assert await post(receiver, sent, signed(sent)) == 204
    assert len(lines) == 1
    assert lines[0].startswith(type_)
    assert "\n" not in lines[0]


async def test_a_message_that_comes_again_is_accepted_and_not_told_again(receiver: Receiver, lines: list[str]) -> None:
    sent = body(EventType.ALERT_OPENED)
    assert [await post(receiver, sent, signed(sent)) for _ in range(3)] == [204] * 3
    assert await post(receiver, sent, signed(sent, id_="msg_2")) == 204
    assert len(lines) == 2


async def test_what_is_not_signed_for_it_is_refused(receiver: Receiver, lines: list[str]) -> None:
    sent = body(EventType.ALERT_OPENED)
    old = datetime.now(UTC) - timedelta(minutes=6)
    other = signed(sent, secret="whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhpcnR5LXR3byBieXQ=")
    assert [await post(receiver, sent, headers) for headers in ({}, other, signed(sent, at=old))] == [401] * 3
    assert await post(receiver, sent + " ", signed(sent)) == 401
    assert await post(receiver, sent, signed(sent) | {"webhook-signature": "v1,abcde"}) == 401
    receiver.secret = None
    assert await post(receiver, sent, signed(sent)) == 401
    assert lines == []
