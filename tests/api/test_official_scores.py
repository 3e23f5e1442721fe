"""The portal's own scores: its figures as received, beside our names, targets and roles."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from shared.domain.indicators import GroupId
from shared.domain.published import Endpoint, PublishedGroup, PublishedMetric, PublishedScores
from shared.domain.working_time import LOCAL
from tests.api.world import NOW, World

TODAY = NOW.date()
MORNING = timedelta(hours=8)
PLACES = {"H20": "Tỉnh Đồng Tháp", "H20.07": "Sở Xây dựng", "H20.14": "Sở Tư pháp", "H20.100": "Xã Tân Phú"}
FOUND = {
    "PUBLISH_ON_TIME": PublishedMetric(
        numerator=1, denominator=47, ratio=Decimal("2.13"), points=Decimal("0.13"), max=Decimal(6), quality_status="BORROWED"
    ),
    "PUBLIC_CONTENT_FULL": PublishedMetric(max=Decimal(2)),
    "REUSED_DIGITIZED_DATA": PublishedMetric(numerator=0, denominator=0, max=Decimal(2)),
    "2.1": PublishedMetric(numerator=653, denominator=654, points=Decimal("19.97"), max=Decimal(20)),
    "2.2": PublishedMetric(ratio=Decimal("3.4")),
    "3.3": PublishedMetric(numerator=150956, denominator=152595),
}


@pytest.fixture
async def agencies(world: World) -> None:
    for code, name in PLACES.items():
        await world.agency(code, name, level=1 if code == "H20" else 3 if code == "H20.100" else 2)


async def publish(
    world: World,
    code: str,
    points: str | None,
    on: date = TODAY,
    *,
    total: str | None = None,
    period: str = "2026",
    metrics: dict[str, PublishedMetric] | None = None,
    **more: Any,
) -> None:
    """Write what was read of a unit on the morning of a day: so many points in each of five groups, 10 in the first."""
    each = None if points is None else Decimal(points)
    groups = {group: PublishedGroup(points=each) for group in GroupId} | {GroupId.CKMB: PublishedGroup(points=Decimal(10))}
    endpoints = (Endpoint.RESULTS,) if "." not in code else (Endpoint.PROGRESS,)
    fetched_at = datetime.combine(on, datetime.min.time(), LOCAL) + MORNING
    values = {
        "period": period,
        "fetched_at": fetched_at,
        "seen_at": fetched_at,
        "total": None if total is None else Decimal(total),
        "scores": PublishedScores(groups=groups, endpoints=endpoints, metrics=metrics or {}),
    }
    await world.official(code, **{**values, **more})


async def get(client: httpx.AsyncClient, path: str = "/v1/scores", **params: Any) -> Any:
    response = await client.get(path, params={"view": "official", **params})
    assert response.status_code == 200, response.text
    return response.json()


async def refused(client: httpx.AsyncClient, status: int, path: str = "/v1/scores", **params: Any) -> str:
    response = await client.get(path, params={"view": "official", **params})
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json"), response.text
    return str(response.json()["detail"])


def indicators(card: dict[str, Any]) -> dict[str, Any]:
    return {found["id"]: found for group in card["groups"] for found in group["indicators"]}


def places(body: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(item["rank"], item["agency"]["code"], item["total"]) for item in body["items"]]


@pytest.mark.usefixtures("agencies")
async def test_a_card_shows_the_figures_as_received(client: httpx.AsyncClient, world: World) -> None:
    await publish(world, "H20", "9.5", total="57.51", metrics=FOUND)
    card = await get(client)
    assert (card["agency"], card["view"], card["period"]) == ({"code": "H20", "name": "Tỉnh Đồng Tháp"}, "official", "2026")
    assert (card["total"], card["max"], card["complete"]) == (57.51, 100, True)  # the groups add up to 57.50
    assert (card["target"], card["gap"]) == (90, 32.49)
    assert card["data_as_of"] == "2026-11-20T08:00:00+07:00"
    assert [group["points"] for group in card["groups"]] == [10, 9.5, 9.5, 9.5, 9.5, 9.5]
    found = indicators(card)
    first = found["1.1"]
    assert (first["numerator"], first["denominator"], first["ratio"], first["percent"]) == (1, 47, 0.0213, 2.13)
    assert (first["points"], first["lost"], first["state"]) == (0.13, 5.87, "scored")
    assert (first["target"], first["gap"], first["missing_count"]) == (100, 97.87, 46)
    assert first["quality"] == {"status": "BORROWED", "message": None}


@pytest.mark.usefixtures("agencies")
async def test_null_stays_null_and_is_never_0(client: httpx.AsyncClient, world: World) -> None:
    await publish(world, "H20", "9.5", metrics=FOUND)
    found = indicators(await get(client))
    fields = ("numerator", "denominator", "ratio", "percent", "points", "lost", "state", "quality")
    assert [found["1.3"][field] for field in fields] == [None] * 6 + ["no_data", None]
    assert [found["4.3"][field] for field in fields] == [0, 0, None, None, None, None, "no_cases", None]
    assert [found["5.1"][field] for field in fields] == [None] * 6 + ["no_data", None]


@pytest.mark.usefixtures("agencies")
async def test_what_the_trees_count_has_the_ratio_of_its_counts(client: httpx.AsyncClient, world: World) -> None:
    await publish(world, "H20", "9.5", metrics=FOUND)
    found = indicators(await get(client))
    assert (found["2.1"]["percent"], found["2.1"]["points"]) == (99.85, 19.97)
    assert (found["2.2"]["ratio"], found["2.2"]["percent"], found["2.2"]["points"]) == (3.4, None, None)
    assert (found["3.3"]["percent"], found["3.3"]["points"], found["3.3"]["state"]) == (98.93, None, "scored")


@pytest.mark.usefixtures("agencies")
async def test_a_card_of_an_agency_tells_its_part(client: httpx.AsyncClient, world: World) -> None:
    await publish(world, "H20.07", "9", metrics=FOUND)
    card = await get(client, agency="000.00.07.H20")
    assert (card["agency"]["name"], card["total"]) == ("Sở Xây dựng", 55)
    assert indicators(card)["2.1"]["role"] == "lead"


@pytest.mark.usefixtures("agencies")
async def test_a_total_is_not_made_of_groups_that_are_not_known(client: httpx.AsyncClient, world: World) -> None:
    await publish(world, "H20.07", None)
    card = await get(client, agency="H20.07")
    assert (card["total"], card["complete"], card["groups"][0]["points"], card["groups"][1]["points"]) == (None, False, 10, None)


async def test_a_card_stands_as_it_was_at_the_end_of_a_day(client: httpx.AsyncClient, world: World) -> None:
    await publish(world, "H20", "9", date(2026, 11, 1), seen_at=NOW)
    await publish(world, "H20", "9.1", date(2026, 11, 10))
    assert [(await get(client, as_of=day))["total"] for day in ("2026-11-01", "2026-11-09", "2026-11-10", "2026-11-20")] == [
        55, 55, 55.5, 55.5
    ]  # fmt: skip
    assert (await get(client, as_of="2026-11-09"))["data_as_of"] == "2026-11-10T00:00:00+07:00"
    assert "by that day" in await refused(client, 404, as_of="2026-10-31")


async def test_another_province_is_public(client: httpx.AsyncClient, world: World) -> None:
    await publish(world, "H19", "8", total="50.01")
    card = await get(client, agency="H19")
    assert (card["agency"], card["total"]) == ({"code": "H19", "name": "H19 trên Cổng"}, 50.01)


@pytest.mark.usefixtures("agencies")
async def test_what_is_not_there_is_told_apart(client: httpx.AsyncClient, world: World) -> None:
    assert await refused(client, 404, agency="H20.999") == "there is no agency with this code"
    assert await refused(client, 404, agency="H19") == "there is no agency with this code"
    assert "the portal has published" in await refused(client, 404, agency="H20.07")
    assert "the portal has published" in await refused(client, 404)


@pytest.mark.parametrize("path", ["/v1/scores", "/v1/scores/ranking", "/v1/scores/history"])
@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"period": "2026-13"}, "period"),
        ({"period": "nonsense"}, "period"),
        ({"period": "2026-12"}, "period: has not begun yet"),
        ({"period": "2027"}, "period: has not begun yet"),
        ({"view": "theirs"}, "view"),
        ({"which": "1"}, "which: unknown parameter"),
    ],
)
async def test_nonsense_is_refused_by_name(client: httpx.AsyncClient, path: str, params: dict[str, str], told: str) -> None:
    assert told in await refused(client, 422, path, **params)


@pytest.mark.parametrize("day", ["2026-11-21", "20261120", "1700000000", "2026-02-30", "hôm qua"])
async def test_a_day_must_be_one_that_has_come(client: httpx.AsyncClient, day: str) -> None:
    assert "as_of" in await refused(client, 422, as_of=day)
    assert "against" in await refused(client, 422, "/v1/scores/ranking", against=day)


async def test_a_year_without_a_policy_is_told(client: httpx.AsyncClient, world: World) -> None:
    await publish(world, "H20", "9", period="2025")
    assert "no scoring policy" in await refused(client, 422, period="2025")


async def test_provinces_with_equal_points_share_a_rank(client: httpx.AsyncClient, world: World) -> None:
    for code, total in (("H19", "60.00"), ("H20", "68.61"), ("H21", "60"), ("H24", "59.99"), ("H25", None)):
        await publish(world, code, None, total=total)
    body = await get(client, "/v1/scores/ranking")
    assert places(body) == [(1, "H20", 68.61), (2, "H19", 60), (2, "H21", 60), (4, "H24", 59.99), (None, "H25", None)]
    assert all(item["change"] is None for item in body["items"])


async def test_a_ranking_tells_what_changed_against_a_day(client: httpx.AsyncClient, world: World) -> None:
    await publish(world, "H19", None, date(2026, 10, 1), total="60.00")
    await publish(world, "H20", None, date(2026, 10, 1), total="59.50")
    await publish(world, "H20", None, date(2026, 11, 1), total="60.25")
    await publish(world, "H24", None, date(2026, 11, 1), total="10")
    body = await get(client, "/v1/scores/ranking", against="2026-10-31")
    assert places(body) == [(1, "H20", 60.25), (2, "H19", 60), (3, "H24", 10)]
    assert [(item["change"]["points"], item["change"]["rank"]) for item in body["items"]] == [(0.75, 1), (0, -1), (None, None)]
    before = await get(client, "/v1/scores/ranking", as_of="2026-10-31", against="2026-09-30")
    assert places(before) == [(1, "H19", 60), (2, "H20", 59.5)]
    assert {(item["change"]["points"], item["change"]["rank"]) for item in before["items"]} == {(None, None)}


@pytest.mark.usefixtures("agencies")
async def test_departments_and_communes_are_ranked_by_themselves(client: httpx.AsyncClient, world: World) -> None:
    for code, points in (("H20", "9"), ("H20.07", "8"), ("H20.14", "8.5"), ("H20.100", "7"), ("H20.999", "6")):
        await publish(world, code, points)
    assert places(await get(client, "/v1/scores/ranking", of="departments")) == [(1, "H20.14", 52.5), (2, "H20.07", 50)]
    assert places(await get(client, "/v1/scores/ranking", of="communes")) == [(1, "H20.100", 45)]
    assert places(await get(client, "/v1/scores/ranking", of="provinces")) == [(1, "H20", 55)]


async def test_a_ranking_is_paged_and_every_unit_met_once(client: httpx.AsyncClient, world: World) -> None:
    for number in range(5):
        await publish(world, f"H3{number}", None, total=str(number))
    first = await client.get("/v1/scores/ranking", params={"view": "official", "limit": 2, "against": "2026-11-01"})
    second = await client.get(first.links["next"]["url"])
    third = await client.get(second.links["next"]["url"])
    met = [item["agency"]["code"] for page in (first, second, third) for item in page.json()["items"]]
    assert met == ["H34", "H33", "H32", "H31", "H30"]
    assert third.json()["next_cursor"] is None


async def test_a_history_has_one_entry_for_each_change(client: httpx.AsyncClient, world: World) -> None:
    await publish(world, "H20", "9", date(2026, 9, 1), total="55.00")
    await publish(world, "H20", None, date(2026, 10, 1))
    await publish(world, "H20", "9", date(2026, 10, 2), total="55.50")
    await publish(world, "H20", "9", date(2026, 11, 1), total="55.25")
    await publish(world, "H20", "1", date(2026, 11, 1), total="1", period="2026-Q4")
    body = await get(client, "/v1/scores/history", agency="H20")
    assert [(item["fetched_at"][:10], item["total"], item["change"]) for item in body["items"]] == [
        ("2026-09-01", 55, None),
        ("2026-10-01", None, None),
        ("2026-10-02", 55.5, None),
        ("2026-11-01", 55.25, -0.25),
    ]
    assert body["items"][1]["groups"][1] == {"id": "TDGQ", "points": None}


@pytest.mark.usefixtures("agencies")
async def test_a_history_may_be_empty_and_an_agency_unknown(client: httpx.AsyncClient) -> None:
    assert (await get(client, "/v1/scores/history", agency="H20.07"))["items"] == []
    assert (await get(client, "/v1/scores/history"))["items"] == []
    assert await refused(client, 404, "/v1/scores/history", agency="H20.999") == "there is no agency with this code"


async def test_an_answer_that_did_not_change_is_304(client: httpx.AsyncClient, world: World) -> None:
    await publish(world, "H20", "9")
    for path in ("/v1/scores", "/v1/scores/ranking", "/v1/scores/history"):
        first = await client.get(path, params={"view": "official"})
        again = await client.get(path, params={"view": "official"}, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code) == (200, 304)
