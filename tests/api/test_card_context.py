"""What stands beside the figures of a card: changes, rank, the portal's own figures, what can still be reached."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from shared.db.stores import score_days
from shared.domain.catalogue import Procedure
from shared.domain.counters import Counters, View
from shared.domain.figures import Counted
from shared.domain.indicators import GroupId
from shared.domain.periods import Period
from shared.domain.published import Endpoint, PublishedGroup, PublishedMetric, PublishedScores
from shared.domain.working_time import LOCAL
from tests.api.world import NOW, PROVINCE, World

YESTERDAY = NOW.date() - timedelta(days=1)
END_OF_OCTOBER = date(2026, 10, 31)
ONE = Counters(accepted=1, to_sync=1, synced=1, on_time=1, received=1)
LATE = Counters(accepted=1, to_sync=1, synced=1, received=1, wanting=1)


@pytest.fixture(autouse=True)
async def units(world: World) -> None:
    await world.agency("H20", "Tỉnh Đồng Tháp", level=1)
    await world.agency("H20.14", "Sở Tư pháp", "H20", level=2)
    await world.agency("H20.15", "Sở Y tế", "H20", level=2)
    await world.agency("H20.114", "Phường Mỹ Ngãi", "H20", level=3)
    await world.agency("H20.115", "Phường Cao Lãnh", "H20", level=3)
    await world.agency("H20.116", "Phường Sa Đéc", "H20", level=3)
    await world.agency("H20.99", "Đơn vị khác", "H20")


async def card(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get("/v1/scores", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def indicators(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {found["id"]: found for group in body["groups"] for found in group["indicators"]}


async def keep(world: World, day: date, *, period: str = "2026", view: View = View.PORTAL, **counters: Counters) -> None:
    """Keep what units counted on a day, by the last part of their codes."""
    found = {f"H20.{name.removeprefix('u')}": Counted(counters=of) for name, of in counters.items()}
    async with world.database.begin() as connection:
        await score_days.keep(connection, PROVINCE, view, Period.parse(period), found, day=day)


async def test_a_card_tells_what_changed_since_the_day_and_the_month_before(world: World, client: httpx.AsyncClient) -> None:
    two = Counters(accepted=2, to_sync=2, synced=2, on_time=1, received=2, wanting=1)
    await keep(world, END_OF_OCTOBER, u14=LATE)
    await keep(world, YESTERDAY, u14=two)
    await world.counts("H20.14", ONE)
    body = await card(client, agency="H20.14")
    late = indicators(body)["2.1"]
    assert late["change"] == {
        "yesterday": {"against": "2026-11-19", "points": 10, "percent": 50},
        "last_month": {"against": "2026-10-31", "points": 20, "percent": 100},
    }
    assert {since: of["points"] for since, of in body["change"].items()} == {"yesterday": 12.67, "last_month": 26}


async def test_the_changes_of_a_card_add_up(world: World, client: httpx.AsyncClient) -> None:
    await keep(world, YESTERDAY, u14=LATE)
    await world.counts("H20.14", ONE, LATE, Counters(accepted=1, to_sync=1, online=1, digitised=1, received=1))
    body = await card(client, agency="H20.14")
    gains = [found["change"]["yesterday"]["points"] for found in indicators(body).values()]
    assert sum(gain or 0 for gain in gains) == pytest.approx(body["change"]["yesterday"]["points"], abs=1e-9)


async def test_nothing_changed_against_a_day_of_which_nothing_was_kept(world: World, client: httpx.AsyncClient) -> None:
    await keep(world, date(2026, 11, 5), period="2026-11", u14=LATE)
    await world.counts("H20.14", ONE)
    body = await card(client, agency="H20.14", period="2026-11")
    assert body["change"]["last_month"] is None, "November had not begun"
    assert body["change"]["yesterday"] == {"against": "2026-11-19", "points": 26}
    assert indicators(await card(client, agency="H20.14"))["2.1"]["change"] == {"yesterday": None, "last_month": None}


async def test_a_card_of_an_earlier_day_is_held_against_the_days_before_that(world: World, client: httpx.AsyncClient) -> None:
    for day, counters in ((date(2026, 9, 30), ONE), (date(2026, 10, 14), LATE), (date(2026, 10, 15), ONE)):
        await keep(world, day, u14=counters)
    body = await card(client, agency="H20.14", as_of="2026-10-15")
    assert body["change"] == {
        "yesterday": {"against": "2026-10-14", "points": 26},
        "last_month": {"against": "2026-09-30", "points": 0},
    }
    assert (body["reachable"], indicators(body)["2.1"]["reachable"]) == (None, None)


@pytest.mark.parametrize(
    ("agency", "rank"),
    [
        ("H20.114", {"position": 1, "of": 3, "among": "communes"}),
        ("H20.115", {"position": 2, "of": 3, "among": "communes"}),
        ("H20.116", {"position": 3, "of": 3, "among": "communes"}),
        ("H20.14", {"position": 2, "of": 2, "among": "departments"}),
        ("H20.99", None),
        ("H20", None),
    ],
)
async def test_a_unit_has_its_rank_among_those_of_its_kind(
    world: World, client: httpx.AsyncClient, agency: str, rank: dict[str, Any] | None
) -> None:
    await world.counts("H20.114", ONE)
    await world.counts("H20.115", LATE)
    await world.counts("H20.15", ONE)
    assert (await card(client, agency=agency))["rank"] == rank


async def test_the_rank_on_a_card_is_that_of_the_ranking(world: World, client: httpx.AsyncClient) -> None:
    for number, agency in enumerate(("H20.114", "H20.115", "H20.116")):
        await world.counts(agency, *[ONE] * number, LATE)
    items = (await client.get("/v1/scores/ranking", params={"of": "communes"})).json()["items"]
    for item in items:
        body = await card(client, agency=item["agency"]["code"])
        assert (body["rank"]["position"], body["total"]) == (item["rank"], item["total"])


async def test_a_rank_of_an_earlier_day_is_that_of_what_was_kept(world: World, client: httpx.AsyncClient) -> None:
    await keep(world, YESTERDAY, u114=LATE, u115=ONE)
    await world.counts("H20.114", ONE)
    assert (await card(client, agency="H20.114", as_of=str(YESTERDAY)))["rank"] == {
        "position": 2,
        "of": 2,
        "among": "communes",
    }


async def test_a_province_has_its_rank_among_the_provinces_as_the_portal_publishes_it(
    world: World, client: httpx.AsyncClient
) -> None:
    for code, total in (("H19", "70"), ("H20", "61.5"), ("H21", "60"), ("H22", None)):
        await world.official(code, total=total and Decimal(total), scores=PublishedScores(endpoints=(Endpoint.RESULTS,)))
    rank = {"position": 2, "of": 3, "among": "provinces"}
    assert (await card(client))["rank"] == rank
    assert (await card(client, view="official"))["rank"] == rank


async def test_beside_each_figure_stands_the_portals_own(world: World, client: httpx.AsyncClient) -> None:
    metrics = {"2.1": PublishedMetric(numerator=3, denominator=4, points=Decimal(15))}
    await world.official("H20.14", scores=PublishedScores(metrics=metrics), fetched_at=datetime(2026, 11, 20, 6, tzinfo=LOCAL))
    await world.official("H20.14", period="2026-11", scores=PublishedScores())
    await world.counts("H20.14", LATE)
    found = indicators(await card(client, agency="H20.14", view="home"))
    assert found["2.1"]["portal"] == {
        "points": 15,
        "percent": 75,
        "numerator": 3,
        "denominator": 4,
        "fetched_at": "2026-11-20T06:00:00+07:00",
    }
    assert found["1.1"]["portal"] is None
    assert indicators(await card(client, agency="H20.14", period="2026-11"))["2.1"]["portal"] is None
    assert indicators(await card(client, agency="H20.15"))["2.1"]["portal"] is None


async def test_the_portals_own_card_has_the_same_beside_it(world: World, client: httpx.AsyncClient) -> None:
    groups = {group: PublishedGroup(points=Decimal(10)) for group in GroupId}
    for day, points in ((END_OF_OCTOBER, "12"), (NOW.date(), "15.5")):
        at = datetime.combine(day, datetime.min.time(), LOCAL)
        metric = PublishedMetric(ratio=Decimal(points) * 5, points=Decimal(points))
        scores = PublishedScores(metrics={"2.1": metric}, groups={**groups, GroupId.TDGQ: PublishedGroup(points=metric.points)})
        await world.official("H20.14", fetched_at=at, seen_at=at, scores=scores)
    body = await card(client, agency="H20.14", view="official")
    late = indicators(body)["2.1"]
    assert body["change"]["yesterday"] == {"against": "2026-11-19", "points": 3.5}
    assert late["change"]["last_month"] == {"against": "2026-10-31", "points": 3.5, "percent": 17.5}
    assert (late["portal"]["points"], body["rank"]) == (15.5, {"position": 1, "of": 1, "among": "departments"})
    assert (body["reachable"], late["reachable"]) == (None, None)


async def test_what_sync_holds_back_can_be_reached_and_what_is_late_can_not(world: World, client: httpx.AsyncClient) -> None:
    await world.counts("H20.14", ONE, LATE, LATE, Counters(to_sync=1))
    await world.counts("H20.14", ONE, ONE, LATE, ONE, view=View.HOME)
    body = await card(client, agency="H20.14")
    found = indicators(body)
    assert (found["2.1"]["points"], found["2.1"]["reachable"]) == (6.67, 15), "three of four, as at home"
    assert (found["1.4"]["reachable"], found["4.2"]["reachable"], found["3.3"]["reachable"]) == (6, 4, 0)
    assert body["reachable"] == pytest.approx(sum(each["reachable"] or 0 for each in found.values()), abs=1e-9)


async def test_what_only_a_ministrys_system_has_stays_as_the_portal_counts_it(world: World, client: httpx.AsyncClient) -> None:
    await world.counts("H20.14", ONE, LATE, procedure="1.9")
    await world.counts("H20.14", LATE, procedure="1.1")
    await world.counts("H20.14", ONE, procedure="1.1", view=View.HOME)
    assert indicators(await card(client, agency="H20.14"))["2.1"]["reachable"] == 13.33


async def test_a_decision_that_is_not_yet_public_can_still_be(world: World, client: httpx.AsyncClient) -> None:
    """Two working days are left for one, none for the other."""
    await world.catalogue(
        Procedure(code="1.1", decided_on=date(2026, 11, 17)),
        Procedure(code="1.2", decided_on=date(2026, 11, 2), effective_on=date(2026, 11, 3)),
    )
    found = indicators(await card(client, agency="H20.14"))
    assert [(found[name]["points"], found[name]["reachable"]) for name in ("1.1", "1.2")] == [(0, 3), (0, 2)]
    assert found["1.3"]["reachable"] == 2


@pytest.mark.parametrize("view", ["portal", "home"])
async def test_every_card_can_reach_what_it_has_and_no_more_than_all(world: World, client: httpx.AsyncClient, view: str) -> None:
    await world.catalogue(Procedure(code="1.1", agencies=("H20.14", "H20.114"), online_level=1, has_fee=True))
    for agency in ("H20.14", "H20.114"):
        await world.counts(agency, ONE, LATE, Counters(accepted=1, to_sync=1, fee=1, online=1, service_used=1, received=1))
        await world.counts(agency, ONE, Counters(accepted=1, to_sync=1, fee=1, paid=1, received=1), view=View.HOME)
    for agency in ("H20", "H20.14", "H20.114", "H20.115"):
        body = await card(client, agency=agency, view=view)
        assert body["total"] <= body["reachable"] <= 100
        for found in indicators(body).values():
            assert (found["points"] or 0) <= (found["reachable"] or 0) <= (found["max"] or 0)
