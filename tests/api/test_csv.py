"""Every list as CSV, and which form an answer takes."""

import csv
import io
from decimal import Decimal

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from services.api.app import ROUTERS
from services.api.negotiation import CSV, JSON, chosen
from services.api.schemas.base import Schema
from services.api.sheets import header, paths_of, sheet
from shared.db import tables
from shared.db.stores import audit_log
from shared.domain.access import Actor
from shared.domain.catalogue import Procedure
from shared.domain.counters import Counters, View
from shared.domain.figures import Counted
from shared.policy.measures import measures
from shared.policy.scoring import scoring_policies
from tests.api.world import AGO, CODE, DUE, IN_TIME, LATE, NOW, PROVINCE, World

LISTS = {
    "/v1/alerts": ("alerts.csv", "id", "agency_name", "details"),
    "/v1/alerts/summary": ("alerts-summary.csv", "key", "count", "earliest_due"),
    "/v1/dossiers": ("dossiers.csv", "code", "agency_code", "status_label", "procedure_sector", "officer_id", "sync_state"),
    "/v1/sync": ("sync.csv", "code", "out_of_step", "share", "kinds_sync_missing_on_portal"),
    "/v1/audit-log": ("audit-log.csv", "id", "actor", "action", "subject", "details"),
    "/v1/delays": ("delays.csv", "key", "minutes", "running"),
    "/v1/agencies": ("agencies.csv", "code", "name", "parent"),
    "/v1/indicators": ("indicators.csv", "id", "group_name", "max", "full_marks_at", "basis", "lead", "sources"),
    "/v1/measures": ("measures.csv", "id", "numerator", "percent", "reached", "source"),
    "/v1/incidents": ("incidents.csv", "id", "kind", "cause_code", "alerts", "standing"),
    "/v1/silences": ("silences.csv", "id", "rules", "ends_at", "state", "alerts_held"),
    "/v1/stock": ("stock.csv", "day", "kept_at", "open", "waiting_payment", "apologies_owed"),
    "/v1/policies": ("policies.csv", "id", "valid_from", "groups", "sources"),
    "/v1/petitions": ("petitions.csv", "code", "agency_code", "status_label", "due_at", "overdue"),
    "/v1/procedures": ("procedures.csv", "code", "agencies", "legal_limit_days"),
    "/v1/scores/history": ("scores-history.csv", "day", "total", "change", "groups"),
    "/v1/scores/history?view=official": ("scores-history.csv", "day", "fetched_at", "total", "groups"),
    "/v1/scores/ranking": ("scores-ranking.csv", "rank", "agency_code", "kind", "total", "groups"),
    "/v1/scores/ranking?view=official": ("scores-ranking.csv", "rank", "agency_code", "total", "fetched_at"),
    "/v1/scores/H20.114/opportunities": (
        "scores-H20-114-opportunities.csv",
        *("dossier_code", "repair", "agency_code", "procedure_name", "points", "due_at", "alert_rule"),
    ),
    "/v1/scores/H20.114/lost/dossiers?indicator=2.1": (
        "scores-H20-114-lost-dossiers.csv",
        "code",
        "agency_code",
        "portal_numerator",
        "home_denominator",
        "out_of_step",
        "alert_id",
    ),
    "/v1/scores/H20.114/procedures?indicator=3.2": (
        "scores-H20-114-procedures.csv",
        "code",
        "counted",
        "decided_on",
        "online_dossiers",
    ),
    "/v1/webhooks": ("webhooks.csv", "id", "url", "rules", "state", "secrets"),
    "/v1/webhooks/1/deliveries": ("webhooks-1-deliveries.csv", "id", "message_id", "state", "attempts"),
    "/v1/sources": ("sources.csv", "name", "counts_records", "last_run_received"),
    "/v1/sources/igate/rejects": ("sources-igate-rejects.csv", "id", "field", "refused_at"),
}
OF_POLICY = {
    "/v1/indicators": len(scoring_policies()[-1].indicators),
    "/v1/policies": len(scoring_policies()),
    "/v1/measures": len(measures().of) + 1,  # one of them for each of two levels
}
"""How long the lists are that come with the package."""

AS_CSV = {"Accept": "text/csv"}


class Inner(Schema):
    code: str


class Item(Schema):
    text: str
    inner: Inner | None
    words: list[str]
    facts: dict[str, int]
    several: list[Inner]
    number: float | None
    flag: bool


@pytest.fixture
async def one_of_each(world: World) -> None:
    """A row for every list."""
    await world.source("igate")
    await world.agency("H20.114", '=Phường; "Sơn Qui",\r\n1', level=3)
    await world.write(tables.score_days, view="portal", period="2026", agency="H20", day=NOW.date(), counted=Counted())
    await world.official("H20")
    listed = Procedure(
        code="1.001193", name="Đăng ký khai sinh", sector="G15-TP02", agencies=("H20.114", "H20.115"), online_level=2
    )
    await world.catalogue(listed)
    await world.counts("H20.114", Counters(accepted=1, on_time=1), view=View.HOME, code=CODE, procedure=listed.code)
    await world.judged(procedure="1.001193", source="igate", officer_id="cb-7", out_of_step=["sync.status_mismatch"])
    await world.delay(since=world.now - AGO)
    await world.refusal("igate")
    await world.petition()
    async with world.database.begin() as connection:
        await audit_log.record(connection, PROVINCE, Actor("command:me"), "key.created", "key:x", {"name": "=1"}, now=NOW)
    await world.delivery(await world.webhook(id=1))
    moment = {"opened_at": NOW, "expected": 20}
    await world.write(tables.incidents, kind="agency", code="H20.114", severity="warning", agencies=["H20.114"], **moment)
    span = {"created_at": NOW, "starts_at": NOW, "ends_at": NOW + AGO}
    await world.write(tables.silences, rules=["deadline"], author="key:x", reason="=1", **span)
    await world.alert(agency="H20.114", procedure="1.001193", due_at=DUE)
    await world.repair(kind="sync", procedure="1.001193", before=LATE, after=IN_TIME)


async def rows(client: httpx.AsyncClient, path: str, **params: object) -> list[dict[str, str]]:
    """Return a list as a spreadsheet reads it."""
    response = await client.get(path, params=params or None, headers=AS_CSV)
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def test_every_list_is_tested(app: FastAPI) -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    reads = {path: methods["get"] for path, methods in app.openapi()["paths"].items() if "get" in methods}
    tables = {path for path, read in reads.items() if "text/csv" in read["responses"]["200"]["content"]}
    places = {"igate": "{name}", "H20.114": "{code}", "/1/": "/{webhook_id}/"}
    told = set()
    for path in LISTS:
        for value, name in places.items():
            path = path.replace(value, name)
        told.add(path.partition("?")[0])
    assert tables == told
    assert {route.path for route in routes if "cursor" in str(route.dependant.query_params)} <= tables


@pytest.mark.usefixtures("one_of_each")
@pytest.mark.parametrize("path", LISTS)
async def test_every_list_is_a_table(client: httpx.AsyncClient, path: str) -> None:
    name, *columns = LISTS[path]
    response = await client.get(path, headers=AS_CSV)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert response.headers["vary"] == "Accept"
    assert response.content.startswith(b"\xef\xbb\xbf" + columns[0].encode())
    assert response.content.endswith(b"\r\n")
    table = await rows(client, path)
    assert set(columns) <= set(table[0])
    assert len(table) == OF_POLICY.get(path, 1)


@pytest.mark.usefixtures("one_of_each")
@pytest.mark.parametrize("path", LISTS)
async def test_a_table_has_a_tag_of_its_own(client: httpx.AsyncClient, path: str) -> None:
    table, json = await client.get(path, headers=AS_CSV), await client.get(path)
    assert json.headers["vary"] == "Accept"
    assert json.headers["content-type"] == "application/json"
    assert table.headers["etag"] != json.headers["etag"]
    again = await client.get(path, headers={**AS_CSV, "If-None-Match": table.headers["etag"]})
    assert (again.status_code, again.content, again.headers["vary"]) == (304, b"", "Accept")
    assert (await client.get(path, headers={**AS_CSV, "If-None-Match": json.headers["etag"]})).status_code == 200


async def test_an_empty_list_is_a_header(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/agencies", headers=AS_CSV)
    assert response.content.decode("utf-8-sig") == "code,name,parent,level,in_catalogue\r\n"


@pytest.mark.usefixtures("one_of_each")
async def test_values_are_told_as_a_spreadsheet_wants_them(client: httpx.AsyncClient) -> None:
    dossier = (await rows(client, "/v1/dossiers"))[0]
    assert dossier["code"] == CODE
    assert dossier["agency_name"] == '\'=Phường; "Sơn Qui",\r\n1'
    assert (dossier["online"], dossier["due_at"], dossier["alerts"]) == ("false", "", "1")
    assert (dossier["status_code"], dossier["status_label"], dossier["portal_status_code"]) == ("4", "Đang xử lý", "")
    assert dossier["out_of_step"] == "sync.status_mismatch"
    assert (await rows(client, "/v1/procedures"))[0]["agencies"] == "H20.114;H20.115"
    alert = (await rows(client, "/v1/alerts"))[0]
    assert alert["due_at"] == "2026-11-23T17:00:00+07:00"
    assert alert["details"].startswith('{"due_at":"')


async def test_a_table_is_paged_like_the_list(client: httpx.AsyncClient, world: World) -> None:
    for number in range(3):
        await world.judged(f"H20.1-{number}", due_at=DUE, agency="H20.1")
    await world.agency("H20.1")
    asked = {"limit": 2, "sort": "code", "due_from": DUE.isoformat(), "agency": ["H20.1", "H20.1"]}
    first = await client.get("/v1/dossiers", params=asked, headers=AS_CSV)
    rest = await client.get(first.links["next"]["url"], headers=AS_CSV)
    assert [text.count("\r\n") for text in (first.text, rest.text)] == [3, 2]
    assert "H20.1-2" in rest.text
    assert "link" not in rest.headers


async def test_the_address_of_the_next_page_is_that_of_the_cursor(client: httpx.AsyncClient, world: World) -> None:
    for number in range(3):
        await world.agency(f"H20.{number}", "Phường & xã")
    first = await client.get("/v1/agencies", params={"limit": 1, "q": "phuong & xa"})
    second = await client.get(first.links["next"]["url"])
    assert second.json()["items"][0]["code"] == "H20.1"
    assert first.json()["next_cursor"] in first.links["next"]["url"]
    third = await client.get(second.links["next"]["url"])
    assert (third.json()["next_cursor"], "link" in third.headers) == (None, False)


async def test_a_page_that_is_followed_now_is_another_answer(client: httpx.AsyncClient, world: World) -> None:
    await world.agency("H20.1")
    alone = await client.get("/v1/agencies", params={"limit": 1}, headers=AS_CSV)
    await world.agency("H20.2")
    again = await client.get("/v1/agencies", params={"limit": 1}, headers={**AS_CSV, "If-None-Match": alone.headers["etag"]})
    assert (again.status_code, again.content) == (200, alone.content)


async def test_an_error_is_a_problem_whatever_was_asked_for(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/agencies", params={"limit": 0}, headers=AS_CSV)
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("path", [*LISTS, "/v1/alerts/1", "/v1/dossiers/H20.1-1", "/v1/labels"])
async def test_a_form_nobody_offers_is_406(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path, headers={"Accept": "application/xml"})
    assert (response.status_code, response.headers["content-type"]) == (406, "application/problem+json")
    assert response.json()["type"] == "urn:watch766:problem:not-acceptable"
    assert ("text/csv" in response.json()["detail"]) is (path in LISTS)


async def test_one_thing_is_no_table(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/labels", headers=AS_CSV)).status_code == 406


async def test_several_headers_are_one(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/agencies", headers=[("Accept", "application/json;q=0.2"), ("Accept", "text/csv")])
    assert response.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("*", JSON),
        ("odd", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV; charset=utf-8", CSV),
        ("text/*", CSV),
        ("application/*", JSON),
        ("text/csv, application/json", JSON),
        ("text/csv, application/json;q=0.9", CSV),
        ("text/csv;q=0.5, */*;q=0.1", CSV),
        ("text/csv;q=0.1, */*;q=0.5", JSON),
        ("*/*, application/json;q=0.1", CSV),
        ("*/*;q=0.5, text/*;q=0.6, text/csv;q=0.1", JSON),
        ("application/json;q=0, */*", CSV),
        ("text/csv; q=1.000 , application/json ; q=0.999", CSV),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON),
        ("text/csv;q=2, text/csv;q=high", JSON),
        ("text/html", None),
        ("text/csv;q=0", None),
        ("*/*;q=0", None),
        ("application/problem+json", None),
    ],
)
def test_the_form_wanted_most_is_chosen(accept: str, form: str | None) -> None:
    assert chosen(accept, (JSON, CSV)) == form


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"])
def test_a_text_that_could_be_a_formula_is_led_by_an_apostrophe(start: str) -> None:
    assert cell(text=f"{start}1+1") == f"'{start}1+1"
    assert cell(words=[f"{start}1", "2"], column="words") == f"'{start}1;2"


@pytest.mark.parametrize("start", ["=", "-", "@"])
def test_what_would_be_a_cell_of_its_own_where_cells_are_parted_by_semicolons_is_no_formula_either(start: str) -> None:
    assert cell(text=f"a;{start}1+1;b") == f"a;'{start}1+1;b"
    assert cell(words=["a", f"{start}1"], column="words") == f"a;'{start}1"
    assert cell(facts={f"a;{start}1": 1}, column="facts") == f'{{"a;\'{start}1":1}}'


@pytest.mark.parametrize("text", ["Sơn Qui", "1-1", " =1", 'say "hi"', "a,b", "a;b", "two\r\nlines", "'", ""])
def test_any_other_text_comes_back_as_it_is(text: str) -> None:
    assert cell(text=text) == text


@pytest.mark.parametrize(("number", "told"), [(-5, "-5"), (99.94, "99.94"), (0, "0"), (None, ""), (Decimal("-6.50"), "-6.50")])
def test_numbers_stay_numbers(number: float | Decimal | None, told: str) -> None:
    assert cell(number=number, column="number") == told


def test_what_is_deeper_is_json_and_what_is_not_there_is_empty() -> None:
    assert [header(path) for path in paths_of(Item)] == ["text", "inner_code", "words", "facts", "several", "number", "flag"]
    assert cell(several=[{"code": "a"}], column="several") == '[{"code":"a"}]'
    assert (cell(facts={"a": 1}, column="facts"), cell(column="inner_code"), cell(column="flag")) == ('{"a":1}', "", "true")


def cell(column: str = "text", **values: object) -> str:
    """Return one cell of a row as it is read again."""
    row = {"text": "", "inner": None, "words": [], "facts": {}, "several": [], "number": None, "flag": True, **values}
    return next(csv.DictReader(io.StringIO(sheet(Item, [row]), newline="")))[column]
