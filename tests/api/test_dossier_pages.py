"""The list of dossiers page by page, and what an answer costs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import httpx
import pytest
from sqlalchemy import event

from tests.api.test_dossier_list import codes
from tests.api.test_paging import follow
from tests.api.world import AGO, DUE, World


@contextmanager
def listening(world: World, tell: Callable[[object], None]) -> Iterator[None]:
    """Tell every statement the database is asked."""

    def asked(connection: object, cursor: object, statement: object, *_: object) -> None:
        tell(statement)

    engine = world.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", asked)
    yield
    event.remove(engine, "before_cursor_execute", asked)


async def test_every_order_puts_what_has_no_date_last(client: httpx.AsyncClient, world: World) -> None:
    for name, due_at, submitted_at in (("a", DUE, None), ("b", DUE - AGO, DUE), ("c", None, DUE - AGO), ("d", DUE, DUE)):
        await world.judged(f"H20.1-{name}", due_at=due_at, submitted_at=submitted_at)
    assert await codes(client) == ["b", "a", "d", "c"]
    assert await codes(client, sort="submitted_at") == ["d", "b", "c", "a"]
    assert await codes(client, sort="code") == ["a", "b", "c", "d"]


@pytest.mark.parametrize("sort", ["due_at", "submitted_at", "code"])
async def test_every_dossier_is_met_once_whatever_it_is_sorted_by(client: httpx.AsyncClient, world: World, sort: str) -> None:
    moments: list[datetime | None] = [None, DUE, DUE + AGO]
    for number in range(13):
        await world.judged(f"H20.1-{number:02}", due_at=moments[number % 3], submitted_at=moments[number % 5 % 3])
    whole = await codes(client, sort=sort)
    for limit in (1, 4, 13):
        pages = await follow(client, "/v1/dossiers", sort=sort, limit=limit)
        assert [str(item["code"]).partition("-")[2] for page in pages for item in page] == whole
    assert len(set(whole)) == 13


@pytest.mark.parametrize("sort", ["due_at", "submitted_at", "code"])
async def test_dossiers_that_stay_are_met_once_while_others_come(client: httpx.AsyncClient, world: World, sort: str) -> None:
    for number in range(0, 20, 2):
        await world.judged(f"H20.1-{number:02}", due_at=DUE + number * AGO, submitted_at=DUE - number * AGO)
    met, cursor = [], ""
    for number in range(1, 20, 2):
        body = (
            await client.get("/v1/dossiers", params={"sort": sort, "limit": 3, **({"cursor": cursor} if cursor else {})})
        ).json()
        met += [item["code"] for item in body["items"]]
        cursor = body["next_cursor"]
        if cursor is None:
            break
        await world.judged(f"H20.1-{number:02}", due_at=DUE + number * AGO, submitted_at=DUE - number * AGO)
    assert len(met) == len(set(met))
    assert {f"H20.1-{number:02}" for number in range(0, 20, 2)} <= set(met)


@pytest.mark.parametrize("path", ["/v1/dossiers", "/v1/alerts/summary?by=agency", "/v1/sync", "/v1/delays?by=agency"])
async def test_an_answer_costs_as_many_questions_however_long_it_is(client: httpx.AsyncClient, world: World, path: str) -> None:
    asked: list[object] = []
    costs: list[int] = []
    for number in range(8):
        await world.judged(f"H20.1-{number}", agency=f"H20.{number}")
        await world.alert(f"H20.1-{number}", agency=f"H20.{number}")
        await world.delay(f"H20.1-{number}", since=world.now - AGO, agency=f"H20.{number}")
        with listening(world, asked.append):
            await client.get(path)
        costs.append(len(asked))
        asked.clear()
    assert costs == [costs[0]] * 8
    assert costs[0] <= 8
