"""What every test may use: a real PostgreSQL, and a migrated database of its own for each test."""

import shutil
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.config import Settings
from shared.db import schema
from shared.db.embedded import EmbeddedServer
from shared.db.engine import Database, create_engine
from tests.folders import server_folder
from tests.scheduling import Scheduling, longest_first

# Properties give the same answer on every machine, however slow; `pytest --hypothesis-profile=explore` looks further.
settings.register_profile(
    "steady", derandomize=True, database=None, deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", database=None, deadline=timedelta(seconds=5), max_examples=5000)
settings.load_profile("steady")


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """Decide which process runs what."""
    config.option.loadscopereorder = False
    return Scheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order what several processes share; alone, tests run as they stand."""
    if hasattr(config, "workerinput"):
        longest_first(items)


@dataclass(frozen=True)
class Postgres:
    """A server on which databases can be made: that of WATCH766_DATABASE_URL (its role needs CREATEDB), else an embedded one."""

    url: str
    template: str

    async def create(self, template: str | None = None) -> str:
        """Make a database from a template and return its address."""
        name = f"watch766_test_{uuid.uuid4().hex}"
        await self._administer(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        return self.at(name)

    async def drop(self, url: str) -> None:
        await self._administer(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    async def be_alone(self) -> None:
        """Let the server gather no statistics by itself: while it does, what was just committed cannot be told in order yet."""
        for statement in ("ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()"):
            await self._administer(statement)

    def at(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    async def _administer(self, statement: str) -> None:
        url = make_url(self.url).set(drivername="postgresql+asyncpg")
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[Postgres]:
    """A server with one migrated database, from which those of the tests are copied."""
    given = Settings.load().database_url
    folder = server_folder()
    embedded = None if given else EmbeddedServer(folder)
    url = given.get_secret_value() if given else embedded.url if embedded else ""
    blank = Postgres(url, template="")
    if embedded:
        await blank.be_alone()
    template_url = await blank.create()
    engine = create_engine(template_url, application="tests")
    await schema.migrate(engine)
    await engine.dispose()
    yield Postgres(url, template=str(make_url(template_url).database))
    await blank.drop(template_url)
    if embedded:
        embedded.release()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def database_url(postgres: Postgres) -> AsyncIterator[str]:
    """The address of a migrated, empty database of this test's own."""
    url = await postgres.create(postgres.template)
    yield url
    await postgres.drop(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database of this test's own."""
    opened = Database(create_engine(database_url, application="tests"))
    yield opened
    await opened.aclose()


@pytest.fixture
def log_lines() -> "list[structlog.typing.EventDict]":
    """Every structured log line of the test."""
    with structlog.testing.capture_logs() as lines:
        yield lines  # type: ignore[misc]
