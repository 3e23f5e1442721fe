"""A database that cannot write any more, as with a full disk, is told as what it is and blamed on nobody else."""

from argparse import Namespace
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import respx
from pydantic import SecretStr
from sqlalchemy import text
from structlog.typing import EventDict

from services import cli
from services.monitor.sources.dvcqg.evaluation.client import EvaluationSource
from shared.config import EvaluationConfig, Settings
from shared.db.engine import Database
from shared.errors import DatabaseUnavailable
from tests.contract.fake_evaluation import EVALUATION, FakeEvaluation
from tests.integration.test_evaluation import AT_ONCE, SMALL
from tests.integration.world import PortalWithCatalogue, World, record
from tests.system.test_commands import CONFIG

_FULL = """
CREATE FUNCTION extend() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
"""


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    with respx.mock(assert_all_called=False) as router:
        router.route(url__startswith=EVALUATION).mock(side_effect=FakeEvaluation())
        source = EvaluationSource(EvaluationConfig(), EVALUATION, "H20", retry=AT_ONCE, limits=SMALL)
        made = World(database, portal=PortalWithCatalogue(), evaluation=source)
        await made.open()
        yield made
        await made.aclose()
        await source.aclose()


async def fill(database: Database, table: str) -> None:
    """Let every statement that writes to a table fail as it does when the disk is full."""
    async with database.begin() as connection:
        await connection.execute(text(_FULL))
        await connection.execute(text(f"CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION extend()"))


async def test_a_catalogue_that_cannot_be_stored_is_the_databases_fault(world: World, log_lines: list[EventDict]) -> None:
    await fill(world.database, "poll_runs")
    with pytest.raises(DatabaseUnavailable):
        await world.monitor.poll(world.monitor.watched[0])
    assert [line for line in log_lines if line["log_level"] == "error"] == []


async def test_scores_of_the_portal_that_cannot_be_stored_are_the_databases_fault(
    world: World, log_lines: list[EventDict]
) -> None:
    await fill(world.database, "poll_runs")
    with pytest.raises(DatabaseUnavailable):
        await world.monitor.evaluate()
    assert [line for line in log_lines if line["log_level"] == "error"] == []


async def test_records_that_cannot_be_stored_are_told_as_no_fault_of_their_source(world: World) -> None:
    world.home.put(record())
    await fill(world.database, "records")
    with pytest.raises(DatabaseUnavailable):
        await world.monitor.poll(world.monitor.watched[1])
    assert await world.rows("SELECT error FROM sources WHERE name = 'igate'") == [{"error": None}]


async def test_a_monitor_that_cannot_register_its_sources_ends_with_one_line(database: Database, tmp_path: Path) -> None:
    """`main` makes a line and exit status 2 of the error."""
    await fill(database, "sources")
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.replace("${DVCQG_PASSWORD}", "x").replace("${IGATE_SECRET}", "y"), encoding="utf-8")
    settings = Settings(database_url=SecretStr(database.direct_url), config=config)
    with pytest.raises(DatabaseUnavailable, match="the disk of the database is full"):
        await cli.monitor(Namespace(once=True), settings)
