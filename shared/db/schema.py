"""Is the database at the schema this code needs, and bringing it there. Only Alembic changes the schema."""

import re
from datetime import date, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import migrations
from shared.db.engine import SEE_THE_ADDRESS, translated
from shared.errors import SchemaError

HISTORIES = ("record_history", "alert_history")
RUNS_FROM = "0001"
"""The oldest head whose code runs on this schema: a migration only adds, until a later release takes out what the release before
it does not need any more and raises this to that release's head. `migrate` writes it down with the schema.
"""

_MIGRATION_LOCK = 766_000
_RUNS_FROM = re.compile(r"runs from (\d{4})")


async def migrate(engine: AsyncEngine, revision: str = "head") -> None:
    """Bring the schema to `revision`; two migrations at once wait for each other."""
    with translated(SEE_THE_ADDRESS):
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            await connection.run_sync(_to_revision, revision)
            if await connection.scalar(text("SELECT to_regclass('alembic_version')")):
                await connection.execute(text(f"COMMENT ON TABLE alembic_version IS 'runs from {RUNS_FROM}'"))


async def check_schema(engine: AsyncEngine) -> str:
    """Return the revision the database is at: head, or a newer one that this version runs on, too.

    Raises `SchemaError`, which names what mends it, for any other; or `DatabaseUnavailable`.
    """
    head = head_revision() or ""
    with translated(SEE_THE_ADDRESS):
        async with engine.connect() as connection:
            found = await connection.run_sync(current_revision)
            runs_from = await connection.run_sync(_runs_from) if found and found > head else None
    if found is None or found < head:
        raise SchemaError(f"the database is at schema {found or 'none'}, this version needs {head}: run `watch766 migrate`")
    if found > head and not (runs_from and runs_from <= head):
        raise SchemaError(f"the database is at schema {found}, on which this version does not run: install the newer version")
    return found


def _runs_from(connection: Connection) -> str | None:
    """Return the oldest head whose code runs on the schema as it is, None where nobody wrote it down."""
    told = connection.scalar(text("SELECT obj_description('alembic_version'::regclass, 'pg_class')"))
    found = _RUNS_FROM.fullmatch(told or "")
    return found[1] if found else None


async def prepare(engine: AsyncEngine) -> None:
    """Bring an empty database to the schema; raise `SchemaError` for any other that is not at head."""
    with translated(SEE_THE_ADDRESS):
        async with engine.connect() as connection:
            is_empty = await connection.run_sync(current_revision) is None
    if is_empty:
        await migrate(engine)
    await check_schema(engine)


def head_revision() -> str | None:
    """Return the newest revision this code knows."""
    return ScriptDirectory.from_config(_alembic()).get_current_head()


def current_revision(connection: Connection) -> str | None:
    """Return the revision the database is at, None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


async def ensure_partitions(connection: AsyncConnection, now: datetime) -> None:
    """Create the monthly partitions of the histories for this month and the next where they are missing."""
    month = now.date().replace(day=1)
    for history in HISTORIES:
        for start in (month, _next_month(month)):
            name = f"{history}_p{start:%Y%m}"
            if await connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is None:
                span = f"FROM ('{start.isoformat()} 00:00+00') TO ('{_next_month(start).isoformat()} 00:00+00')"
                await connection.execute(text(f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {history} FOR VALUES {span}"))


def belongs_to_schema(name: str | None, kind: str, _parents: object) -> bool:
    """Return whether a table belongs to the schema: monthly partitions come and go by themselves, only their parents do."""
    return not (kind == "table" and name is not None and name.startswith(tuple(f"{history}_p" for history in HISTORIES)))


def _next_month(month: date) -> date:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return config


def _to_revision(connection: Connection, revision: str) -> None:
    config = _alembic()
    config.attributes["connection"] = connection
    found = current_revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found and found not in known:
        raise SchemaError(
            f"the database is at schema {found}, which is newer than this version of watch766: install the newer version"
        )
    going_down = found is not None and (revision == "base" or (revision in known and revision < found))
    try:
        (command.downgrade if going_down else command.upgrade)(config, revision)
    except CommandError:
        raise SchemaError(f"there is no schema {revision}, known are {', '.join(sorted(known))}, head and base") from None
