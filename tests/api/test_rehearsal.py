"""Other rules are rehearsed on what dossiers went through, beside what was really told; nothing is written."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from services.api.app import create_app
from services.api.rehearsing import Rehearsing
from services.api.schemas.rehearsal import RehearsalBody
from shared.config import Config
from shared.db import tables
from shared.domain.access import Scope
from shared.domain.records import Channel
from shared.domain.statuses import Status
from tests.api.conftest import OFTEN
from tests.api.test_access import OTHER_KEY
from tests.api.test_webhooks import refused
from tests.api.world import World, ask, bearer, let_in

PATH = "/v1/rules/rehearse"
HOUR = timedelta(hours=1)
SAME = {"intake": {"warn_before": "2h"}}
CONFIG = Config.model_validate(
    {
        "portal": {"base_url": "http://127.0.0.1:1", "username": "u", "password": "p", "unit_code": "H20"},
        "home": [{"name": "igate", "base_url": "http://127.0.0.1:2", "client_id": "c", "client_secret": "s", "main": True}],
        "access": OFTEN.model_dump(),
    }
)


@pytest.fixture
async def office(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a province with a portal and a home system."""
    async with ask(create_app(world.database, CONFIG, clock=world.clock)) as client:
        yield client


async def untouched(world: World, number: int, ago: timedelta, agency: str = "H20.114") -> None:
    """An online dossier nobody has taken up since it was handed in."""
    code, submitted = f"{agency}-261120-{number:04}", world.now - ago
    about = {"submitted_at": submitted, "channel": Channel.ONLINE, "status": Status.NEW, "agency": agency}
    for source in ("igate", "portal"):
        await world.record(source, code, source_id=f"{source}-{number}", **about)
    await world.judged(code, agency=agency)


async def rehearse(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    response = await client.post(PATH, json={"rules": SAME, "days": 1, **body})
    assert response.status_code == 200, response.text
    return RehearsalBody.model_validate(response.json()).model_dump(mode="json")


def volume(alerts: int, messages: int) -> dict[str, int]:
    return {"alerts": alerts, "messages": messages}


async def test_each_agency_sees_what_it_had_and_what_it_would_have_had(office: httpx.AsyncClient, world: World) -> None:
    await world.agency("H20.114", "Phường Sơn Qui")
    await untouched(world, 1, 5 * HOUR)
    await untouched(world, 2, 7 * HOUR, "H20.115")
    await world.happened(rule="intake.due_soon", severity="warning", agency="H20.115")
    found = await rehearse(office, rules={"intake": {"warn_before": "4h"}})
    assert (found["dossiers"], found["rehearsed"]) == (2, 2)
    assert found["total"] == {"had": volume(1, 1), "present": volume(1, 1), "changed": volume(2, 2)}
    by_agency = {item["agency"]["name"]: item for item in found["by_agency"]}
    assert by_agency["Phường Sơn Qui"]["changed"] == volume(1, 1)
    assert by_agency["Phường Sơn Qui"]["present"] == by_agency["Phường Sơn Qui"]["had"] == volume(0, 0)
    assert by_agency["H20.115"]["had"] == by_agency["H20.115"]["present"] == by_agency["H20.115"]["changed"] == volume(1, 1)
    assert [(item["rule"], item["changed"]) for item in found["by_rule"]] == [("intake.due_soon", volume(2, 2))]


async def test_what_a_record_said_earlier_counts_then(office: httpx.AsyncClient, world: World) -> None:
    await world.history_starts()
    await untouched(world, 1, 20 * HOUR)
    for source in ("igate", "portal"):
        fields = {"status": [1, 4], "accepted_at": [None, "2026-11-20T01:00:00Z"]}
        about = {"source": source, "source_id": f"{source}-1", "code": "H20.114-261120-0001"}
        await world.write(tables.record_history, at=world.now - HOUR, changes=fields, **about)
    found = await rehearse(office)
    assert found["total"]["present"]["alerts"] == 1, "it lay untouched before it was taken up"


async def test_what_was_wrong_from_the_start_was_no_message(office: httpx.AsyncClient, world: World) -> None:
    await world.happened(id=1)
    await world.happened(id=2, event="alert.resolved", state="resolved")
    row = {"event": "alert.opened", "subject": "dossier:X", "alert_id": 3, "alert": {"agency": "H20.114", "rule": "x"}}
    await world.write(tables.outbox, at=world.now, reason="baseline", **row)
    await world.write(tables.outbox, at=world.now - timedelta(days=1), **row)
    await world.write(tables.outbox, at=world.now, **{**row, "subject": "source:igate"})
    assert (await rehearse(office))["total"]["had"] == volume(1, 2)


async def test_of_many_dossiers_some_are_drawn_and_counted_for_all(world: World) -> None:
    app = create_app(world.database, CONFIG, clock=world.clock)
    app.state.rehearsing = Rehearsing(CONFIG, most=20)
    for number in range(60):
        await untouched(world, number, 7 * HOUR)
    async with ask(app) as client:
        found = await rehearse(client)
    assert (found["dossiers"], 5 < found["rehearsed"] < 40) == (60, True)
    assert found["total"]["present"] == volume(60, 60)


async def test_nothing_is_written(office: httpx.AsyncClient, world: World) -> None:
    async def written() -> list[int | None]:
        async with world.database.begin() as connection:
            counted = (select(func.count()).select_from(table) for table in tables.metadata.sorted_tables)
            return [await connection.scalar(query) for query in counted]

    await untouched(world, 1, 7 * HOUR)
    before = await written()
    await rehearse(office)
    assert await written() == before


async def test_a_dossier_that_ended_long_ago_is_left_alone(office: httpx.AsyncClient, world: World) -> None:
    for number, days in ((1, 32), (2, 33)):
        code = f"H20.114-261020-000{number}"
        await world.record("igate", code, source_id=f"igate-{number}")
        await world.judged(code, agency="H20.114", ended_at=world.now - timedelta(days=days))
    assert (await rehearse(office))["dossiers"] == 1


async def test_a_bound_caller_rehearses_his_own(office: httpx.AsyncClient, world: World) -> None:
    for agency in ("H20.114", "H20.115"):
        await world.agency(agency)
        await untouched(world, int(agency[-3:]), 7 * HOUR, agency)
        await world.happened(rule="intake.due_soon", agency=agency)
    await let_in(world.database, OTHER_KEY, Scope.ALERTS_READ, agency="H20.114")
    office.headers.update(bearer(OTHER_KEY))
    found = await rehearse(office)
    assert [item["agency"]["code"] for item in found["by_agency"]] == ["H20.114"]
    assert found["total"]["had"] == found["total"]["present"] == volume(1, 1)
    answer = await office.post(PATH, json={"rules": SAME, "agencies": ["H20.115"]})
    assert [name for name, _ in await refused(answer, 422)] == ["agencies"]


async def test_one_at_a_time(world: World) -> None:
    app = create_app(world.database, CONFIG, clock=world.clock)
    async with ask(app) as client, app.state.rehearsing.alone():
        answer = await client.post(PATH, json={"rules": SAME})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
    async with ask(app) as client:
        assert (await client.post(PATH, json={"rules": SAME})).status_code == 200


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "rules"),
        ({"rules": {"intake": {"window": "soon"}}}, "rules.intake.window"),
        ({"rules": {"intake": {"warn_before": "9h"}}}, "rules.intake"),
        ({"rules": {"intake": {"warn_before": None}}}, "rules.intake.warn_before"),
        ({"rules": {"intake": {"windows": "8h"}}}, "rules.intake.windows"),
        ({"rules": {"deadline": {"leads": [["8h", "2h"]]}}}, "rules.deadline.leads"),
        ({"rules": {"deadline": {"leads": [["8h"]]}}}, "rules.deadline.leads.0"),
        ({"rules": {"sync": {"hold": "9999d"}}}, "rules.sync.hold"),
        ({"rules": {"payment": {}}}, "rules.payment"),
        ({"rules": SAME, "days": 0}, "days"),
        ({"rules": SAME, "days": 32}, "days"),
        ({"rules": SAME, "agencies": ["H20.999"]}, "agencies"),
    ],
)
async def test_what_cannot_be_rehearsed_is_named(office: httpx.AsyncClient, body: dict[str, Any], named: str) -> None:
    assert [name for name, _ in await refused(await office.post(PATH, json=body), 422)] == [named]


async def test_a_longer_window_of_the_configuration_allows_a_longer_warning(world: World) -> None:
    config = CONFIG.model_copy(update={"rules": CONFIG.rules.model_validate({"intake": {"window": "24h"}})})
    async with ask(create_app(world.database, config, clock=world.clock)) as client:
        await rehearse(client, rules={"intake": {"warn_before": "9h"}})


async def test_others_are_answered_meanwhile(office: httpx.AsyncClient, world: World) -> None:
    for number in range(5):
        await untouched(world, number, 7 * HOUR)
    rehearsing = asyncio.create_task(rehearse(office))
    assert (await office.get("/healthz")).status_code == 200
    await rehearsing
