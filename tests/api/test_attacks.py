"""What somebody may try who has a key for one agency, or none: others' agencies and cursors, odd bodies and headers."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from services.api.app import create_app
from services.api.cursors import cut
from services.api.parameters import ListQuery
from services.api.problems import Problem
from shared.config import Config
from shared.db.engine import Database, create_engine
from shared.db.views.paging import Number, Order, Word
from shared.domain.access import RANDOM_BYTES, new_key
from tests.api.conftest import OFTEN
from tests.api.world import AGO, KEY, World, ask, bearer, let_in

BOUND = new_key(b"b" * RANDOM_BYTES)
OWN, OTHER = "H20.114", "H20.115"
NOWHERE = Database(create_engine("postgresql://nobody@127.0.0.1:1/nothing", application="tests"))
DOCUMENT = create_app(NOWHERE, Config()).openapi()

NAMES_ANY = {"responsible_agency"}
"""Who is asked to act may be another agency: one's own alerts name it."""


def taking_an_agency() -> Iterator[tuple[str, str]]:
    """Every path with each of its parameters that names an agency."""
    for path, methods in DOCUMENT["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", ()):
            if "agency" in parameter["name"] and parameter["in"] == "query":
                yield path, parameter["name"]


def lists() -> list[str]:
    """Every list that goes on from a cursor and needs nothing named in its path."""
    reads = {path: methods["get"] for path, methods in DOCUMENT["paths"].items() if "get" in methods and "{" not in path}
    return [path for path, read in reads.items() if "cursor" in {one["name"] for one in read.get("parameters", ())}]


@pytest.fixture
async def clients(world: World) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """Who sees the whole province, and who sees one of its communes; with three of everything, one of it the commune's."""
    app = create_app(world.database, Config(access=OFTEN), clock=world.clock)
    await world.source("igate")
    for number, agency in enumerate((OWN, OTHER, OTHER), 1):
        await _three(world, number, agency)
    await let_in(world.database, BOUND, agency=OWN)
    async with ask(app) as whole, ask(app) as bound:
        bound.headers.update(bearer(BOUND))
        yield whole, bound


async def _three(world: World, number: int, agency: str) -> None:
    code = f"{agency}-261120-000{number}"
    if number < 3:
        await world.agency(agency, parent="H20", level=3)
        await world.official(agency)
    await world.procedure(f"1.{number}", agencies=(agency,))
    await world.judged(code, agency=agency, procedure=f"1.{number}", source="igate")
    await world.delay(code, since=world.now - AGO, agency=agency)
    await world.petition(f"{agency}.{number}", agency=agency)
    await world.alert(code, agency=agency, procedure=f"1.{number}", responsible_agency=agency)


def test_there_is_something_to_try() -> None:
    assert len(list(taking_an_agency())) >= 9
    assert len(lists()) >= 12


@pytest.mark.parametrize(("path", "parameter"), list(taking_an_agency()))
async def test_an_agency_outside_ones_own_is_unknown_in_every_parameter(
    clients: tuple[httpx.AsyncClient, httpx.AsyncClient], path: str, parameter: str
) -> None:
    whole, bound = clients
    address = path.replace("{code}", OWN)
    for spelling in (OTHER, "000.00.115.H20", f" {OTHER.lower()} "):
        refused = await bound.get(address, params={parameter: spelling})
        if parameter in NAMES_ANY:
            assert (refused.status_code, told(refused)) == (200, [])
        else:
            assert refused.status_code in {404, 422}
        unknown = await bound.get(address, params={parameter: "H20.999"})
        if parameter not in NAMES_ANY:
            assert unknown.json()["detail"] == refused.json()["detail"], "nobody is told which of the two it is"
    assert (await whole.get(address, params={parameter: OTHER})).status_code != 422


def told(answer: httpx.Response) -> list[Any]:
    """What a list or a stream tells."""
    if answer.headers["content-type"].startswith("text/event-stream"):
        return [line for line in answer.text.splitlines() if line.startswith("data")]
    return list(answer.json()["items"])


@pytest.mark.parametrize("path", lists())
async def test_with_a_cursor_of_somebody_else_one_sees_ones_own_only(
    clients: tuple[httpx.AsyncClient, httpx.AsyncClient], path: str
) -> None:
    whole, bound = clients
    cursor = (await whole.get(path, params={"limit": 1})).json()["next_cursor"]
    while cursor:
        answer = await bound.get(path, params={"limit": 1, "cursor": cursor})
        assert answer.status_code == 200
        assert OTHER not in answer.text
        cursor = (await whole.get(path, params={"limit": 1, "cursor": cursor})).json()["next_cursor"]


@pytest.mark.parametrize("path", lists())
async def test_a_sheet_holds_no_more_than_the_list(clients: tuple[httpx.AsyncClient, httpx.AsyncClient], path: str) -> None:
    whole, bound = clients
    answer = await bound.get(path, params={"limit": 500}, headers={"Accept": "text/csv"})
    assert answer.status_code == 200 or path == "/v1/scores/history", (
        "without an agency that is the province's, which is not seen"
    )
    assert OTHER not in answer.text
    assert (await whole.get(path, params={"limit": 500}, headers={"Accept": "text/csv"})).status_code == 200


async def test_with_a_place_of_somebody_else_one_follows_ones_own_only(
    clients: tuple[httpx.AsyncClient, httpx.AsyncClient], world: World
) -> None:
    whole, bound = clients
    for agency in (OWN, OTHER, OWN, OTHER):
        await world.happened(f"{agency}-261120-0001", agency=agency, dossier_code=f"{agency}-261120-0001")
    after: str | None = None
    for _ in range(4):
        place = {} if after is None else {"after": after}
        followed = await bound.get("/v1/events", params=place)
        assert followed.status_code == 200
        assert OTHER not in followed.text
        after = (await whole.get("/v1/events", params={"limit": 1, **place})).json()["after"]


OTHERS = [
    f"/v1/agencies/{OTHER}",
    f"/v1/scores/{OTHER}/lost",
    f"/v1/scores/{OTHER}/weakest",
    f"/v1/petitions/{OTHER}.2",
    f"/v1/dossiers/{OTHER}-261120-0002",
]


@pytest.mark.parametrize("path", OTHERS)
async def test_what_belongs_to_others_is_not_there(clients: tuple[httpx.AsyncClient, httpx.AsyncClient], path: str) -> None:
    whole, bound = clients
    assert ((await whole.get(path)).status_code, (await bound.get(path)).status_code) == (200, 404)


async def test_an_answer_somebody_else_got_is_not_confirmed(clients: tuple[httpx.AsyncClient, httpx.AsyncClient]) -> None:
    whole, bound = clients
    tag = (await whole.get("/v1/dossiers")).headers["etag"]
    assert (await bound.get("/v1/dossiers", headers={"If-None-Match": tag})).status_code == 200


ORDER = Order((), tuple[Number, Word])


def opened(cursor: str) -> object:
    """Read a cursor as a list does; a problem where it cannot be used."""
    scope = {"type": "http", "path": "/v1/agencies", "headers": [], "query_string": b"", "server": ("w", 80), "scheme": "http"}
    try:
        return cut(Request(scope), ListQuery(cursor=cursor), ORDER)
    except Problem as problem:
        return problem.status


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=300)
AS_OURS = st.binary(min_size=1, max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode())


@given(TEXTS | AS_OURS)
def test_whatever_is_sent_as_a_cursor_it_is_400(cursor: str) -> None:
    assert opened(cursor) == 400


BODIES = {
    "nothing": b"",
    "no object": b"[1]",
    "cut short": b'{"ratios": {',
    "deep": b"[" * 100_000,
    "deep in an object": b'{"ratios":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001,
    "many keys": json.dumps({"ratios": {str(number): {"numerator": 1, "denominator": 1} for number in range(4_000)}}).encode(),
    "a number without end": b'{"ratios": {"2.1": {"numerator": ' + b"9" * 5000 + b', "denominator": 1}}}',
    "no number": b'{"ratios": {"2.1": {"numerator": NaN, "denominator": Infinity}}}',
    "a number beyond all": b'{"ratios": {"2.1": {"numerator": 1e999, "denominator": 1}}}',
    "no text": b'{"ratios": {"\xff": 1}}',
    "half a character": b'{"ratios": {"\\ud800": 1}}',
    "nothing but zero": b'{"ratios": {"\\u0000": 1}}',
    "a prototype": b'{"__proto__": {"x": 1}, "ratios": {}}',
    "another language": "{'ratios': {}}".encode("utf-16"),
}


@pytest.mark.parametrize("why", BODIES)
async def test_an_odd_body_is_refused_by_name(client: httpx.AsyncClient, why: str) -> None:
    answer = await client.post("/v1/scores/preview", content=BODIES[why], headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert len(answer.content) < 10_000


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded", "", "x"]
)
async def test_a_body_of_another_kind_is_refused(client: httpx.AsyncClient, kind: str) -> None:
    answer = await client.post("/v1/scores/preview", content=b'{"ratios": {}}', headers={"Content-Type": kind})
    assert answer.status_code == 422


@pytest.mark.parametrize("odd", [b"a\nb", b"a\r\nX: y", b"\x1b[31m", b"%0d%0a", b"\xf0\x9f\x98\x80", b"a" * 5000])
async def test_what_is_sent_never_breaks_a_line_of_the_log(
    client: httpx.AsyncClient, log_lines: list[dict[str, Any]], odd: bytes
) -> None:
    answer = await client.get(
        f"/v1/alerts/{quote(odd[:50])}", headers={"X-Request-ID": odd, "User-Agent": odd, "Authorization": b"Bearer " + odd}
    )
    assert answer.status_code == 401
    assert len(answer.headers["x-request-id"]) == 32
    told = json.dumps(log_lines, default=str)
    assert [part for part in ("\\n", "\\r", "\\u001b", "%0a", "%0d", "aaaa") if part in told] == []


async def test_a_key_is_never_told_by_an_answer(client: httpx.AsyncClient) -> None:
    for path in ("/v1/labels", "/v1/nothing", "/v1/alerts?colour=red", "/openapi.json", "/metrics", "/v1/audit-log"):
        answer = await client.get(path)
        assert KEY.text not in answer.text + str(answer.headers)
