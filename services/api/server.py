"""Serving the API until somebody says stop."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
import uvicorn

from services.api.app import create_app
from shared.config import Config, Settings
from shared.db.engine import Database
from shared.db.schema import check_schema
from shared.errors import ConfigError

_GRACE_SECONDS = 3
_BACKLOG = 2048
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_log = structlog.get_logger(__name__)


async def serve(settings: Settings, config: Config, database: Database, *, stop: asyncio.Event | None = None) -> None:
    """Serve until SIGINT or SIGTERM, or until `stop` is set where one is given: then signals are left to whoever gave it.

    Raises `SchemaError` when the database is at another schema, `DatabaseUnavailable` when it does not answer, `ConfigError`
    when the address cannot be listened on. Requests being answered get a few seconds.
    """
    await check_schema(database.engine)
    with _listening(settings.api_host, settings.api_port) as listener:
        app = create_app(database, config, sealer=settings.sealer)
        server = _Server(_config(app))
        _log.info("api_started", host=settings.api_host, port=settings.api_port)
        await _run(server, listener, stop, ending=app.state.news.stop)
        _log.info("api_stopped")


class _Server(uvicorn.Server):
    """Leaves signals alone: they are ours, and are not raised a second time after an orderly end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: object) -> uvicorn.Config:
    """The log is the process's own; `Date` is set by the application; the server does not name itself."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


async def _run(server: _Server, listener: socket.socket, stop: asyncio.Event | None, *, ending: Callable[[], None]) -> None:
    """Serve, and stop quickly however the end comes: by the event, by a signal, or by cancellation.

    `ending` lets go of the requests that only wait.
    """
    stopping = stop or asyncio.Event()
    with _signals(stopping) if stop is None else _no_signals():
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        waiting = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending()
            server.should_exit = True
            waiting.cancel()
            await serving


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


@contextmanager
def _no_signals() -> Iterator[None]:
    yield


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ConfigError(f"WATCH766_API_HOST, WATCH766_API_PORT: cannot listen on {host}:{port}: {error.strerror}") from None
