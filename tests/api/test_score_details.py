"""What is behind a card: the dossiers sync loses points on, and the procedures that count."""

from datetime import date
from typing import Any

import httpx
import pytest

from shared.domain.catalogue import Procedure
from shared.domain.counters import Counters, View
from shared.domain.score_procedures import INDICATORS
from shared.domain.shares import OF_DOSSIERS
from tests.api.world import World

ONE = Counters(accepted=1, to_sync=1, synced=1, on_time=1, received=1)
LATE = Counters(accepted=1, to_sync=1, synced=1, received=1, wanting=1)
MISSING = Counters(to_sync=1)
UNTOUCHED = Counters(received=1, wanting=1)
UNITS = ("H20", "H20.14", "H20.14.05", "H20.15", "H20.114", "H20.115")

USED, PAID = Counters(accepted=1, service_used=1), Counters(accepted=1, service_paid=1)
LISTED = (
    Procedure(code="1.01", name="Một", agencies=("H20.14",), online_level=2, has_fee=True, online_payment=True, sector="A"),
    Procedure(code="1.02", name="Hai", agencies=("H20.14.05", "H20.15"), online_level=1, has_fee=True, content_complete=True),
    Procedure(code="1.03", name="Ba", agencies=("H20.114", "H20.115"), online_level=2, uses_population_data=True),
    Procedure(code="1.04", name="Bốn", agencies=("H20",), online_level=1, has_fee=True, decided_on=date(2026, 11, 3)),
    Procedure(
        code="1.05",
        name="Năm",
        agencies=("H20.114",),
        online_level=0,
        decided_on=date(2026, 11, 2),
        effective_on=date(2026, 11, 30),
        published_on=date(2026, 11, 4),
    ),
    Procedure(code="1.06", name="Sáu", decided_on=date(2026, 10, 30), published_on=date(2026, 11, 20)),
)
"""One listed at the province, one below a department, one without an agency."""


@pytest.fixture(autouse=True)
async def units(world: World) -> None:
    await world.agency("H20", "Tỉnh Đồng Tháp", level=1)
    await world.agency("H20.14", "Sở Tư pháp", "H20", level=2)
    await world.agency("H20.14.05", "Phòng 5", "H20.14")
    await world.agency("H20.15", "Sở Y tế", "H20", level=2)
    await world.agency("H20.114", "Phường Mỹ Ngãi", "H20", level=3)
    await world.agency("H20.115", "Phường Cao Lãnh", "H20", level=3)


@pytest.fixture
async def services(world: World) -> None:
    """A catalogue, dossiers in most of its procedures, and one in a procedure that was on the list once."""
    await world.catalogue(*LISTED, Procedure(code="1.07", agencies=("H20.14",), online_level=2, has_fee=True))
    await world.catalogue(*LISTED)
    for view in View:
        for agency, procedure in (("H20.14", "1.01"), ("H20.14.05", "1.01"), ("H20.15", "1.02"), ("H20.14", "1.04")):
            await world.counts(agency, USED, USED, view=view, procedure=procedure)
        await world.counts("H20.14", USED, PAID, view=view, procedure="1.07")
        await world.counts("H20.114", USED, view=view, procedure="1.03")
        await world.counts("H20.115", USED, view=view, procedure="1.03", day=date(2026, 10, 9))
    await world.counts("H20.15", PAID, procedure="1.02")


async def listed(client: httpx.AsyncClient, agency: str, indicator: str, **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/scores/{agency}/procedures", params={"indicator": indicator, **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def card(client: httpx.AsyncClient, **query: Any) -> dict[str, dict[str, Any]]:
    answer = await client.get("/v1/scores", params=query)
    assert answer.status_code == 200, answer.text
    return {found["id"]: found for group in answer.json()["groups"] for found in group["indicators"]}


@pytest.mark.usefixtures("services")
@pytest.mark.parametrize("period", ["2026", "2026-Q4", "2026-11"])
@pytest.mark.parametrize("view", list(View))
@pytest.mark.parametrize("agency", UNITS)
async def test_the_procedures_behind_an_indicator_are_those_the_card_counts(
    client: httpx.AsyncClient, agency: str, view: str, period: str
) -> None:
    on_card = await card(client, agency=agency, view=view, period=period)
    for indicator in INDICATORS:
        found = await listed(client, agency, indicator, view=view, period=period)
        counted = [item["counted"] for item in found["items"]]
        told = (on_card[indicator]["numerator"], on_card[indicator]["denominator"])
        assert told == (sum(counted), len(counted)) == (found["numerator"], found["denominator"]), indicator


@pytest.mark.usefixtures("services")
async def test_the_figures_of_the_whole_province_are_what_one_counts_by_hand(client: httpx.AsyncClient) -> None:
    on_card = await card(client, period="2026-11")
    told = {name: (on_card[name]["numerator"], on_card[name]["denominator"]) for name in INDICATORS}
    assert told == {
        "1.1": (1, 2),
        "1.2": (1, 2),
        "1.3": (1, 6),
        "3.1": (4, 6),
        "3.2": (4, 4),
        "3.4": (1, 3),
        "3.5": (1, 3),
        "4.6": (1, 6),
    }
    department = await card(client, agency="H20.14")
    assert [(department[name]["numerator"], department[name]["denominator"]) for name in ("3.2", "3.4")] == [(1, 2), (0, 2)]


@pytest.mark.usefixtures("services")
async def test_those_that_lose_points_come_first_and_are_met_once(client: httpx.AsyncClient) -> None:
    met, cursor = [], None
    while True:
        query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        body = await listed(client, "H20", "3.4", **query)
        met += [(item["code"], item["counted"], item["paid_dossiers"]) for item in body["items"]]
        if (cursor := body["next_cursor"]) is None:
            break
    assert met == [("1.01", False, 0), ("1.04", False, 0), ("1.02", True, 1)]


@pytest.mark.usefixtures("services")
async def test_only_those_that_count_or_do_not_can_be_asked_for(client: httpx.AsyncClient) -> None:
    found = {wanted: await listed(client, "H20", "3.2", counted=wanted) for wanted in ("yes", "no")}
    assert [item["code"] for item in found["yes"]["items"]] == ["1.01", "1.02", "1.03", "1.04"]
    assert found["no"]["items"] == []
    assert {body["denominator"] for body in found.values()} == {4}
    assert [item["online_dossiers"] for item in found["yes"]["items"]] == [4, 2, 2, 2]


@pytest.mark.usefixtures("services")
async def test_a_decision_is_told_with_its_days(client: httpx.AsyncClient) -> None:
    (first, second) = (await listed(client, "H20.115", "1.2", period="2026-11"))["items"]
    assert (first["code"], first["counted"], first["published_on"], first["last_day"]) == ("1.04", False, None, "2026-11-10")
    assert (second["code"], second["decided_on"], second["published_on"]) == ("1.05", "2026-11-02", "2026-11-04")
    (late,) = [item for item in (await listed(client, "H20", "1.1"))["items"] if item["code"] == "1.05"]
    assert (late["last_day"], late["effective_on"], late["online_dossiers"]) == ("2026-11-20", "2026-11-30", None)


async def lost(client: httpx.AsyncClient, agency: str = "H20.14", **query: Any) -> dict[str, dict[str, Any]]:
    answer = await client.get(f"/v1/scores/{agency}/lost", params=query)
    assert answer.status_code == 200, answer.text
    return {found["id"]: found for found in answer.json()["indicators"]}


async def behind(client: httpx.AsyncClient, indicator: str, agency: str = "H20.14", **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/scores/{agency}/lost/dossiers", params={"indicator": indicator, **query})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.fixture
async def out_of_step(world: World) -> None:
    """In step; late on the portal only; missing there; missing and untouched there; late on both; known to the portal alone."""
    sides = {
        "H20.14-1": ([ONE], [ONE]),
        "H20.14-2": ([LATE], [ONE]),
        "H20.14-3": ([MISSING], [ONE]),
        "H20.14-4": ([Counters(to_sync=1, synced=1), UNTOUCHED], [ONE]),
        "H20.14-5": ([LATE], [LATE]),
        "H20.14-6": ([LATE], []),
    }
    for code, (portal, home) in sides.items():
        await world.judged(
            code, agency="H20.14", procedure="1.1", out_of_step=["sync.status_mismatch"] if code[-1] == "2" else []
        )
        for counters in portal:
            await world.counts("H20.14", counters, code=code)
        for counters in home:
            await world.counts("H20.14", counters, code=code, view=View.HOME)


@pytest.mark.usefixtures("out_of_step")
async def test_behind_what_is_lost_are_the_dossiers_that_differ(client: httpx.AsyncClient) -> None:
    codes = {indicator: [item["code"][-1] for item in await behind(client, indicator)] for indicator in OF_DOSSIERS}
    assert {indicator: of for indicator, of in codes.items() if of} == {
        "1.4": ["3"],
        "2.1": ["2", "3", "4", "6"],
        "5.3": ["2", "3", "4", "6"],
        **{name: ["6"] for name in ("3.3", "4.2", "4.3", "4.5", "4.7")},
    }, "what the portal alone knows counts badly there in all it was not handed in or checked with"


@pytest.mark.usefixtures("out_of_step")
@pytest.mark.parametrize("agency", ["H20", "H20.14", "H20.15"])
async def test_as_many_are_told_as_are_listed(client: httpx.AsyncClient, agency: str) -> None:
    told = await lost(client, agency)
    for indicator, found in told.items():
        if indicator in OF_DOSSIERS:
            assert found["dossiers"] == len(await behind(client, indicator, agency)), indicator
            items = (await client.get(found["url"])).json()["items"]
            assert len(items) == found["dossiers"]
        else:
            assert (found["dossiers"], found["url"]) == (None, None)


@pytest.mark.usefixtures("out_of_step")
async def test_a_dossier_is_told_with_what_each_side_counts_and_its_alert(world: World, client: httpx.AsyncClient) -> None:
    await world.alert("H20.14-2", "deadline.overdue")
    alert = await world.alert("H20.14-2", "sync.status_mismatch")
    await world.resolve(await world.alert("H20.14-3", "sync.missing_on_portal"))
    found = {item["code"]: item for item in await behind(client, "2.1")}
    late, missing, alone = (found[f"H20.14-{number}"] for number in (2, 3, 6))
    assert late["alert"] == {"id": alert, "rule": "sync.status_mismatch", "url": f"/v1/alerts/{alert}"}
    assert (late["portal"], late["home"]) == ({"numerator": 0, "denominator": 1}, {"numerator": 1, "denominator": 1})
    assert (late["out_of_step"], late["agency"]["name"]) == (["sync.status_mismatch"], "Sở Tư pháp")
    assert (missing["portal"], missing["home"], missing["alert"]) == (None, {"numerator": 1, "denominator": 1}, None)
    assert (alone["portal"], alone["home"]) == ({"numerator": 0, "denominator": 1}, None)


@pytest.mark.usefixtures("out_of_step")
async def test_lost_dossiers_are_paged_and_each_met_once(client: httpx.AsyncClient) -> None:
    path, met = "/v1/scores/H20/lost/dossiers?indicator=2.1&limit=3", []
    while path:
        answer = await client.get(path)
        met += [item["code"][-1] for item in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url")
    assert met == ["2", "3", "4", "6"]


async def test_a_service_is_lost_where_the_portal_knows_no_use_of_it(world: World, client: httpx.AsyncClient) -> None:
    await world.catalogue(
        *(Procedure(code=code, agencies=("H20.14",), online_level=2) for code in ("1.1", "1.2")), Procedure(code="1.3")
    )
    for code, procedure in (("H20.14-1", "1.1"), ("H20.14-2", "1.2"), ("H20.14-3", "1.2"), ("H20.14-4", "1.3")):
        await world.judged(code, agency="H20.14", procedure=procedure)
        await world.counts("H20.14", USED, code=code, procedure=procedure, view=View.HOME)
    await world.counts("H20.14", USED, code="H20.14-3", procedure="1.2")
    assert [item["code"] for item in await behind(client, "3.2")] == ["H20.14-1"]
    found = (await lost(client))["3.2"]
    assert (found["lost"], found["dossiers"]) == (2, 1)


async def test_a_dossier_counts_in_the_period_and_the_unit_it_is_in(world: World, client: httpx.AsyncClient) -> None:
    await world.judged("H20.14-1", agency="H20.14")
    await world.counts("H20.14", ONE, code="H20.14-1", view=View.HOME, day=date(2026, 10, 31))
    await world.counts("H20.15", ONE, code="H20.14-1", day=date(2026, 10, 31))
    assert [len(await behind(client, "2.1", period=period)) for period in ("2026-10", "2026-11", "2026-Q4")] == [1, 0, 1]
    assert await behind(client, "2.1", "H20.15") == []
    assert await behind(client, "2.1", "H20") == []


@pytest.mark.parametrize(
    ("path", "query", "status", "parameter"),
    [
        ("H20.14/procedures", {}, 422, "indicator"),
        ("H20.14/procedures", {"indicator": "2.1"}, 422, "indicator"),
        ("H20.14/procedures", {"indicator": "3.2", "counted": "maybe"}, 422, "counted"),
        ("H20.14/procedures", {"indicator": "3.2", "view": "official"}, 422, "view"),
        ("H20.14/procedures", {"indicator": "3.2", "period": "2027"}, 422, "period"),
        ("H99/procedures", {"indicator": "3.2"}, 404, None),
        ("H20.14/lost/dossiers", {}, 422, "indicator"),
        ("H20.14/lost/dossiers", {"indicator": "5.1"}, 422, "indicator"),
        ("H20.14/lost/dossiers", {"indicator": "2.1", "cursor": "odd"}, 400, None),
        ("H99/lost/dossiers", {"indicator": "2.1"}, 404, None),
    ],
)
async def test_what_cannot_be_answered_is_told(
    client: httpx.AsyncClient, path: str, query: dict[str, Any], status: int, parameter: str | None
) -> None:
    answer = await client.get(f"/v1/scores/{path}", params=query)
    assert answer.status_code == status, answer.text
    assert parameter is None or [error["parameter"] for error in answer.json()["errors"]] == [parameter]
