"""Citizens' petitions: listed, filtered, read one by one, and named by the alerts about them."""

from datetime import timedelta

import httpx
import pytest

from services.api.schemas.alerts import Alert
from services.api.schemas.petitions import Petition, PetitionList
from shared.domain.findings import Severity
from shared.domain.petitions import PetitionKind, PetitionStatus
from tests.api.world import AGO, CODE, DUE, World

MICROSECOND = timedelta(microseconds=1)


async def codes(client: httpx.AsyncClient, **params: object) -> list[str]:
    response = await client.get("/v1/petitions", params=params)
    assert response.status_code == 200, response.text
    return [item["code"] for item in response.json()["items"]]


async def test_a_petition_is_told_without_its_citizen(client: httpx.AsyncClient, world: World) -> None:
    await world.agency("H20.114", "Ủy ban nhân dân phường Sơn Qui")
    await world.petition("PAKN.1", kind=PetitionKind.OFFICER, dossier_code=CODE, step="resolve", due_at=DUE)
    body = (await client.get("/v1/petitions")).json()
    PetitionList.model_validate(body)
    (item,) = body["items"]
    assert item["agency"] == {"code": "H20.114", "name": "Ủy ban nhân dân phường Sơn Qui"}
    assert item["status"] == {"code": 4, "label": "Đang xử lý"}
    assert item["kind"] == {"code": 2, "label": "Về cán bộ, công chức"}
    assert (item["step"], item["due_at"], item["overdue"]) == ("resolve", "2026-11-23T17:00:00+07:00", False)
    assert (item["dossier_code"], item["satisfied"], item["repeated"]) == (CODE, None, False)


async def test_it_is_read_by_its_code(client: httpx.AsyncClient, world: World) -> None:
    await world.petition("PAKN/20 a")
    (listed,) = (await client.get("/v1/petitions")).json()["items"]
    await world.petition("PAKN.2")
    body = (await client.get("/v1/petitions/PAKN.2")).json()
    Petition.model_validate(body)
    assert body["code"] == "PAKN.2"
    assert listed["url"] == "/v1/petitions/PAKN%2F20%20a"
    assert (await client.get("/v1/petitions/PAKN.3")).status_code == 404


async def test_it_is_overdue_just_after_what_is_owed(client: httpx.AsyncClient, world: World) -> None:
    await world.petition("a", step="resolve", due_at=world.now)
    await world.petition("b", step="publish", due_at=world.now - MICROSECOND)
    await world.petition("c")
    assert await codes(client, overdue="true") == ["b"]
    assert await codes(client, overdue="false") == ["a", "c"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status": "4"}, ["a"]),
        ({"status": ["5", "6"]}, ["b", "c"]),
        ({"kind": "2"}, ["b"]),
        ({"step": "publish"}, ["b"]),
        ({"dossier": "000.00.114.H20-261120-0042"}, ["a"]),
        ({"agency": "H20.14"}, ["b", "c"]),
        ({"agency": "H20.14", "status": "6"}, ["c"]),
        ({"due_from": "2026-11-23T17:00:00+07:00"}, ["b"]),
        ({"due_to": "2026-11-23T17:00:00+07:00"}, ["a"]),
        ({"received_to": "2026-11-20T13:00:00+07:00"}, ["b"]),
        ({"received_from": "2026-11-20T13:00:00+07:00"}, ["a", "c"]),
    ],
)
async def test_they_are_filtered(client: httpx.AsyncClient, world: World, asked: dict[str, object], found: list[str]) -> None:
    for code in ("H20.114", "H20.14", "H20.14.05"):
        await world.agency(code)
    await world.petition("a", step="resolve", due_at=DUE - MICROSECOND, dossier_code=CODE)
    about = {"status": PetitionStatus.ANSWERED, "kind": PetitionKind.OFFICER, "received_at": world.now - 2 * AGO}
    await world.petition("b", agency="H20.14", step="publish", due_at=DUE, **about)
    await world.petition("c", agency="H20.14.05", status=PetitionStatus.PUBLISHED)
    assert await codes(client, **asked) == found


@pytest.mark.parametrize(("sort", "order"), [("due_at", "cab"), ("received_at", "bca"), ("code", "abc")])
async def test_they_are_met_once_page_by_page(client: httpx.AsyncClient, world: World, sort: str, order: str) -> None:
    await world.petition("a", step="resolve", due_at=DUE, received_at=world.now - 3 * AGO)
    await world.petition("b", received_at=world.now - AGO)
    await world.petition("c", step="resolve", due_at=DUE - AGO, received_at=world.now - 2 * AGO)
    met, cursor = [], None
    for _ in range(3):
        asked = {"limit": 1, "sort": sort, "count": "true", **({"cursor": cursor} if cursor else {})}
        body = (await client.get("/v1/petitions", params=asked)).json()
        met += [item["code"] for item in body["items"]]
        assert body["count"] == 3
        cursor = body["next_cursor"]
    assert (met, cursor) == (list(order), None)


async def test_they_answer_as_csv_and_with_a_tag(client: httpx.AsyncClient, world: World) -> None:
    await world.petition("PAKN.1")
    table = await client.get("/v1/petitions", headers={"Accept": "text/csv"})
    assert table.text.splitlines()[0].startswith("\ufeffcode,agency_code,agency_name,status_code,status_label,kind_code")
    assert table.text.splitlines()[1].startswith("PAKN.1,H20.114,H20.114,4,Đang xử lý,,")
    tag = (await client.get("/v1/petitions")).headers["etag"]
    assert (await client.get("/v1/petitions", headers={"If-None-Match": tag})).status_code == 304


async def test_a_bad_filter_is_named(client: httpx.AsyncClient, world: World) -> None:
    for bad in ({"status": "9"}, {"agency": "H20.99"}, {"overdue": "maybe"}, {"step": "accept"}):
        answer = await client.get("/v1/petitions", params=bad)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"].startswith(next(iter(bad)))


async def test_an_alert_about_a_petition_has_no_dossier_and_leads_to_it(client: httpx.AsyncClient, world: World) -> None:
    await world.alert(CODE)
    await world.alert(
        subject="petition:PAKN.1", dossier_code=None, rule="petition.overdue", severity=Severity.CRITICAL, agency="H20.114"
    )
    (item,) = (await client.get("/v1/alerts", params={"rule": "petition.overdue"})).json()["items"]
    Alert.model_validate(item)
    assert (item["subject"], item["dossier_code"], item["url"]) == ("petition:PAKN.1", None, "/v1/petitions/PAKN.1")
    assert item["title"] == "Phản ánh, kiến nghị quá hạn – PAKN.1"
    assert len((await client.get("/v1/alerts", params={"family": "petition"})).json()["items"]) == 1


async def test_an_alert_about_a_procedure_names_it(client: httpx.AsyncClient, world: World) -> None:
    await world.procedure("1.001193", "Đăng ký khai sinh")
    about = {"subject": "procedure:1.001193", "dossier_code": None, "procedure": "1.001193", "agency": "H20"}
    await world.alert(rule="publication.late", severity=Severity.CRITICAL, **about)
    (item,) = (await client.get("/v1/alerts", params={"rule": "publication.late", "procedure": "1.001193"})).json()["items"]
    assert item["message"].startswith("[KHẨN] Thủ tục 1.001193 – Đăng ký khai sinh. Công bố theo quyết định ngày 16/11/2026")
    assert item["url"] == f"/v1/alerts/{item['id']}"
