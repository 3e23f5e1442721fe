"""The dossiers behind what a lack of synchronisation costs."""

from datetime import date
from typing import Any

import httpx
import pytest

from shared.domain.catalogue import Procedure
from shared.domain.counters import Counters, View
from shared.domain.shares import OF_DOSSIERS
from tests.api.world import World

ONE = Counters(accepted=1, to_sync=1, synced=1, on_time=1, received=1)
LATE = Counters(accepted=1, to_sync=1, synced=1, received=1, wanting=1)
MISSING = Counters(to_sync=1)
UNTOUCHED = Counters(received=1, wanting=1)
USED = Counters(accepted=1, service_used=1)


@pytest.fixture(autouse=True)
async def units(world: World) -> None:
    await world.agency("H20", "Tỉnh Đồng Tháp", level=1)
    await world.agency("H20.14", "Sở Tư pháp", "H20", level=2)
    await world.agency("H20.14.05", "Phòng 5", "H20.14")
    await world.agency("H20.15", "Sở Y tế", "H20", level=2)
    await world.agency("H20.114", "Phường Mỹ Ngãi", "H20", level=3)
    await world.agency("H20.115", "Phường Cao Lãnh", "H20", level=3)


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
