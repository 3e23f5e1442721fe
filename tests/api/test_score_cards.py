"""Live scores: cards, rankings and days from what is counted."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from shared.db.stores import marks, score_days
from shared.domain.catalogue import Procedure
from shared.domain.counters import Counters, Mark, View
from shared.domain.figures import Counted
from shared.domain.periods import Period
from shared.domain.published import PublishedMetric, PublishedScores
from shared.domain.working_time import LOCAL
from tests.api.world import PROVINCE, World

DAY = date(2026, 11, 3)
MICROSECOND = timedelta(microseconds=1)
ONE = Counters(accepted=1, to_sync=1, synced=1, on_time=1, received=1)
LATE = Counters(accepted=1, to_sync=1, synced=1, received=1, wanting=1)


async def dossiers(
    world: World, agency: str, *counters: Counters, view: View = View.PORTAL, procedure: str = "1.1", day: date = DAY
) -> None:
    """Let dossiers of an agency count for so much."""
    found = {
        f"{agency}-{view}-{day}-{procedure}-{number}": (
            Mark(view=view, day=day, agency=agency, procedure=procedure, counters=of),
        )
        for number, of in enumerate(counters)
    }
    async with world.database.begin() as connection:
        await marks.write(connection, PROVINCE, {}, found)


@pytest.fixture(autouse=True)
async def units(world: World) -> None:
    """A province with a department that has an office, and two communes."""
    await world.agency("H20", "Tỉnh Đồng Tháp", level=1)
    await world.agency("H20.14", "Sở Tư pháp", "H20", level=2)
    await world.agency("H20.14.05", "Phòng 5", "H20.14")
    await world.agency("H20.114", "Phường Mỹ Ngãi", "H20", level=3)
    await world.agency("H20.115", "Phường Cao Lãnh", "H20", level=3)


async def card(client: httpx.AsyncClient, **query: Any) -> dict[str, dict[str, Any]]:
    """Return the indicators of a card by id."""
    answer = await client.get("/v1/scores", params=query)
    assert answer.status_code == 200, answer.text
    return {found["id"]: found for group in answer.json()["groups"] for found in group["indicators"]}


async def test_a_card_adds_up_an_agency_and_everything_below_it(world: World, client: httpx.AsyncClient) -> None:
    await dossiers(world, "H20.14", ONE, LATE)
    await dossiers(world, "H20.14.05", ONE, day=date(2026, 2, 1))
    await dossiers(world, "H20.114", LATE)
    found = await card(client, agency="H20.14", period="2026")
    assert (found["2.1"]["numerator"], found["2.1"]["denominator"], found["2.1"]["points"]) == (2, 3, 13.33)
    assert (await card(client, agency="H20.14", period="2026-11"))["2.1"]["denominator"] == 2
    assert (await card(client))["2.1"]["denominator"] == 4


async def test_a_cards_parts_add_up(world: World, client: httpx.AsyncClient) -> None:
    await dossiers(world, "H20.14", ONE, LATE, LATE)
    body = (await client.get("/v1/scores")).json()
    for group in body["groups"]:
        assert group["points"] == pytest.approx(sum(found["points"] or 0 for found in group["indicators"]), abs=1e-9)
    assert body["total"] == pytest.approx(sum(group["points"] for group in body["groups"]), abs=1e-9)


async def test_a_view_counts_its_own_records(world: World, client: httpx.AsyncClient) -> None:
    await dossiers(world, "H20.14", LATE)
    await dossiers(world, "H20.14", ONE, view=View.HOME)
    assert (await card(client, view="portal"))["2.1"]["points"] == 0
    assert (await card(client, view="home"))["2.1"]["points"] == 20


async def test_online_dossiers_carry_1_4_as_their_factor_on_the_portal(world: World, client: httpx.AsyncClient) -> None:
    online = Counters(accepted=1, to_sync=1, synced=1, online=1)
    await dossiers(world, "H20.14", online, Counters(to_sync=1), Counters(to_sync=1))
    found = (await card(client, agency="H20.14"))["3.3"]
    assert (found["numerator"], found["denominator"]) == (1, 1)
    assert found["factor"] == pytest.approx(1 / 3, abs=1e-6)
    assert found["points"] == 4  # 6 × (1/3 ÷ 1/2)


async def test_the_province_counts_a_procedure_once_over_all_its_agencies(world: World, client: httpx.AsyncClient) -> None:
    used = Counters(accepted=1, service_used=1)
    await world.catalogue(Procedure(code="1.1", agencies=("H20.114", "H20.115"), online_level=2, content_complete=True))
    for commune in ("H20.114", "H20.115"):
        await dossiers(world, commune, used, used)
    for agency in ("H20", "H20.114"):
        found = await card(client, agency=agency)
        assert [(found[name]["numerator"], found[name]["denominator"]) for name in ("3.1", "3.2")] == [(1, 1), (1, 1)]
    elsewhere = await card(client, agency="H20.14")
    assert elsewhere["3.1"]["state"] == "no_cases"
    assert elsewhere["1.3"]["numerator"] == 1, "a figure of the province, given to every unit alike"


async def test_petitions_count_in_5_1_and_5_2_each_once(world: World, client: httpx.AsyncClient) -> None:
    await world.petition(1)
    await world.petition(2, satisfied=False, repeated=True)
    await world.petition(3, late_from=world.now, satisfied=False)
    await world.petition(4, late_from=world.now + MICROSECOND)
    await world.petition(5, agency="H20.14.05", late_from=world.now)
    found = await card(client, agency="H20.114")
    assert [(found[name]["numerator"], found[name]["denominator"]) for name in ("5.1", "5.2")] == [(3, 4), (2, 4)]
    assert (found["5.1"]["points"], found["5.2"]["points"]) == (4.5, 3)
    of_department = await card(client, agency="H20.14", view="home")
    assert (of_department["5.1"]["numerator"], of_department["5.1"]["denominator"]) == (0, 1)
    assert (await card(client))["5.1"]["denominator"] == 5
    assert (await card(client, agency="H20.115"))["5.1"]["points"] == 6, "full without a petition"


async def test_a_petition_counts_in_the_local_month_of_its_receipt(world: World, client: httpx.AsyncClient) -> None:
    begins = datetime(2026, 11, 1, tzinfo=LOCAL)
    for number, received_at in enumerate((begins - MICROSECOND, begins, datetime(2026, 12, 1, tzinfo=LOCAL)), start=1):
        await world.petition(number, received_at=received_at)
    for period, received in (("2026-10", 1), ("2026-11", 1), ("2026", 3), ("2026-Q3", 0)):
        assert ((await card(client, period=period))["5.1"]["denominator"] or 0) == received


async def test_a_ranking_shares_ranks_and_knows_what_changed(world: World, client: httpx.AsyncClient) -> None:
    yesterday = world.now.date() - timedelta(days=1)
    async with world.database.begin() as connection:
        kept = {"H20.114": Counted(counters=ONE), "H20.115": Counted(counters=LATE)}
        await score_days.keep(connection, PROVINCE, View.PORTAL, Period.parse("2026"), kept, day=yesterday)
    await dossiers(world, "H20.114", LATE)
    await dossiers(world, "H20.115", ONE)
    answer = await client.get("/v1/scores/ranking", params={"of": "communes", "against": str(yesterday)})
    first, second = answer.json()["items"]
    assert [(unit["rank"], unit["agency"]["code"]) for unit in (first, second)] == [(1, "H20.115"), (2, "H20.114")]
    assert (first["change"]["rank"], second["change"]["rank"]) == (1, -1)
    assert first["change"]["points"] == -second["change"]["points"] > 0


async def test_equal_points_share_a_rank(world: World, client: httpx.AsyncClient) -> None:
    items = (await client.get("/v1/scores/ranking")).json()["items"]
    assert [(unit["rank"], unit["agency"]["code"]) for unit in items] == [(1, "H20.114"), (1, "H20.115"), (1, "H20.14")]
    assert all(unit["change"] is None for unit in items)


async def test_a_card_as_of_an_earlier_day_is_what_was_kept(world: World, client: httpx.AsyncClient) -> None:
    async with world.database.begin() as connection:
        for day, counters in ((date(2026, 11, 5), LATE), (date(2026, 11, 9), ONE)):
            found = {"H20.14": Counted(counters=counters)}
            await score_days.keep(connection, PROVINCE, View.PORTAL, Period.parse("2026-11"), found, day=day)
    asked = {"agency": "H20.14", "period": "2026-11"}
    assert (await card(client, **asked, as_of="2026-11-08"))["2.1"]["points"] == 0
    assert (await card(client, **asked, as_of="2026-11-09"))["2.1"]["points"] == 20
    assert (await client.get("/v1/scores", params={**asked, "as_of": "2026-11-04"})).status_code == 404
    days = (await client.get("/v1/scores/history", params=asked)).json()["items"]
    assert [day["day"] for day in days] == ["2026-11-05", "2026-11-09"]
    assert [day["change"] for day in days] == [None, 26]  # 20 of 2.1, 6 of 5.3


async def test_what_sync_costs_is_home_less_portal_without_1_4(world: World, client: httpx.AsyncClient) -> None:
    await dossiers(world, "H20.14", LATE, Counters(to_sync=1))
    await dossiers(world, "H20.14", ONE, ONE, view=View.HOME)
    body = (await client.get("/v1/scores/H20.14/lost")).json()
    lost = {found["id"]: found["lost"] for found in body["indicators"]}
    assert (lost["2.1"], lost["5.3"], lost["1.4"]) == (20, 6, 3)
    assert body["lost"] == 26


async def test_the_weakest_indicators_come_first(world: World, client: httpx.AsyncClient) -> None:
    await dossiers(world, "H20.14", LATE)
    items = (await client.get("/v1/scores/H20.14/weakest", params={"n": 2})).json()["items"]
    assert items[0]["indicator"]["id"] == "2.1"
    assert items[0]["indicator"]["role"] == "lead"
    assert items[0]["indicator"]["lost"] >= items[1]["indicator"]["lost"]
    assert len(items) == 2


@pytest.mark.parametrize(("theirs", "told"), [("51.00", "yes"), ("49.00", "yes"), ("51.01", "no"), (None, "unknown")])
async def test_our_figures_agree_with_the_portals_up_to_the_tolerance(
    world: World, client: httpx.AsyncClient, theirs: str | None, told: str
) -> None:
    """2.1 may be a percentage point apart."""
    await dossiers(world, "H20.14", ONE, LATE)
    ratio, agrees = None if theirs is None else Decimal(theirs), {"yes": True, "no": False, "unknown": None}[told]
    await world.official("H20.14", scores=PublishedScores(metrics={"2.1": PublishedMetric(ratio=ratio)}))
    body = (await client.get("/v1/scores/compare", params={"agency": "H20.14"})).json()
    found = {item["id"]: item for item in body["items"]}
    assert (found["2.1"]["ours"], found["2.1"]["agrees"]) == (50, agrees)
    assert (found["1.4"]["comparable"], found["1.4"]["agrees"]) == (False, None)


async def test_nothing_is_compared_before_the_portal_published(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/scores/compare")).status_code == 404


@pytest.mark.parametrize(
    ("path", "query", "status", "parameter"),
    [
        ("/v1/scores", {"period": "2027"}, 422, "period"),
        ("/v1/scores", {"period": "2026-13"}, 422, "period"),
        ("/v1/scores", {"period": "2026-Q5"}, 422, "period"),
        ("/v1/scores", {"period": "yesterday"}, 422, "period"),
        ("/v1/scores", {"view": "both"}, 422, "view"),
        ("/v1/scores", {"as_of": "soon"}, 422, "as_of"),
        ("/v1/scores", {"agency": "H99"}, 404, None),
        ("/v1/scores/ranking", {"of": "wards"}, 422, "of"),
        ("/v1/scores/ranking", {"of": "provinces"}, 422, "of"),
        ("/v1/scores", {"as_of": "2026-11-21"}, 422, "as_of"),
        ("/v1/scores/H99/lost", {}, 404, None),
        ("/v1/scores/H20.14/weakest", {"n": 0}, 422, "n"),
    ],
)
async def test_what_cannot_be_answered_is_told(
    client: httpx.AsyncClient, path: str, query: dict[str, Any], status: int, parameter: str | None
) -> None:
    answer = await client.get(path, params=query)
    assert answer.status_code == status
    assert parameter is None or [error["parameter"] for error in answer.json()["errors"]] == [parameter]
