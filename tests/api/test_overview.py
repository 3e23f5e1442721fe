"""The morning page in one call: everything of an agency with what is below it, and nothing of another."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.api.app import create_app
from services.api.schemas.overview import Overview
from shared.config import Config
from shared.domain.access import Scope
from shared.domain.counters import Counters
from shared.domain.statuses import Status
from tests.api.conftest import OFTEN
from tests.api.test_access import OTHER_KEY
from tests.api.test_webhooks import refused
from tests.api.world import World, ask, bearer, let_in

PATH = "/v1/overview"
HOUR = timedelta(hours=1)
SCOPES = (Scope.ALERTS_READ, Scope.DOSSIERS_READ, Scope.SCORES_READ)


async def overview(client: httpx.AsyncClient, **asked: str) -> dict[str, Any]:
    response = await client.get(PATH, params=asked)
    assert response.status_code == 200, response.text
    Overview.model_validate(response.json())
    return dict(response.json())


@pytest.fixture
async def working(world: World) -> World:
    """Two communes, it is Friday 20 November 2026, 14:00: late dossiers, one that ended, one handed in at noon."""
    await world.source("igate")
    await world.agency("H20", "Tỉnh", level=1)
    for agency, name in (("H20.114", "Phường Sơn Qui"), ("H20.115", "Xã Tân Phú")):
        await world.agency(agency, name, "H20", level=3)
    now = world.now
    for number, due in enumerate(
        (now - timedelta(microseconds=1), now, now + 10 * HOUR - timedelta(microseconds=1), now + 10 * HOUR)
    ):
        await world.judged(f"H20.114-261101-000{number}", agency="H20.114", status=Status.PROCESSING, due_at=due)
    await world.judged("H20.115-261101-0001", agency="H20.115", status=Status.PROCESSING, due_at=now - 50 * HOUR)
    ended = {"status": Status.FINISHED, "ended_at": now - HOUR, "open_on_portal": True}
    await world.judged("H20.114-261101-0009", agency="H20.114", **ended)
    untouched = {"status": Status.NEW, "online": True, "intake_by": now + HOUR}
    await world.judged("H20.114-261120-0001", agency="H20.114", submitted_at=now - 2 * HOUR, **untouched)
    await world.judged("H20.114-261120-0002", agency="H20.114", submitted_at=now - HOUR / 4, **untouched)
    await world.alert("H20.114-261101-0000", agency="H20.114", severity="critical")
    await world.alert("H20.114-261101-0001", agency="H20.114", state="acknowledged")
    return world


def codes(part: dict[str, Any]) -> list[str]:
    return [entry["code"][-4:] for entry in part["first"]]


async def test_an_agency_sees_what_expires_what_is_late_and_what_is_not_known_to_the_portal(
    client: httpx.AsyncClient, working: World
) -> None:
    page = await overview(client, agency="H20.114")
    assert page["agency"] == {"code": "H20.114", "name": "Phường Sơn Qui"}
    assert (page["overdue"]["total"], codes(page["overdue"])) == (1, ["0000"]), "a due date is passed after it"
    assert codes(page["due_today"]) == ["0001", "0002"], "today ends at midnight"
    assert codes(page["unsynced"]) == ["0009"]
    assert codes(page["out_of_hours"]) == ["0001"], "handed in at noon; the other one in working time"
    assert (page["unacknowledged"], page["critical"]) == (1, 1)
    assert page["text"].startswith("[BẢN TIN SÁNG] Phường Sơn Qui, ngày 20/11/2026.")


async def test_the_province_sees_everything_below_it(client: httpx.AsyncClient, working: World) -> None:
    page = await overview(client)
    assert page["agency"]["code"] == "H20"
    assert codes(page["overdue"]) == ["0001", "0000"], "the oldest first"


async def test_the_province_sees_what_is_below_target_and_who(client: httpx.AsyncClient, working: World) -> None:
    await working.counts("H20.114", *[Counters(accepted=1)] * 20)
    await working.counts("H20.115", *[Counters(accepted=1)] * 19)
    score = (await overview(client))["score"]
    assert "2.1" in {one["id"] for one in score["below"]}
    (lowest,) = score["agencies_below"]["first"]
    assert (score["agencies_below"]["total"], score["agencies_below"]["of"]) == (1, 1)
    assert lowest["agency"] == {"code": "H20.114", "name": "Phường Sơn Qui"}
    assert lowest["total"] < score["target"] == 90
    assert (await overview(client, agency="H20.114"))["score"]["agencies_below"] is None


async def test_ten_are_named_and_all_are_counted(client: httpx.AsyncClient, working: World) -> None:
    for number in range(20, 35):
        due = working.now - number * HOUR
        await working.judged(f"H20.115-261101-00{number}", agency="H20.115", status=Status.PROCESSING, due_at=due)
    page = await overview(client, agency="H20.115")
    assert (page["overdue"]["total"], len(page["overdue"]["first"])) == (16, 10)


async def test_a_bound_caller_sees_his_own_morning_and_no_other(working: World) -> None:
    await let_in(working.database, OTHER_KEY, *SCOPES, agency="H20.114")
    async with ask(create_app(working.database, Config(access=OFTEN), clock=working.clock)) as client:
        client.headers.update(bearer(OTHER_KEY))
        page = await overview(client)
        assert page["agency"]["code"] == "H20.114"
        assert "H20.115" not in str(page)
        for other in ("H20", "H20.115", "H20.999"):
            assert (await client.get(PATH, params={"agency": other})).status_code == 404


@pytest.mark.parametrize("lacking", SCOPES)
async def test_it_takes_all_three_scopes(working: World, lacking: Scope) -> None:
    await let_in(working.database, OTHER_KEY, *(scope for scope in SCOPES if scope is not lacking))
    async with ask(create_app(working.database, Config(access=OFTEN), clock=working.clock)) as client:
        assert (await client.get(PATH, headers=bearer(OTHER_KEY))).status_code == 403


@pytest.mark.parametrize(("parameter", "value"), [("agency", "x\0"), ("agencies", "H20"), ("limit", "5")])
async def test_what_cannot_be_used_is_named(client: httpx.AsyncClient, parameter: str, value: str) -> None:
    assert [name for name, _ in await refused(await client.get(PATH, params={parameter: value}), 422)] == [parameter]


async def test_the_same_page_is_not_sent_twice(client: httpx.AsyncClient, working: World) -> None:
    tag = (await client.get(PATH)).headers["etag"]
    assert (await client.get(PATH, headers={"If-None-Match": tag})).status_code == 304


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with ask(create_app(world.database, Config(access=OFTEN), clock=world.clock)) as asked:
        yield asked
