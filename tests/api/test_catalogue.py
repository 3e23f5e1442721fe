"""Agencies, procedures, sources and what was refused."""

from datetime import timedelta

import httpx
import pytest

from services.api.schemas.catalogue import Agency, AgencyList, ProcedureList
from services.api.schemas.sources import RejectList, Source, SourceList
from shared.db import tables
from tests.api.world import AGO, CODE, World


async def codes(client: httpx.AsyncClient, path: str, **params: object) -> list[str]:
    response = await client.get(path, params=params)
    assert response.status_code == 200, response.text
    return [item["code"] for item in response.json()["items"]]


async def test_agencies_are_listed_by_code_page_by_page(client: httpx.AsyncClient, world: World) -> None:
    for code in ("H20.2", "H20", "H20.1"):
        await world.agency(code, parent=None if code == "H20" else "H20")
    first = (await client.get("/v1/agencies", params={"limit": 2})).json()
    AgencyList.model_validate(first)
    assert [item["code"] for item in first["items"]] == ["H20", "H20.1"]
    assert await codes(client, "/v1/agencies", cursor=first["next_cursor"]) == ["H20.2"]


@pytest.mark.parametrize("q", ["son qui", "SƠN QUI", "h20.114"])
async def test_agencies_are_found_by_name_or_code(client: httpx.AsyncClient, world: World, q: str) -> None:
    await world.agency("H20.114", "Ủy ban nhân dân phường Sơn Qui")
    await world.agency("H20.115", "Ủy ban nhân dân phường Gò Công")
    assert await codes(client, "/v1/agencies", q=q) == ["H20.114"]


async def test_an_agency_is_read_by_any_spelling(client: httpx.AsyncClient, world: World) -> None:
    await world.agency("H20.14", "Sở Nông nghiệp và Môi trường", parent="H20", level=2)
    body = (await client.get("/v1/agencies/000.00.14.H20")).json()
    Agency.model_validate(body)
    assert body == {"code": "H20.14", "name": "Sở Nông nghiệp và Môi trường", "parent": "H20", "level": 2, "in_catalogue": True}


async def test_procedures_are_told_with_every_fact(client: httpx.AsyncClient, world: World) -> None:
    await world.procedure("1.001193", "Đăng ký khai sinh", "G15-TP02", agencies=("H20.114",), legal_limit_days=1)
    body = (await client.get("/v1/procedures")).json()
    ProcedureList.model_validate(body)
    item = body["items"][0]
    assert (item["agencies"], item["legal_limit_days"], item["has_fee"]) == (["H20.114"], 1, None)


async def test_procedures_are_filtered_by_words_sector_and_agency(client: httpx.AsyncClient, world: World) -> None:
    await world.agency("H20.14")
    await world.agency("H20.14.05")
    await world.agency("H20.15")
    await world.procedure("1.1", "Đăng ký khai sinh", "A", agencies=("H20.14.05",))
    await world.procedure("1.2", "Đăng ký đất đai", "B", agencies=("H20.15",))
    await world.procedure("1.3", "Cấp phép", "B")
    await world.dossier("H20.14-1", agency="H20.14", procedure="1.3")
    assert await codes(client, "/v1/procedures", q="dang ky") == ["1.1", "1.2"]
    assert await codes(client, "/v1/procedures", sector="B") == ["1.2", "1.3"]
    assert await codes(client, "/v1/procedures", agency="H20.14") == ["1.1", "1.3"]
    assert await codes(client, "/v1/procedures", agency="H20.15", sector="A") == []


async def test_a_source_tells_how_far_it_is_read_and_what_it_counts(client: httpx.AsyncClient, world: World) -> None:
    await world.source("portal", role="portal", records=2, error="503", error_at=world.now)
    await world.record("portal", source_id="1", notes=("due_before_accepted",))
    await world.record("portal", source_id="2", notes=("due_before_accepted", "end_date_while_running"))
    await world.refusal("portal")
    await world.refusal("portal", None)
    await world.refusal("portal", "H20.1-9", mended_at=world.now)
    body = (await client.get("/v1/sources")).json()
    SourceList.model_validate(body)
    source = body["items"][0]
    notes = {"due_before_accepted": 2, "end_date_while_running": 1}
    assert source["counts"] == {"records": 2, "refused": 2, "skewed": 0, "notes": notes}
    assert (source["status"], source["error"], source["interval_seconds"]) == ("ok", "503", 60)
    assert source["last_run"] is None


async def test_petitions_are_a_source_that_no_answer_waits_for(client: httpx.AsyncClient, world: World) -> None:
    await world.source("portal", role="portal")
    await world.source("portal-petitions", role="petitions", read_ago=None, error="code -3")
    await world.write(tables.poll_runs, source="portal-petitions", kind="petitions", started_at=world.now, received=7)
    body = (await client.get("/v1/sources")).json()
    SourceList.model_validate(body)
    assert body["freshness"]["status"] == "ok"
    assert body["data_as_of"] is not None
    petitions = next(source for source in body["items"] if source["role"] == "petitions")
    assert (petitions["status"], petitions["last_run"]["received"], petitions["error"]) == ("loading", 7, "code -3")
    await world.judged()
    assert [side["source"] for side in (await client.get(f"/v1/dossiers/{CODE}")).json()["sides"]] == ["portal"]


async def test_a_source_tells_its_last_poll_of_dossiers(client: httpx.AsyncClient, world: World) -> None:
    await world.source("igate")
    for kind, hours, received in (("dossiers", 2, 1), ("dossiers", 1, 7), ("catalogue", 0, 9)):
        await world.write(tables.poll_runs, source="igate", kind=kind, started_at=world.now - hours * AGO, received=received)
    body = (await client.get("/v1/sources/igate")).json()
    Source.model_validate(body)
    assert (body["last_run"]["received"], body["last_run"]["started_at"]) == (7, "2026-11-20T13:00:00+07:00")
    assert body["freshness"]["status"] == "ok"


async def test_sources_stand_in_the_order_of_configuration_and_a_dropped_one_has_no_status(
    client: httpx.AsyncClient, world: World
) -> None:
    await world.source("land", position=2)
    await world.source("igate", position=1, active=False)
    await world.source("portal", role="portal", read_ago=None)
    items = (await client.get("/v1/sources")).json()["items"]
    assert [(item["name"], item["status"]) for item in items] == [("portal", "loading"), ("igate", None), ("land", "ok")]
    first = (await client.get("/v1/sources", params={"limit": 1})).json()
    rest = (await client.get("/v1/sources", params={"cursor": first["next_cursor"]})).json()
    assert [item["name"] for item in rest["items"]] == ["igate", "land"]


async def test_what_was_refused_is_told_latest_first_without_the_value(client: httpx.AsyncClient, world: World) -> None:
    await world.source("igate")
    await world.source("portal", role="portal")
    first = await world.refusal("igate", "H20.1-1")
    second = await world.refusal("igate", None, refused_at=world.now + timedelta(microseconds=1))
    mended = await world.refusal("igate", "H20.1-3", mended_at=world.now)
    await world.refusal("portal", "H20.1-4")
    body = (await client.get("/v1/sources/igate/rejects")).json()
    RejectList.model_validate(body)
    assert [item["id"] for item in body["items"]] == [mended, second, first]
    for is_open, wanted in (("true", [second, first]), ("false", [mended])):
        part = (await client.get("/v1/sources/igate/rejects", params={"open": is_open})).json()
        assert [item["id"] for item in part["items"]] == wanted


async def test_what_was_refused_is_paged(client: httpx.AsyncClient, world: World) -> None:
    await world.source("igate")
    written = [await world.refusal("igate", f"H20.1-{number}") for number in range(3)]
    first = (await client.get("/v1/sources/igate/rejects", params={"limit": 2})).json()
    rest = (await client.get("/v1/sources/igate/rejects", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == written[::-1]
