"""Keys: which are good, what is told of those that are not, and when each was used."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event, select, update
from sqlalchemy.engine.interfaces import DBAPIConnection

from services.api.access import keys
from services.api.app import create_app
from shared.config import Config
from shared.db import tables
from shared.db.engine import Database, create_engine
from shared.db.stores import api_keys
from shared.domain.access import RANDOM_BYTES, Actor, NewKey, Scope, new_key
from tests.api.conftest import OFTEN
from tests.api.world import KEY, NOW, PROVINCE, World, ask, bearer, let_in

MICROSECOND = timedelta(microseconds=1)
GOOD = new_key(b"g" * RANDOM_BYTES)
SAME_PREFIX = new_key(b"g" * 36 + b"h")
PATH = "/v1/labels"
OF_EACH = {"date", "x-request-id"}


async def status(client: httpx.AsyncClient, key: NewKey = GOOD) -> int:
    return (await client.get(PATH, headers=bearer(key))).status_code


async def change(world: World, **values: object) -> None:
    async with world.database.begin() as connection:
        await connection.execute(update(tables.api_keys).where(tables.api_keys.c.prefix == GOOD.prefix).values(values))


async def last_used(world: World) -> object:
    async with world.database.begin() as connection:
        query = select(tables.api_keys.c.last_used_at).where(tables.api_keys.c.prefix == GOOD.prefix)
        return await connection.scalar(query)


async def test_a_key_is_good_until_the_moment_it_expires(client: httpx.AsyncClient, world: World) -> None:
    await let_in(world.database, GOOD, expires_at=NOW)
    world.now = NOW - MICROSECOND
    assert await status(client) == 200
    world.now = NOW
    assert await status(client) == 401


async def test_a_revoked_key_is_good_no_longer_from_the_next_request_on(client: httpx.AsyncClient, world: World) -> None:
    await let_in(world.database, GOOD)
    assert await status(client) == 200
    await change(world, revoked_at=NOW)
    assert await status(client) == 401


async def test_of_credentials_that_are_not_good_nobody_is_told_why(client: httpx.AsyncClient, world: World) -> None:
    await let_in(world.database, GOOD, revoked_at=NOW)
    expired = new_key(b"e" * RANDOM_BYTES)
    await let_in(world.database, expired, expires_at=NOW)
    texts = [GOOD.text, expired.text, SAME_PREFIX.text, new_key(b"n" * RANDOM_BYTES).text, "x", "a.b.c", "w766__", f"{KEY.text}a"]
    answers = [await client.get(PATH, headers={"Authorization": f"Bearer {text}"}) for text in texts]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple((name, value) for name, value in answer.headers.items() if name not in OF_EACH) for answer in answers}) == 1
    assert {answer.headers["www-authenticate"] for answer in answers} == {'Bearer error="invalid_token"'}


async def test_a_key_nobody_has_costs_the_same_questions_as_one_with_another_secret(world: World) -> None:
    await let_in(world.database, GOOD)
    asked: list[str] = []
    engine = create_engine(world.database.direct_url, application="tests")

    @event.listens_for(engine.sync_engine, "connect")
    def listen(connection: DBAPIConnection, _: object) -> None:
        connection.driver_connection.add_query_logger(lambda told: asked.append(told.query))

    database = Database(engine)
    ring = keys.Keys(database, PROVINCE, world.clock)
    for key in (SAME_PREFIX, new_key(b"n" * RANDOM_BYTES)):
        with pytest.raises(keys.Refused, match="unknown"):
            await ring.holder(key.text, "r")
    mine = [query for query in asked if "api_keys" in query]
    assert len(mine) == 2
    assert mine[0] == mine[1]
    await database.aclose()


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", f"Basic {KEY.text}", KEY.text, f"Token {KEY.text}", f"Bearer,{KEY.text}", f"Bearer\t{KEY.text}"],
)
async def test_a_header_that_shows_no_bearer_is_no_credentials(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.get(PATH, headers={"Authorization": header})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_the_word_bearer_is_taken_in_any_case_and_a_space_more_does_no_harm(client: httpx.AsyncClient) -> None:
    for header in (f"bearer {KEY.text}", f"BEARER  {KEY.text} "):
        assert (await client.get(PATH, headers={"Authorization": header})).status_code == 200


async def test_two_headers_are_not_guessed_between(app: FastAPI, world: World) -> None:
    headers = [("Authorization", f"Bearer {KEY.text}")] * 2
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://watch766", headers=headers) as client:
        assert (await client.get(PATH)).status_code == 401


async def test_a_key_in_the_address_is_no_credentials_and_not_logged(
    client: httpx.AsyncClient, log_lines: list[dict[str, object]]
) -> None:
    del client.headers["Authorization"]
    assert (await client.get(PATH, params={"access_token": KEY.text})).status_code == 401
    assert KEY.text not in str(log_lines)


async def test_bytes_that_are_no_text_are_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get(PATH, headers={"Authorization": b"Bearer \xff\xfe\x80"})
    assert answer.status_code == 401


async def test_a_refusal_is_logged_with_its_reason_and_without_the_key(
    client: httpx.AsyncClient, world: World, log_lines: list[dict[str, object]]
) -> None:
    await let_in(world.database, GOOD, revoked_at=NOW)
    await status(client)
    line = next(line for line in log_lines if line["event"] == "credentials_refused")
    assert (line["reason"], line["what"], line["address"]) == ("revoked", GOOD.prefix, "127.0.0.1")
    assert GOOD.text not in str(log_lines)


async def test_who_asked_is_on_the_line_of_the_request(client: httpx.AsyncClient, log_lines: list[dict[str, object]]) -> None:
    await client.get(PATH)
    assert [line["actor"] for line in log_lines if line["event"] == "request_handled"] == [f"key:{KEY.prefix}"]


async def test_a_key_is_good_in_its_own_province_only(world: World) -> None:
    async with ask(create_app(world.database, Config(province="H19"), clock=world.clock)) as elsewhere:
        assert (await elsewhere.get(PATH)).status_code == 401


@pytest.fixture
async def own(world: World) -> AsyncIterator[tuple[httpx.AsyncClient, keys.Keys]]:
    """A client with a good key, and the keys of its application."""
    await let_in(world.database, GOOD, last_used_at=None)
    app = create_app(world.database, Config(access=OFTEN), clock=world.clock)
    async with ask(app) as client:
        yield client, app.state.keys


async def test_the_use_of_a_key_is_noted_at_most_once_a_minute(own: tuple[httpx.AsyncClient, keys.Keys], world: World) -> None:
    client, ring = own
    for moment, noted in (
        (NOW, NOW),
        (NOW + api_keys.USE_TOLD_EVERY - MICROSECOND, NOW),
        (NOW + api_keys.USE_TOLD_EVERY, NOW + api_keys.USE_TOLD_EVERY),
    ):
        world.now = moment
        assert await status(client) == 200
        await ring.settle()
        assert await last_used(world) == noted


async def test_a_key_that_is_refused_was_not_used(own: tuple[httpx.AsyncClient, keys.Keys], world: World) -> None:
    client, ring = own
    await change(world, revoked_at=NOW)
    assert await status(client) == 401
    await ring.settle()
    assert await last_used(world) is None


async def test_scopes_of_a_later_version_let_nobody_do_anything(client: httpx.AsyncClient, world: World) -> None:
    await let_in(world.database, GOOD)
    await change(world, scopes=["everything:write"])
    assert await status(client) == 200
    assert (await client.get("/v1/alerts", headers=bearer(GOOD))).status_code == 403


async def test_a_key_bound_to_an_agency_nobody_named_yet_sees_nothing(client: httpx.AsyncClient, world: World) -> None:
    await world.judged()
    await let_in(world.database, GOOD, agency="H20.114")
    assert (await client.get("/v1/dossiers", headers=bearer(GOOD))).json()["items"] == []


async def test_a_key_bound_to_the_province_sees_all_of_it(client: httpx.AsyncClient, world: World) -> None:
    await world.judged()
    await let_in(world.database, GOOD, agency=PROVINCE)
    assert len((await client.get("/v1/dossiers", headers=bearer(GOOD))).json()["items"]) == 1


async def test_a_key_is_kept_as_a_digest_only(database: Database) -> None:
    by = Actor("command:me")
    async with database.begin() as connection:
        await api_keys.create(
            connection, PROVINCE, GOOD, name="n", scopes=[Scope.ADMIN], agency=None, expires_at=None, by=by, now=NOW
        )
        for table in (tables.api_keys, tables.audit_log):
            stored = str((await connection.execute(select(table))).mappings().all())
            assert GOOD.prefix in stored
            assert GOOD.text.rpartition("_")[2] not in stored
