"""The list of dossiers: its shape, its filters, its order."""

from datetime import timedelta

import httpx
import pytest

from services.api.schemas.dossier_list import DossierList
from shared.domain.findings import Severity
from shared.domain.statuses import RUNNING, Status
from tests.api.world import AGO, CODE, DUE, World

INSTANT = timedelta(microseconds=1)
UNJUDGED = {"judged_at": None, "rule_set": 0, "status": None}


async def codes(client: httpx.AsyncClient, **params: object) -> list[str]:
    """Return the codes a list tells, without the agency before them."""
    response = await client.get("/v1/dossiers", params=params)
    assert response.status_code == 200, response.text
    DossierList.model_validate(response.json())
    return [item["code"].partition("-")[2] for item in response.json()["items"]]


async def test_an_empty_database_gives_an_empty_list_that_is_loading(client: httpx.AsyncClient) -> None:
    body = (await client.get("/v1/dossiers")).json()
    assert body == {"items": [], "next_cursor": None, "data_as_of": None, "freshness": {"status": "loading", "sources": []}}


async def test_a_dossier_has_the_promised_shape(client: httpx.AsyncClient, world: World) -> None:
    await world.agency("H20.114", "Ủy ban nhân dân phường Sơn Qui")
    await world.procedure("1.001193", "Đăng ký khai sinh", "G15-TP02")
    await world.judged(
        procedure="1.001193",
        sector="G15-TP02",
        source="igate",
        portal_status=Status.NEW,
        online=True,
        submitted_at=world.now - AGO,
        due_at=DUE,
        portal_overdue_at=world.now - AGO,
        stage="Thẩm định",
        officer_id="cb-7",
        out_of_step=["sync.status_mismatch"],
        next_review_at=DUE,
    )
    for state in ("open", "acknowledged", "resolved"):
        await world.alert(state=state, family=state)
    assert (await client.get("/v1/dossiers")).json()["items"] == [
        {
            "code": CODE,
            "agency": {"code": "H20.114", "name": "Ủy ban nhân dân phường Sơn Qui"},
            "procedure": {"code": "1.001193", "name": "Đăng ký khai sinh", "sector": "G15-TP02"},
            "source": "igate",
            "status": {"code": 4, "label": "Đang xử lý"},
            "portal_status": {"code": 1, "label": "Mới đăng ký"},
            "online": True,
            "submitted_at": "2026-11-20T13:00:00+07:00",
            "due_at": "2026-11-23T17:00:00+07:00",
            "ended_at": None,
            "overdue": False,
            "overdue_on_portal": True,
            "stage": "Thẩm định",
            "officer": {"id": "cb-7"},
            "sync_state": "out_of_step",
            "out_of_step": ["sync.status_mismatch"],
            "alerts": 2,
            "next_review_at": "2026-11-23T17:00:00+07:00",
            "url": f"/v1/dossiers/{CODE}",
        }
    ]


async def test_a_dossier_nobody_has_judged_is_listed_when_asked_for_and_tells_nothing_but_that(
    client: httpx.AsyncClient, world: World
) -> None:
    await world.dossier()
    assert (await client.get("/v1/dossiers")).json()["items"] == []
    item = (await client.get("/v1/dossiers", params={"sync_state": "unjudged"})).json()["items"][0]
    assert (item["sync_state"], item["status"], item["agency"], item["overdue"]) == ("unjudged", None, None, False)


async def test_a_dossier_no_system_has_any_more_is_neither_in_step_nor_open(client: httpx.AsyncClient, world: World) -> None:
    await world.judged(status=None, agency=None)
    assert (await client.get("/v1/dossiers")).json()["items"][0]["sync_state"] is None
    for params in ({"sync_state": ["in_step", "out_of_step", "unjudged"]}, {"open": "true"}, {"open": "false"}):
        assert await codes(client, **params) == []


@pytest.mark.parametrize(
    ("name", "value", "wanted", "other"),
    [
        ("status", "5", {"status": 5}, {"status": 4}),
        ("status", "0", {"status": 0}, {"status": 1}),
        ("portal_status", "4", {"portal_status": 4}, {"portal_status": 10}),
        ("portal_status", "4", {"portal_status": 4}, {"portal_status": None}),
        ("sector", "G15-TP02", {"sector": "G15-TP02"}, {"sector": "G13"}),
        ("source", "igate", {"source": "igate"}, {"source": "land"}),
        ("stage", "Thẩm định", {"stage": "Thẩm định"}, {"stage": "Trình ký"}),
        ("officer", "cb-1", {"officer_id": "cb-1"}, {"officer_id": "cb-2"}),
        ("procedure", "1.001193.000.00.00.H20", {"procedure": "1.001193"}, {"procedure": "1.001194"}),
        ("sync_state", "in_step", {}, {"out_of_step": ["sync.field_mismatch"]}),
        ("sync_state", "in_step", {}, UNJUDGED),
        ("sync_state", "out_of_step", {"out_of_step": ["sync.field_mismatch"]}, {}),
        ("sync_state", "unjudged", UNJUDGED, {}),
        (
            "sync_state",
            "sync.field_mismatch",
            {"out_of_step": ["sync.field_mismatch"]},
            {"out_of_step": ["sync.status_mismatch"]},
        ),
        ("open", "true", {}, {"ended_at": DUE}),
        ("open", "false", {"ended_at": DUE}, {}),
    ],
)
async def test_a_filter_keeps_what_fits(
    client: httpx.AsyncClient, world: World, name: str, value: str, wanted: dict[str, object], other: dict[str, object]
) -> None:
    await world.source("igate")
    await world.procedure("1.001193")
    await world.judged("H20.1-kept", **wanted)
    await world.judged("H20.1-other", **other)
    assert await codes(client, **{name: value}) == ["kept"]


async def test_several_values_of_one_filter_mean_any_of_them(client: httpx.AsyncClient, world: World) -> None:
    await world.judged("H20.1-1", status=5)
    await world.judged("H20.1-2", status=6, out_of_step=["sync.field_mismatch"])
    await world.dossier("H20.1-3")
    assert await codes(client, status=[5, 6]) == ["1", "2"]
    assert await codes(client, sync_state=["sync.field_mismatch", "unjudged"]) == ["2", "3"]
    assert await codes(client, sync_state=["in_step", "sync.status_mismatch"]) == ["1"]


async def test_several_filters_mean_all_of_them(client: httpx.AsyncClient, world: World) -> None:
    await world.judged("H20.1-1", status=5, officer_id="cb-1")
    await world.judged("H20.1-2", status=5, officer_id="cb-2")
    assert await codes(client, status=5, officer="cb-2") == ["2"]


async def test_an_agency_includes_those_below_it(client: httpx.AsyncClient, world: World) -> None:
    await world.agency("H20")
    await world.agency("H20.14", parent="H20")
    await world.agency("H20.14.05", parent="H20.14")
    await world.agency("H20.15", parent="H20")
    for agency in ("H20.14", "H20.14.05", "H20.15"):
        await world.judged(f"{agency}-{agency}", agency=agency)
    assert await codes(client, agency="000.00.14.H20") == ["H20.14", "H20.14.05"]
    assert await codes(client, agency=["H20.14.05", "H20.15"]) == ["H20.14.05", "H20.15"]


async def test_due_from_counts_and_due_to_no_longer(client: httpx.AsyncClient, world: World) -> None:
    for name, due_at in (("1before", DUE - INSTANT), ("2at", DUE), ("3after", DUE + INSTANT), ("4none", None)):
        await world.judged(f"H20.1-{name}", due_at=due_at)
    assert await codes(client, due_from=DUE.isoformat()) == ["2at", "3after"]
    assert await codes(client, due_to=DUE.isoformat()) == ["1before"]


@pytest.mark.parametrize("status", sorted(RUNNING))
async def test_a_running_dossier_is_overdue_after_its_due_date(client: httpx.AsyncClient, world: World, status: Status) -> None:
    await world.judged("H20.1-at", status=status, due_at=world.now)
    await world.judged("H20.1-past", status=status, due_at=world.now - INSTANT)
    await world.judged("H20.1-ended", status=status, due_at=world.now - AGO, ended_at=world.now)
    await world.judged("H20.1-none", status=status)
    assert await codes(client, overdue="true") == ["past"]
    assert await codes(client, overdue="false") == ["ended", "at", "none"]


async def test_a_dossier_that_stands_still_is_overdue_only_if_it_was_when_that_began(
    client: httpx.AsyncClient, world: World
) -> None:
    for name, rule in (("late", "deadline.overdue"), ("waits", "pause.too_long")):
        await world.judged(f"H20.1-{name}", status=Status.SUPPLEMENT, due_at=world.now - AGO)
        await world.finding(rule, ripe=True, code=f"H20.1-{name}")
    assert await codes(client, overdue="true") == ["late"]


async def test_the_portal_counts_a_due_date_after_it_and_the_window_at_its_end(client: httpx.AsyncClient, world: World) -> None:
    at = {"portal_overdue_at": world.now}
    await world.judged("H20.1-due", portal_status=Status.PROCESSING, **at)
    await world.judged("H20.1-window", portal_status=Status.NEW, **at)
    await world.judged("H20.1-none")
    assert await codes(client, overdue_on_portal="true") == ["window"]
    assert await codes(client, overdue_on_portal="false") == ["due", "none"]
    world.now += INSTANT
    assert await codes(client, overdue_on_portal="true") == ["due", "window"]
    world.now -= 2 * INSTANT
    assert await codes(client, overdue_on_portal="true") == []


@pytest.mark.parametrize(
    "q", ["H20.114-261120-0042", "h20.114-2611", "000.00.114.H20-261120", "H20.114", "H20.11", "dang ky KHAI", "Đăng ký  khai"]
)
async def test_a_dossier_is_found_by_the_beginning_of_its_code_or_its_procedure(
    client: httpx.AsyncClient, world: World, q: str
) -> None:
    await world.procedure("1.001193", "Đăng ký khai sinh")
    await world.procedure("1.001194", "Cấp giấy phép xây dựng")
    await world.judged(CODE, procedure="1.001193")
    await world.judged("H20.7-261121-0009", procedure="1.001194")
    await world.judged("H20.7-261121-0010")
    assert await codes(client, q=q, count="true") == ["261120-0042"]


@pytest.mark.parametrize("q", ["%", "_", "\\", "261120", "khai%sinh", "\U0010ffff"])
async def test_no_character_of_a_search_means_any_other(client: httpx.AsyncClient, world: World, q: str) -> None:
    await world.procedure("1.001193", "Đăng ký khai sinh")
    await world.judged(CODE, procedure="1.001193")
    assert await codes(client, q=q) == []


async def test_the_count_is_of_all_pages_and_only_there_when_asked_for(client: httpx.AsyncClient, world: World) -> None:
    for number in range(3):
        await world.judged(f"H20.1-{number}", status=5)
    await world.judged("H20.1-9", status=4)
    body = (await client.get("/v1/dossiers", params={"count": "true", "limit": 1, "status": 5})).json()
    assert (len(body["items"]), body["count"]) == (1, 3)
    assert "count" not in (await client.get("/v1/dossiers")).json()


async def test_other_findings_make_nothing_overdue(client: httpx.AsyncClient, world: World) -> None:
    await world.judged(status=Status.SUPPLEMENT, due_at=world.now - AGO)
    await world.finding("deadline.due_soon", ripe=True, stage=Severity.WARNING)
    assert await codes(client, overdue="true") == []
