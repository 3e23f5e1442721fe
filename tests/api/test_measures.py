"""The plans' measures: of a span of days, or of the moment."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.api.app import create_app
from services.api.caller import Caller, caller
from services.api.schemas.measures import MeasureList
from shared.config import Config
from shared.db.stores import marks
from shared.domain.agencies import AgencyTree
from shared.domain.counters import Counters, Mark, View
from shared.domain.measures import NUMBERS
from shared.domain.statuses import Status
from shared.domain.working_time import LOCAL
from tests.api.world import PROVINCE, World, ask

MICROSECOND = timedelta(microseconds=1)
DAY = date(2026, 11, 3)


async def body(client: httpx.AsyncClient, **params: Any) -> dict[str, Any]:
    response = await client.get("/v1/measures", params=params)
    assert response.status_code == 200, response.text
    MeasureList.model_validate(response.json())
    return dict(response.json())


async def numbers(client: httpx.AsyncClient, measure: str, **params: Any) -> tuple[int, int]:
    (item,) = (await body(client, measure=measure, **params))["items"]
    return item["numerator"], item["denominator"]


async def accepted(world: World, number: int, day: date = DAY, **values: Any) -> None:
    await world.judged(f"H20.1-{number}", **{"source": "igate", "counted_on": day, "accepted": True, **values})


async def digitised(world: World, agency: str, done: int, of: int, day: date = DAY, view: View = View.PORTAL) -> None:
    """Let dossiers of an agency be accepted, some of them digitised."""
    found = {}
    for number in range(of):
        code, counters = f"{agency}-{view}-{day}-{number}", Counters(accepted=1, digitised=int(number < done))
        await world.judged(code, agency=agency, sector="HT", status=None)
        found[code] = (Mark(view=view, day=day, agency=agency, procedure="1.1", counters=counters),)
    async with world.database.begin() as connection:
        await marks.write(connection, PROVINCE, {}, found)


@pytest.fixture(autouse=True)
async def agencies(world: World) -> None:
    await world.agency("H20", "Tỉnh Đồng Tháp", level=1)
    await world.agency("H20.14", "Sở Tư pháp", "H20", level=2)
    await world.agency("H20.14.05", "Phòng 5", "H20.14")
    await world.agency("H20.115", "Phường Cao Lãnh", "H20", level=3)


async def test_every_measure_tells_what_it_is_of_its_target_and_its_source(client: httpx.AsyncClient) -> None:
    found = await body(client)
    assert [item["id"] for item in found["items"]] == [*NUMBERS, "m.digitised"]
    assert (found["from"], found["to"], found["as_of"]) == ("2026-11-01", "2026-11-20", "2026-11-20T14:00:00+07:00")
    assert {item["id"] for item in found["items"] if item["of"] == "moment"} == {"m.overdue_on_portal", "m.paused"}
    assert {(item["numerator"], item["denominator"], item["percent"], item["reached"]) for item in found["items"]} == {
        (0, 0, None, None)
    }
    asked = {item["id"]: (item["must"], item["target"]) for item in found["items"] if item["level"] is None}
    assert (asked["m.overdue_on_portal"], asked["m.land_online"]) == (("below", 2), ("above", 90))
    assert (asked["m.apology"], asked["m.paused"]) == (("at_least", 100), (None, None))
    assert all("ế hoạch" in item["source"] or "Khung" in item["source"] for item in found["items"])


async def test_a_span_counts_both_its_days(client: httpx.AsyncClient, world: World) -> None:
    for number, day in enumerate((date(2026, 10, 14), date(2026, 10, 15), date(2026, 11, 14), date(2026, 11, 15))):
        await accepted(world, number, day)
    assert await numbers(client, "m.status_in_step", **{"from": "2026-10-15", "to": "2026-11-14"}) == (2, 2)
    assert await numbers(client, "m.status_in_step", to="2026-10-14") == (1, 1), "from the first of that month"


@pytest.mark.parametrize(
    ("measure", "values", "rules"),
    [
        ("m.status_in_step", {}, ["sync.status_mismatch", "sync.missing_on_portal", "sync.status_unknown"]),
        ("m.result_in_step", {"result_at_home": True}, ["sync.result_missing", "sync.missing_on_portal"]),
        (
            "m.payment_in_step",
            {"paid_online": True},
            ["sync.payment_mismatch", "sync.missing_on_portal", "sync.missing_at_home"],
        ),
    ],
)
async def test_what_is_in_step_is_what_no_rule_stands_of(
    client: httpx.AsyncClient, world: World, measure: str, values: dict[str, Any], rules: list[str]
) -> None:
    await accepted(world, 1, **values)
    await accepted(world, 2, **values, out_of_step=["sync.field_mismatch"])
    for number, rule in enumerate(rules, start=3):
        await accepted(world, number, **values, out_of_step=["sync.field_mismatch", rule])
    await accepted(world, 9, source=None)
    assert await numbers(client, measure) == (2, 2 + len(rules))


async def test_intake_counts_by_the_day_of_submission_and_leaves_what_may_still_be_in_time(
    client: httpx.AsyncClient, world: World
) -> None:
    closes = world.now
    begins = datetime(2026, 11, 20, tzinfo=LOCAL)
    facts = {"submitted_at": begins, "intake_by": closes, "online": True}
    for number, taken_up_at in enumerate((closes, closes + MICROSECOND, None)):
        await world.judged(f"H20.1-{number}", **facts, taken_up_at=taken_up_at)
    await world.judged("H20.1-7", **facts | {"intake_by": closes + MICROSECOND})
    await world.judged("H20.1-8", **facts | {"submitted_at": begins - MICROSECOND})
    await world.judged("H20.1-9", submitted_at=begins)
    assert await numbers(client, "m.intake_8h", **{"from": "2026-11-20"}) == (1, 3)
    world.now += MICROSECOND
    assert await numbers(client, "m.intake_8h", **{"from": "2026-11-20"}) == (1, 4)
    assert await numbers(client, "m.intake_8h", to="2026-11-19") == (0, 1)


async def test_the_rate_on_the_portal_is_of_the_moment_whatever_the_days(client: httpx.AsyncClient, world: World) -> None:
    for number in range(50):
        late = {"portal_overdue_at": world.now - MICROSECOND} if number == 0 else {}
        await world.judged(f"H20.1-{number}", open_on_portal=True, portal_status=Status.PROCESSING, **late)
    for days in ({}, {"from": "2026-01-01", "to": "2026-01-31"}):
        (item,) = (await body(client, measure="m.overdue_on_portal", **days))["items"]
        assert (item["percent"], item["reached"]) == (2.0, False), "exactly at the target it is missed"
    await world.judged("H20.1-99", open_on_portal=True, portal_status=Status.PROCESSING)
    (item,) = (await body(client, measure="m.overdue_on_portal"))["items"]
    assert (item["percent"], item["reached"]) == (1.96, True)


async def test_an_apology_is_wanted_from_just_after_the_due_date(client: httpx.AsyncClient, world: World) -> None:
    await accepted(world, 1, late_from=world.now)
    await accepted(world, 2, late_from=world.now, apologised=True)
    await accepted(world, 3, late_from=world.now + MICROSECOND, apologised=True)
    assert await numbers(client, "m.apology") == (1, 2)


async def test_land_is_the_sectors_the_configuration_names_and_online_results_are_owed(
    client: httpx.AsyncClient, world: World
) -> None:
    for number, (sector, online) in enumerate((("G13-DD", True), ("G13-DD", False), ("HT", True), (None, True))):
        await accepted(world, number, sector=sector, online=online, online_result=[True, False, None, None][number])
    await accepted(world, 8, sector="G13-DD", online=True, accepted=False)
    assert await numbers(client, "m.land_online") == (1, 2)
    assert await numbers(client, "m.online_e_result") == (1, 2)


async def test_pauses_are_told_by_sector_with_their_mean_in_working_days(client: httpx.AsyncClient, world: World) -> None:
    await world.procedure("1.1", sector="DD", sector_name="Đất đai")
    waits = {"status": Status.PAYMENT, "sector": "DD"}
    await world.judged("H20.1-1", **waits, paused_since=datetime(2026, 11, 19, 14, tzinfo=LOCAL))
    await world.judged("H20.1-2", **waits, paused_since=datetime(2026, 11, 18, 14, tzinfo=LOCAL))
    await world.judged("H20.1-3", sector="HT", status=Status.STOPPED, paused_since=world.now + MICROSECOND)
    await world.judged("H20.1-4", sector=None)
    found = (await body(client, measure="m.paused", by="sector"))["items"]
    assert [(item["sector"], item["numerator"], item["denominator"], item["average_days"]) for item in found] == [
        ({"code": "DD", "name": "Đất đai"}, 2, 2, 1.5),
        ({"code": "HT", "name": "HT"}, 1, 1, 0.0),
        (None, 0, 1, None),
    ]


async def test_digitised_is_what_the_card_counts_in_4_2_by_level(client: httpx.AsyncClient, world: World) -> None:
    await digitised(world, "H20.14", 1, 1)
    await digitised(world, "H20.14.05", 0, 1)
    await digitised(world, "H20.115", 95, 100)
    await digitised(world, "H20.115", 1, 1, view=View.HOME)
    await digitised(world, "H20.115", 1, 1, day=date(2026, 10, 31))
    found = (await body(client, measure="m.digitised"))["items"]
    assert [(item["level"], item["numerator"], item["denominator"], item["target"], item["reached"]) for item in found] == [
        ("province", 1, 2, 100, False),
        ("commune", 95, 100, 95, True),
    ]
    card = (await client.get("/v1/scores", params={"period": "2026-11"})).json()
    (counted,) = [one for group in card["groups"] for one in group["indicators"] if one["id"] == "4.2"]
    assert (counted["numerator"], counted["denominator"]) == (96, 102)


async def test_each_agency_is_told_with_everything_below_it(client: httpx.AsyncClient, world: World) -> None:
    for number, agency in enumerate(("H20.14", "H20.14.05", "H20.115")):
        await accepted(world, number, agency=agency)
    found = (await body(client, measure="m.status_in_step", by="agency"))["items"]
    assert [(item["agency"]["code"], item["denominator"]) for item in found] == [
        ("H20", 3),
        ("H20.115", 1),
        ("H20.14", 2),
        ("H20.14.05", 1),
    ]
    for item in found:
        alone = await numbers(client, "m.status_in_step", agency=item["agency"]["code"])
        assert alone == (item["numerator"], item["denominator"])
    narrowed = (await body(client, measure="m.status_in_step", by="agency", agency="H20.14"))["items"]
    assert [item["agency"]["name"] for item in narrowed] == ["Sở Tư pháp", "Phòng 5"]


async def test_it_is_read_page_by_page_in_the_order_of_the_measures(client: httpx.AsyncClient, world: World) -> None:
    await accepted(world, 1, agency="H20.115")
    pages, cursor = [], None
    while not pages or cursor:
        page = await body(client, by="agency", limit=7, **({"cursor": cursor} if cursor else {}))
        cursor = page["next_cursor"]
        pages += [(item["agency"]["code"], item["id"]) for item in page["items"]]
    in_order = [*NUMBERS, "m.digitised"]
    assert pages == [(code, name) for code in ("H20", "H20.115") for name in in_order]


@pytest.fixture
async def office(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client that may see one office alone."""
    app = create_app(world.database, Config(), clock=world.clock)
    app.dependency_overrides[caller] = lambda: Caller(AgencyTree({"H20.14.05": "H20.14"}))
    async with ask(app) as bounded:
        yield bounded


async def test_a_bounded_caller_is_told_only_of_his_own(office: httpx.AsyncClient, world: World) -> None:
    facts = {"open_on_portal": True, "submitted_at": world.now, "intake_by": world.now, "sector": "HT"}
    for number, agency in enumerate(("H20.14", "H20.14.05", "H20.115")):
        await accepted(world, number, agency=agency, **facts, paused_since=world.now)
    for measure in ("m.status_in_step", "m.intake_8h", "m.overdue_on_portal", "m.paused"):
        assert (await numbers(office, measure))[1] == 1
    found = (await body(office, measure="m.paused", by="agency"))["items"]
    assert [item["agency"]["code"] for item in found] == ["H20.14.05"]
    assert (await office.get("/v1/measures", params={"agency": "H20.115"})).status_code == 422


@pytest.mark.parametrize(("params", "named"), [({"measure": "m.guessed"}, "measure"), ({"by": "officer"}, "by")])
async def test_what_is_not_known_is_named(client: httpx.AsyncClient, params: dict[str, str], named: str) -> None:
    response = await client.get("/v1/measures", params=params)
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"].startswith(named)
