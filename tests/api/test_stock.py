"""What is open now, and what was on earlier days."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from services.api.app import create_app
from services.api.caller import Caller, caller
from services.api.schemas.stock import StockList
from shared.config import Config
from shared.db.stores import score_days, stock_days
from shared.domain.agencies import AgencyTree
from shared.domain.counters import Counters, View
from shared.domain.figures import Counted
from shared.domain.periods import Period
from shared.domain.statuses import Status
from shared.domain.stock import Stock
from tests.api.world import PROVINCE, World, ask

MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)


async def items(client: httpx.AsyncClient, **params: object) -> list[dict[str, Any]]:
    response = await client.get("/v1/stock", params=params)
    assert response.status_code == 200, response.text
    StockList.model_validate(response.json())
    return list(response.json()["items"])


async def today(client: httpx.AsyncClient, **params: object) -> dict[str, Any]:
    return (await items(client, **params))[0]


async def kept(world: World, days_ago: int, **found: int) -> None:
    moment = world.now - days_ago * DAY
    stocks = {code.replace("_", "."): Stock(open=number) for code, number in found.items()}
    async with world.database.begin() as connection:
        await stock_days.keep(connection, PROVINCE, stocks, day=moment.date(), now=moment)


@pytest.fixture(autouse=True)
async def agencies(world: World) -> None:
    await world.agency("H20", level=1)
    await world.agency("H20.14", parent="H20", level=2)
    await world.agency("H20.14.05", parent="H20.14")
    await world.agency("H20.115", parent="H20", level=3)


async def test_nothing_is_open_in_an_empty_province(client: httpx.AsyncClient) -> None:
    (found,) = await items(client)
    assert (found["day"], found["kept_at"], found["open"], found["waiting"]["paused"]) == ("2026-11-20", None, 0, 0)


async def test_the_due_date_is_passed_after_it_and_the_window_at_its_end(client: httpx.AsyncClient, world: World) -> None:
    due = {"open_on_portal": True, "portal_status": Status.PROCESSING, "late_from": world.now + MICROSECOND}
    await world.judged("H20.1-1", due_at=world.now, portal_overdue_at=world.now, **due)
    untouched = {"status": Status.NEW, "portal_status": Status.NEW, "open_on_portal": True, "online": True}
    await world.judged("H20.1-2", **untouched, intake_by=world.now, portal_overdue_at=world.now)
    await world.judged("H20.1-3", **untouched, intake_by=world.now + MICROSECOND, portal_overdue_at=world.now + MICROSECOND)
    names = ("overdue", "overdue_on_portal", "untouched", "apologies_owed", "due_soon")
    assert [(await today(client))[name] for name in names] == [0, 1, 1, 0, 1]
    world.now += MICROSECOND
    assert [(await today(client))[name] for name in names] == [1, 3, 2, 1, 0]


async def test_due_soon_is_24_working_hours_ahead(client: httpx.AsyncClient, world: World) -> None:
    """Friday 14:00; Tuesday the 24th is a holiday."""
    ahead = world.now + 6 * DAY
    await world.judged("H20.1-1", due_at=ahead)
    await world.judged("H20.1-2", due_at=ahead + MICROSECOND)
    await world.judged("H20.1-3", due_at=ahead, status=Status.SUPPLEMENT)
    assert (await today(client))["due_soon"] == 1


async def test_what_waits_is_told_by_what_it_waits_for(client: httpx.AsyncClient, world: World) -> None:
    waits = {"paused_since": world.now - DAY}
    for number, status in enumerate((Status.SUPPLEMENT, Status.PAYMENT, Status.PAYMENT, Status.STOPPED, Status.PAUSED)):
        await world.judged(f"H20.1-{number}", status=status, **waits)
    await world.judged("H20.1-8", status=Status.UNKNOWN, portal_status=Status.SUPPLEMENT, **waits)
    await world.judged("H20.1-9", status=Status.STOPPED, ended_at=world.now, **waits)
    found = await today(client)
    assert (found["open"], found["waiting"]) == (6, {"supplement": 2, "payment": 2, "stopped": 1, "paused": 1})


async def test_an_apology_is_owed_for_thirty_days_after_a_late_end(client: httpx.AsyncClient, world: World) -> None:
    late = {"late_from": world.now - 60 * DAY, "status": Status.RETURNED}
    await world.judged("H20.1-1", **late, ended_at=world.now - 30 * DAY + MICROSECOND)
    await world.judged("H20.1-2", **late, ended_at=world.now - 30 * DAY)
    await world.judged("H20.1-3", **late, ended_at=world.now - DAY, apologised=True)
    found = await today(client)
    assert (found["apologies_owed"], found["open"]) == (1, 0)


async def test_an_agency_includes_what_is_below_it_on_every_day(client: httpx.AsyncClient, world: World) -> None:
    for number, agency in enumerate(("H20.14", "H20.14.05", "H20.115")):
        await world.judged(f"H20.1-{number}", agency=agency)
    await kept(world, 1, H20_14=3, H20_14_05=4, H20_115=5)
    for agency, opened in (("H20.14", [2, 7]), ("H20.14.05", [1, 4]), ("H20", [3, 12])):
        assert [day["open"] for day in await items(client, agency=agency)] == opened
    assert [day["open"] for day in await items(client, agency=["H20.14.05", "H20.14", "H20.115"])] == [3, 12]


async def test_days_are_told_latest_first_and_today_is_counted_anew(client: httpx.AsyncClient, world: World) -> None:
    for days_ago in (0, 1, 2, 29, 30):
        await kept(world, days_ago, H20_14=100 + days_ago)
    found = await items(client)
    assert [(day["day"], day["open"]) for day in found] == [
        ("2026-11-20", 0),
        ("2026-11-19", 101),
        ("2026-11-18", 102),
        ("2026-10-22", 129),
    ]
    assert [day["kept_at"] for day in found[:2]] == [None, "2026-11-19T14:00:00+07:00"]
    assert [day["open"] for day in await items(client, **{"from": "2026-10-21", "to": "2026-11-18"})] == [102, 129, 130]
    assert await items(client, **{"from": "2026-11-01", "to": "2026-11-01"}) == []


async def test_it_is_read_page_by_page(client: httpx.AsyncClient, world: World) -> None:
    for days_ago in (1, 2, 3):
        await kept(world, days_ago, H20_14=days_ago)
    first = (await client.get("/v1/stock", params={"limit": 3})).json()
    second = (await client.get("/v1/stock", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [day["open"] for body in (first, second) for day in body["items"]] == [0, 1, 2, 3]
    assert second["next_cursor"] is None


async def test_the_figures_are_those_of_the_list_of_dossiers(client: httpx.AsyncClient, world: World) -> None:
    for number, due in enumerate((world.now - DAY, world.now - MICROSECOND, world.now, world.now + DAY)):
        await world.judged(f"H20.1-{number}", due_at=due, portal_overdue_at=due, portal_status=4, open_on_portal=True)
    found = await today(client)
    for name in ("overdue", "overdue_on_portal", "open"):
        counted = (await client.get("/v1/dossiers", params={name: "true", "count": "true"})).json()["count"]
        assert found[name] == counted


@pytest.fixture
async def office(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client that may see one office alone."""
    app = create_app(world.database, Config(), clock=world.clock)
    app.dependency_overrides[caller] = lambda: Caller(AgencyTree({"H20.14.05": "H20.14"}))
    async with ask(app) as bounded:
        yield bounded


async def test_a_bounded_caller_is_counted_only_his_own(office: httpx.AsyncClient, world: World) -> None:
    for number, agency in enumerate(("H20.14", "H20.14.05", "H20.115")):
        await world.judged(f"H20.1-{number}", agency=agency)
    await kept(world, 1, H20_14=3, H20_14_05=4, H20_115=5)
    assert [day["open"] for day in await items(office)] == [1, 4]
    assert (await office.get("/v1/stock", params={"agency": "H20.14"})).status_code == 422
    assert (await office.get("/v1/scores", params={"agency": "H20.14.05"})).json()["stock"]["open"] == 1


async def test_a_card_tells_what_is_open_at_the_unit(client: httpx.AsyncClient, world: World) -> None:
    await world.judged("H20.1-1", agency="H20.14.05", due_at=world.now - DAY)
    await world.judged("H20.1-2", agency="H20.115")
    for view in ("portal", "home"):
        stock = (await client.get("/v1/scores", params={"agency": "H20.14", "view": view})).json()["stock"]
        assert (stock["open"], stock["overdue"]) == (1, 1)
    assert (await client.get("/v1/scores")).json()["stock"]["open"] == 2
    assert (await client.get("/v1/scores", params={"period": "2026-10"})).json()["stock"] is None, "now is not in October"
    await world.official("H20")
    assert (await client.get("/v1/scores", params={"view": "official"})).json()["stock"] is None


async def test_a_card_of_an_earlier_day_tells_what_was_open_then(client: httpx.AsyncClient, world: World) -> None:
    async with world.database.begin() as connection:
        found = {"H20.14": Counted(counters=Counters(accepted=1))}
        await score_days.keep(connection, PROVINCE, View.PORTAL, Period.parse("2026"), found, day=date(2026, 11, 1))
    await kept(world, 2, H20_14=3, H20_14_05=4)
    for as_of, opened in (("2026-11-18", 7), ("2026-11-17", None)):
        stock = (await client.get("/v1/scores", params={"agency": "H20.14", "as_of": as_of})).json()["stock"]
        assert (stock and stock["open"]) == opened


BAD = [
    ({"from": "2026-11-20", "to": "2026-11-19"}, ["from"]),
    ({"from": "2026-11-21"}, ["from"]),
    ({"to": "2026-11-21"}, ["to"]),
    ({"from": "2025-11-19"}, ["from"]),
    ({"from": "1999-12-31", "to": "2000-01-01"}, ["from"]),
    ({"from": "0001-01-01", "to": "0001-01-02"}, ["from", "to"]),
    ({"from": "20/11/2026"}, ["from"]),
    ({"to": "2026-11-31"}, ["to"]),
    ({"agency": "H99"}, ["agency"]),
    ({"day": "2026-11-20"}, ["day"]),
    ({"limit": "0"}, ["limit"]),
]


@pytest.mark.parametrize(("params", "named"), BAD)
@pytest.mark.parametrize("path", ["/v1/stock", "/v1/measures"])
async def test_what_cannot_be_answered_is_named(
    client: httpx.AsyncClient, path: str, params: dict[str, str], named: list[str]
) -> None:
    response = await client.get(path, params=params)
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == named


@pytest.mark.parametrize("path", ["/v1/stock", "/v1/measures"])
async def test_a_year_is_the_longest_span(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path, params={"from": "2025-11-20"})).status_code == 200
