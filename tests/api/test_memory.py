"""Answers from memory: the same as from the database, never older than what was committed, never another caller's."""

import time
from datetime import timedelta

import httpx
import pytest
import respx
from fastapi import FastAPI
from sqlalchemy import text, update

from services.api.answers import Sent
from services.api.app import create_app
from services.api.memory import Kept, Kepts, Question
from shared.access_config import OidcConfig
from shared.config import Config
from shared.db import tables
from shared.db.engine import Database, create_engine
from shared.db.views.seen import Seen, look
from shared.domain.access import RANDOM_BYTES, Scope, new_key
from tests.api.conftest import OFTEN
from tests.api.issuer import AUDIENCE, ISSUER, FakeIssuer, token
from tests.api.world import CODE, KEY, NOW, World, ask, bearer, let_in

PATH = "/v1/alerts"
SECOND = timedelta(seconds=1)
ONE, OTHER = (new_key(bytes([number]) * RANDOM_BYTES) for number in (1, 2))
HERE, THERE = "H20.114", "H20.115"


def remembered(app: FastAPI) -> float:
    """How many answers came from memory so far."""
    lines = app.state.metrics.text().decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("watch766_answers_from_memory_total"))


async def from_memory(client: httpx.AsyncClient, app: FastAPI, path: str = PATH, **headers: str) -> httpx.Response:
    """Ask until an answer comes from memory: the server itself may write meanwhile, when it gathers statistics."""
    for _ in range(20):
        before = remembered(app)
        response = await client.get(path, headers=headers)
        if remembered(app) > before:
            return response
    raise AssertionError(f"no answer to {path} came from memory")


def ids(response: httpx.Response) -> list[int]:
    return [item["id"] for item in response.json()["items"]]


@pytest.mark.parametrize(
    "path", [PATH, "/v1/alerts/1", "/v1/alerts?limit=1", f"/v1/dossiers/{CODE}", "/v1/scores", "/v1/scores/ranking"]
)
async def test_an_answer_from_memory_is_that_of_the_database(
    client: httpx.AsyncClient, app: FastAPI, world: World, path: str
) -> None:
    for number in (1, 2):
        await world.alert(id=number, family=f"of {number}")
    await world.dossier()
    first = await client.get(path)
    again = await from_memory(client, app, path)
    apart = {"date", "x-request-id"}
    assert (again.status_code, again.content) == (first.status_code, first.content) == (200, first.content)
    assert {name: value for name, value in again.headers.items() if name not in apart} == {
        name: value for name, value in first.headers.items() if name not in apart
    }


async def test_an_answer_from_memory_is_logged_like_any_other(
    client: httpx.AsyncClient, app: FastAPI, log_lines: list[dict[str, object]]
) -> None:
    await from_memory(client, app, "/v1/alerts/summary")
    line = [line for line in log_lines if line["event"] == "request_handled"][-1]
    assert (line["route"], line["status"], line["actor"]) == ("/v1/alerts/summary", 200, f"key:{KEY.prefix}")


async def test_what_another_process_commits_is_in_the_next_answer(client: httpx.AsyncClient, app: FastAPI, world: World) -> None:
    alert = await world.alert()
    url = world.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    other = Database(create_engine(url, application="another process"))
    try:
        for stage in ("first", "second", "third"):
            async with other.begin() as connection:
                await connection.execute(update(tables.alerts).where(tables.alerts.c.id == alert).values(stage=stage))
                assert (await client.get(PATH)).json()["items"][0]["stage"] != stage
            assert (await client.get(PATH)).json()["items"][0]["stage"] == stage
            assert (await from_memory(client, app)).json()["items"][0]["stage"] == stage
    finally:
        await other.aclose()


async def test_how_far_sources_are_read_is_in_the_next_answer(client: httpx.AsyncClient, app: FastAPI, world: World) -> None:
    await world.source("igate", read_ago=SECOND)
    before = (await from_memory(client, app)).json()["data_as_of"]
    async with world.database.begin() as connection:
        await connection.execute(update(tables.sources).values(read_to=NOW, settled_to=NOW))
    assert before < (await client.get(PATH)).json()["data_as_of"]


async def test_nobody_gets_what_another_agency_may_see(client: httpx.AsyncClient, app: FastAPI, world: World) -> None:
    mine, theirs = [await world.alert(f"{agency}-261120-0001", agency=agency) for agency in (HERE, THERE)]
    for agency in (HERE, THERE):
        await world.agency(agency)
    await let_in(world.database, ONE, Scope.ALERTS_READ, agency=HERE)
    await let_in(world.database, OTHER, Scope.ALERTS_READ, agency=THERE)
    assert set(ids(await from_memory(client, app))) == {mine, theirs}
    for key, seen in ((ONE, mine), (OTHER, theirs), (ONE, mine)):
        assert ids(await client.get(PATH, headers=bearer(key))) == [seen]
        assert ids(await from_memory(client, app, **bearer(key))) == [seen]


async def test_whoever_lacks_the_scope_gets_nothing_from_memory(client: httpx.AsyncClient, app: FastAPI, world: World) -> None:
    await let_in(world.database, ONE, Scope.SCORES_READ)
    await from_memory(client, app)
    assert (await client.get(PATH, headers=bearer(ONE))).status_code == 403


async def test_a_revoked_key_gets_nothing_from_memory(client: httpx.AsyncClient, app: FastAPI, world: World) -> None:
    await let_in(world.database, ONE, Scope.ALERTS_READ)
    await from_memory(client, app, **bearer(ONE))
    async with world.database.begin() as connection:
        await connection.execute(update(tables.api_keys).where(tables.api_keys.c.prefix == ONE.prefix).values(revoked_at=NOW))
    assert (await client.get(PATH, headers=bearer(ONE))).status_code == 401


async def test_a_token_that_needed_no_question_is_answered_from_memory_too(world: World) -> None:
    oidc = OidcConfig(issuer=ISSUER, audience=AUDIENCE)
    app = create_app(world.database, Config(access=OFTEN.model_copy(update={"oidc": oidc})), clock=world.clock)
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "a", "iat": now, "exp": now + 300, "scope": "alerts:read"}
    with respx.mock(assert_all_called=False) as router:
        FakeIssuer(router)
        async with ask(app) as client:
            asked = {"Authorization": f"Bearer {token(claims, 'RS256', 'rsa')}"}
            assert ids(await from_memory(client, app, **asked)) == []
            alert = await world.alert()
            assert ids(await client.get(PATH, headers=asked)) == [alert]


async def test_texts_are_counted_anew_each_minute(client: httpx.AsyncClient, app: FastAPI, world: World) -> None:
    await world.alert(due_at=NOW + timedelta(hours=2))
    world.now = NOW + SECOND
    first = await from_memory(client, app)
    world.now = NOW + 60 * SECOND - timedelta(microseconds=1)
    assert (await from_memory(client, app)).content == first.content
    world.now = NOW + 61 * SECOND
    assert (await client.get(PATH)).json()["items"][0]["message"] != first.json()["items"][0]["message"]


async def test_the_instant_a_minute_begins_is_apart(client: httpx.AsyncClient, app: FastAPI, world: World) -> None:
    await world.judged(due_at=NOW)
    overdue = "/v1/dossiers?overdue=true"
    assert (await from_memory(client, app, overdue)).json()["items"] == []
    world.now = NOW + timedelta(microseconds=1)
    assert len((await client.get(overdue)).json()["items"]) == 1


async def test_a_caller_who_has_the_answer_gets_304_from_memory(client: httpx.AsyncClient, app: FastAPI) -> None:
    first = await from_memory(client, app)
    tag = first.headers["etag"]
    again = await from_memory(client, app, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "content-type" not in again.headers


async def test_what_was_answered_with_304_is_kept_whole(client: httpx.AsyncClient, app: FastAPI, world: World) -> None:
    tag = (await client.get(PATH)).headers["etag"]
    await world.agency(HERE)
    assert (await client.get(PATH, headers={"If-None-Match": tag})).status_code == 304
    assert (await from_memory(client, app)).json()["items"] == []


async def test_each_form_is_kept_for_itself(client: httpx.AsyncClient, app: FastAPI) -> None:
    assert (await from_memory(client, app)).headers["content-type"] == "application/json"
    assert (await client.get(PATH, headers={"Accept": "text/csv"})).headers["content-type"].startswith("text/csv")
    assert (await from_memory(client, app, Accept="text/csv")).content.startswith(b"\xef\xbb\xbfid,")


@pytest.mark.parametrize("path", ["/v1/alerts/7", "/v1/alerts?limit=0", "/v1/sources", "/v1/events"])
async def test_errors_and_what_is_not_of_the_data_alone_are_not_kept(client: httpx.AsyncClient, app: FastAPI, path: str) -> None:
    before = remembered(app)
    for _ in range(3):
        await client.get(path)
    assert remembered(app) == before


async def test_tags_that_are_too_long_are_refused_as_ever(client: httpx.AsyncClient, app: FastAPI) -> None:
    await from_memory(client, app)
    assert (await client.get(PATH, headers={"If-None-Match": f'"{"x" * 8200}"'})).status_code == 422


async def test_a_state_has_another_name_once_anything_is_committed(world: World) -> None:
    """Also while an earlier transaction is under way; what is only under way changes nothing that is to be seen."""
    async with world.database.engine.connect() as early:
        await early.execute(text("SELECT pg_current_xact_id()"))
        states = set()
        for number in range(3):
            await world.agency(f"H20.{number}")
            async with world.database.engine.connect() as connection:
                states.add((await look(connection)).state)
    assert len(states) == 3


def kept(content: bytes = b"x" * 1000) -> Kept:
    return Kept(Sent("tag", content, "application/json", {}), None)


def question(number: int) -> Question:
    return Question(PATH, str(number).encode(), "", None, frozenset())


def test_memory_holds_so_much_and_lets_the_oldest_go() -> None:
    kepts, seen = Kepts(most=10_000), Seen(NOW, "1:1:")
    for number in range(100):
        kepts.find(seen, question(number))
        kepts.keep(seen, question(number), kept())
        assert kepts.size <= 10_000
    assert kepts.find(seen, question(99))
    assert kepts.find(seen, question(0)) is None


def test_an_answer_that_is_larger_than_memory_is_not_kept() -> None:
    kepts, seen = Kepts(most=1000), Seen(NOW, "1:1:")
    kepts.find(seen, question(1))
    kepts.keep(seen, question(1), kept())
    assert (kepts.find(seen, question(1)), kepts.size) == (None, 0)


def test_memory_forgets_a_state_that_was_left_and_keeps_nothing_of_it() -> None:
    kepts, seen, later = Kepts(), Seen(NOW, "1:1:"), Seen(NOW, "2:2:")
    kepts.find(seen, question(1))
    kepts.keep(seen, question(1), kept())
    assert kepts.find(seen, question(1))
    assert kepts.find(later, question(1)) is None
    kepts.keep(seen, question(1), kept())
    assert (kepts.find(later, question(1)), kepts.size) == (None, 0)
