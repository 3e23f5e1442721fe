"""The procedures behind an indicator: as many as the card counts."""

from datetime import date
from typing import Any

import httpx
import pytest

from shared.domain.catalogue import Procedure
from shared.domain.counters import Counters, View
from shared.domain.score_procedures import INDICATORS
from tests.api.world import World

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


@pytest.mark.parametrize(
    ("path", "query", "status", "parameter"),
    [
        ("H20.14/procedures", {}, 422, "indicator"),
        ("H20.14/procedures", {"indicator": "2.1"}, 422, "indicator"),
        ("H20.14/procedures", {"indicator": "3.2", "counted": "maybe"}, 422, "counted"),
        ("H20.14/procedures", {"indicator": "3.2", "view": "official"}, 422, "view"),
        ("H20.14/procedures", {"indicator": "3.2", "period": "2027"}, 422, "period"),
        ("H99/procedures", {"indicator": "3.2"}, 404, None),
    ],
)
async def test_what_cannot_be_answered_is_told(
    client: httpx.AsyncClient, path: str, query: dict[str, Any], status: int, parameter: str | None
) -> None:
    answer = await client.get(f"/v1/scores/{path}", params=query)
    assert answer.status_code == status, answer.text
    assert parameter is None or [error["parameter"] for error in answer.json()["errors"]] == [parameter]
