"""Upgrades: a migration only adds, takes the data there and back, and the code before it runs on what it leaves."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

import migrations
from services.api.app import create_app
from services.monitor.steps.audit import Auditor
from shared.config import CalendarConfig, Config
from shared.db import schema
from shared.db.engine import Database, create_engine
from shared.errors import SchemaError
from shared.policy import working_time
from tests.api.world import ask, let_in
from tests.conftest import Postgres
from tests.integration.test_cycle import ago, both
from tests.integration.world import RULES, World, record

REVISIONS = sorted(path.name[:4] for path in (Path(migrations.__file__).parent / "versions").glob("0*.py"))
HEAD, BEFORE = REVISIONS[-1], REVISIONS[-2]
KEPT = [one for one in REVISIONS if one >= schema.RUNS_FROM]
READS = ("/v1/alerts", "/v1/dossiers", "/v1/events", "/v1/sources", "/v1/scores", "/v1/audit-log", "/v1/stock", "/v1/webhooks")

_COLUMNS = text(
    "SELECT table_name, column_name, data_type, is_nullable, column_default IS NOT NULL OR is_identity = 'YES' AS has_default"
    " FROM information_schema.columns WHERE table_schema = 'public'"
)
_UNIQUE = text(
    "SELECT t.relname AS table, i.relname AS index FROM pg_index JOIN pg_class AS i ON i.oid = indexrelid"
    " JOIN pg_class AS t ON t.oid = indrelid JOIN pg_namespace AS n ON n.oid = t.relnamespace"
    " WHERE indisunique AND nspname = 'public'"
)


class Shape:
    """What code relies on: columns with their types, what has to be given, and what may not be there twice."""

    def __init__(self, columns: list[tuple[str, str, str, str, bool]], unique: list[tuple[str, str]]) -> None:
        self.types = {(table, column): type_ for table, column, type_, _, _ in columns}
        self.tables = {table for table, *_ in columns}
        self.required = {(table, column) for table, column, _, null, has in columns if null == "NO" and not has}
        self.never_null = {(table, column) for table, column, _, null, _ in columns if null == "NO"}
        self.unique = set(unique)

    def breaks(self, before: "Shape") -> list[str]:
        """Return what code that was written for another shape would stumble over."""
        gone = [f"{column} is gone or another type" for column, type_ in before.types.items() if self.types.get(column) != type_]
        owed = [f"{column} has to be given" for column in self.required - before.required if column[0] in before.tables]
        narrower = [f"{column} may not be null" for column in self.never_null - before.never_null if column in before.types]
        once = [f"{index} forbids what was allowed" for index in self.unique - before.unique if index[0] in before.tables]
        return [str(found) for found in (*gone, *owed, *narrower, *once)]


async def shape(database: Database) -> Shape:
    async with database.begin() as connection:
        columns = (await connection.execute(_COLUMNS)).all()
        return Shape([tuple(row) for row in columns], [tuple(row) for row in await connection.execute(_UNIQUE)])  # type: ignore[misc]


@pytest.fixture
async def empty(postgres: Postgres) -> AsyncIterator[Database]:
    url = await postgres.create()
    database = Database(create_engine(url, application="tests"))
    yield database
    await database.aclose()
    await postgres.drop(url)


async def test_every_migration_only_adds(empty: Database) -> None:
    await schema.migrate(empty.engine, KEPT[0])
    shapes = {KEPT[0]: await shape(empty)}
    for revision in KEPT[1:]:
        await schema.migrate(empty.engine, revision)
        shapes[revision] = await shape(empty)
    broken = {new: shapes[new].breaks(shapes[old]) for old, new in itertools.pairwise(KEPT)}
    assert {revision: found for revision, found in broken.items() if found} == {}


def test_what_would_break_older_code_is_seen() -> None:
    old = Shape([("alerts", "id", "bigint", "NO", True), ("alerts", "note", "text", "YES", False)], [])
    for columns, unique in (
        ([("alerts", "id", "bigint", "NO", True)], []),
        ([("alerts", "id", "text", "NO", True), ("alerts", "note", "text", "YES", False)], []),
        ([("alerts", "id", "bigint", "NO", True), ("alerts", "note", "text", "NO", True)], []),
        ([*_of(old), ("alerts", "more", "text", "NO", False)], []),
        (_of(old), [("alerts", "uq_alerts_note")]),
    ):
        assert len(Shape(columns, unique).breaks(old)) == 1
    grown = [
        *_of(old),
        ("alerts", "more", "text", "YES", False),
        ("alerts", "most", "text", "NO", True),
        ("a", "b", "text", "NO", False),
    ]
    assert Shape(grown, [("a", "pk_a")]).breaks(old) == []


def _of(one: Shape) -> list[tuple[str, str, str, str, bool]]:
    return [
        (*column, type_, "NO" if column in one.never_null else "YES", column not in one.required and column[1] == "id")
        for column, type_ in one.types.items()
    ]


async def _contents(database: Database) -> dict[str, int]:
    async with database.begin() as connection:
        names = (await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))).scalars().all()
        return {name: await connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in names}


async def _cycle(world: World, *numbers: int) -> None:
    both(world, *(record(number, at=ago(9)) for number in numbers))
    await world.monitor.once()


async def _answers(world: World) -> None:
    async with ask(create_app(world.database, Config())) as client:
        for path in READS:
            assert (await client.get(path)).status_code == 200, path
        assert (await client.get("/readyz")).status_code == 200


async def test_the_data_of_the_schema_before_come_along_down_and_up_again(world: World) -> None:
    await let_in(world.database)
    await _cycle(world, *range(1, 9))
    await schema.migrate(world.database.engine, BEFORE)
    before = await _contents(world.database)
    await schema.migrate(world.database.engine)
    after = await _contents(world.database)
    assert {name: after.get(name) for name in before} == before
    assert all(before[name] for name in ("dossiers", "records", "alerts", "marks"))
    report = await Auditor(world.database, RULES, working_time(CalendarConfig())).run()
    assert (report.judged + report.owed, report.differences) == (8, 0)
    await _answers(world)


async def _grow(database: Database) -> None:
    """Let a later version have added what it may: a column to every table, a table, a revision."""
    async with database.begin() as connection:
        for name in (
            (await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))).scalars().all()
        ):
            if schema.belongs_to_schema(name, "table", {}) and name != "alembic_version":
                await connection.execute(
                    text(f'ALTER TABLE "{name}" ADD COLUMN grown text, ADD COLUMN grew int NOT NULL DEFAULT 1')
                )
        await connection.execute(text("CREATE TABLE later (id int PRIMARY KEY)"))
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))


async def test_this_version_runs_on_a_schema_that_has_grown(world: World) -> None:
    await let_in(world.database)
    await _cycle(world, *range(1, 5))
    await _grow(world.database)
    await world.database.engine.dispose()
    assert await schema.check_schema(world.database.engine) == "9999"
    await _cycle(world, *range(5, 9))
    report = await Auditor(world.database, RULES, working_time(CalendarConfig())).run()
    assert (report.judged + report.owed, report.differences) == (8, 0)
    await _answers(world)
    async with ask(create_app(world.database, Config())) as client:
        checks = (await client.get("/readyz")).json()["checks"]
    assert (checks["schema:revision"][0]["status"], checks["schema:revision"][0]["observedValue"]) == ("warn", "9999")


@pytest.mark.parametrize("told", ["'runs from 9998'", "NULL", "'something else'"])
async def test_on_a_schema_that_lacks_what_it_needs_it_does_not_start(database: Database, told: str) -> None:
    async with database.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await connection.execute(text(f"COMMENT ON TABLE alembic_version IS {told}"))
    with pytest.raises(SchemaError, match="on which this version does not run: install the newer version"):
        await schema.check_schema(database.engine)


async def test_the_oldest_code_that_runs_is_known_to_the_chain() -> None:
    assert schema.RUNS_FROM in REVISIONS
    assert schema.head_revision() == HEAD
