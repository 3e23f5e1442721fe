"""Alerts counted by what they have in common."""

from typing import Any

import httpx
import pytest

from services.api.alert_query import AlertQuery, AlertSummaryQuery
from services.api.schemas.summary import AlertSummary
from shared.db.views.alert_summary import AlertsBy
from tests.api.test_paging import follow
from tests.api.world import AGO, DUE, World


async def groups(client: httpx.AsyncClient, **params: object) -> list[dict[str, Any]]:
    response = await client.get("/v1/alerts/summary", params=params)
    assert response.status_code == 200, response.text
    AlertSummary.model_validate(response.json())
    return list(response.json()["items"])


async def counts(client: httpx.AsyncClient, **params: object) -> dict[str | None, int]:
    return {group["key"]: group["count"] for group in await groups(client, **params)}


async def test_no_alerts_are_no_groups(client: httpx.AsyncClient) -> None:
    assert await groups(client) == []


async def test_a_group_tells_how_many_how_bad_since_when_and_until_when(client: httpx.AsyncClient, world: World) -> None:
    await world.alert("H20.1-1", severity="critical", since=world.now - 5 * AGO, due_at=DUE)
    await world.alert("H20.1-2", since=world.now - 3 * AGO, due_at=DUE - AGO)
    await world.alert("H20.1-3")
    assert await groups(client) == [
        {
            "key": "deadline.due_soon",
            "name": "Sắp đến hạn trả",
            "count": 3,
            "critical": 1,
            "warning": 2,
            "oldest_since": "2026-11-20T09:00:00+07:00",
            "earliest_due": "2026-11-23T16:00:00+07:00",
        }
    ]


@pytest.mark.parametrize(
    ("by", "values", "name"),
    [
        ("rule", {"rule": "pause.too_long"}, "Dừng quá lâu"),
        ("agency", {"agency": "H20.114"}, "Phường Sơn Qui"),
        ("severity", {"severity": "critical"}, "Khẩn"),
        ("sector", {"sector": "G15-TP02"}, "Hộ tịch"),
        ("stage", {"stage": "Thẩm định"}, "Thẩm định"),
        ("officer", {"officer_id": "cb-1"}, "cb-1"),
        ("responsible", {"responsible": "citizen"}, "Người nộp hồ sơ"),
        ("cause", {"cause": "workload"}, "Do khối lượng công việc"),
        ("resolution", {"resolution": "late"}, "Trễ hạn"),
    ],
)
async def test_alerts_are_counted_by_each_thing_under_its_name(
    client: httpx.AsyncClient, world: World, by: str, values: dict[str, str], name: str
) -> None:
    await world.agency("H20.114", "Phường Sơn Qui")
    await world.procedure("1.1", sector="G15-TP02", sector_name="Hộ tịch")
    await world.procedure("1.2", sector="G15-TP02")
    for number in range(2):
        await world.alert(f"H20.1-{number}", **values)
    await world.alert("H20.1-9", rule="request.late")
    found = await groups(client, by=by)
    assert (found[0]["key"], found[0]["name"], found[0]["count"]) == (next(iter(values.values())), name, 2)
    assert sum(group["count"] for group in found) == 3


def test_everything_alerts_are_counted_by_is_tested() -> None:
    parameters = next(mark.args[1] for mark in test_alerts_are_counted_by_each_thing_under_its_name.pytestmark)  # type: ignore[attr-defined]
    assert {by for by, _, _ in parameters} == set(AlertsBy)


async def test_what_has_nothing_in_common_is_counted_under_null(client: httpx.AsyncClient, world: World) -> None:
    await world.alert("H20.1-1", officer_id="cb-1")
    await world.alert("H20.1-2")
    assert [(group["key"], group["name"]) for group in await groups(client, by="officer")] == [(None, None), ("cb-1", "cb-1")]


async def test_a_name_nobody_gave_is_the_code(client: httpx.AsyncClient, world: World) -> None:
    await world.alert(agency="H20.99", sector="X")
    assert [(await groups(client, by=by))[0]["name"] for by in ("agency", "sector")] == ["H20.99", "X"]


async def test_the_summary_takes_every_filter_of_the_list(client: httpx.AsyncClient, world: World) -> None:
    assert set(AlertSummaryQuery.model_fields) == set(AlertQuery.model_fields) - {"sort", "count"} | {"by"}
    await world.agency("H20.14")
    await world.agency("H20.14.05", parent="H20.14")
    await world.procedure("1.1", "Đăng ký khai sinh")
    fits = {"agency": "H20.14.05", "procedure": "1.1", "stage": "A", "officer_id": "cb-1", "due_at": DUE, "severity": "critical"}
    fits["responsible_agency"] = "H20.14.05"
    await world.alert("H20.1-1", **fits)
    await world.alert("H20.1-2", rule="pause.too_long")
    for params in (
        {"agency": "H20.14"},
        {"responsible_agency": "H20.14"},
        {"procedure": "1.1"},
        {"stage": "A"},
        {"officer": "cb-1"},
        {"severity": "critical"},
        {"due_from": DUE.isoformat()},
        {"q": "khai sinh"},
        {"dossier": "H20.1-1"},
        {"family": "deadline"},
    ):
        assert await counts(client, **params) == {"deadline.due_soon": 1}, params


async def test_only_what_is_not_resolved_is_counted_unless_asked_for(client: httpx.AsyncClient, world: World) -> None:
    for state in ("open", "acknowledged", "resolved"):
        await world.alert(f"H20.1-{state}", state=state)
    assert await counts(client) == {"deadline.due_soon": 2}
    assert await counts(client, state="resolved") == {"deadline.due_soon": 1}


async def test_groups_are_paged_the_most_first_and_each_is_met_once(client: httpx.AsyncClient, world: World) -> None:
    stages = {"A": 3, "B": 1, "C": 2, "D": 1, "x" * 150 + "1": 1, "x" * 150 + "2": 1, None: 1}
    for stage, number in stages.items():
        for each in range(number):
            await world.alert(f"H20.1-{stage}-{each}", stage=stage)
    whole = [group["key"] for group in await groups(client, by="stage")]
    assert whole[:5] == ["A", "C", None, "B", "D"]
    for limit in (1, 2, 7):
        pages = await follow(client, "/v1/alerts/summary", by="stage", limit=limit)
        assert [group["key"] for page in pages for group in page] == whole


async def test_a_cursor_of_another_grouping_is_refused(client: httpx.AsyncClient, world: World) -> None:
    for stage in "AB":
        await world.alert(f"H20.1-{stage}", stage=stage, officer_id=stage)
    cursor = (await client.get("/v1/alerts/summary", params={"by": "stage", "limit": 1})).json()["next_cursor"]
    response = await client.get("/v1/alerts/summary", params={"by": "officer", "cursor": cursor})
    assert response.status_code == 400
