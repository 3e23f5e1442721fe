"""Serving the API until somebody says stop."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import structlog
import uvicorn

from services.api.app import create_app
from services.api.limits import LARGEST_HEAD
from services.api.metrics_port import metrics_app
from services.api.patience import PatientProtocol
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
    app = create_app(database, config, sealer=settings.sealer)
    with ExitStack() as stack:
        listener = stack.enter_context(_listening("API", settings.api_host, settings.api_port))
        servers = {_Server(_config(app, config.access.proxies)): listener}
        if settings.metrics_port:
            listener = stack.enter_context(_listening("METRICS", settings.metrics_host, settings.metrics_port))
            servers[_Server(_config(metrics_app(app), ()))] = listener
        _log.info("api_started", host=settings.api_host, port=settings.api_port, metrics_port=settings.metrics_port)
        await _run(servers, stop, ending=app.state.news.stop)
        await app.state.keys.settle()
        _log.info("api_stopped")


class _Server(uvicorn.Server):
    """Leaves signals alone: they are ours, and are not raised a second time after an orderly end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: object, proxies: Sequence[object]) -> uvicorn.Config:
    """The log is the process's own; `Date` is set by the application; the server does not name itself.

    Whom a request comes from and whether by https, only `proxies` are believed.
    """
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        lifespan="off",
        http=PatientProtocol,
        ws="none",
        h11_max_incomplete_event_size=LARGEST_HEAD,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=[str(proxy) for proxy in proxies],
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


async def _run(servers: Mapping[_Server, socket.socket], stop: asyncio.Event | None, *, ending: Callable[[], None]) -> None:
    """Serve, and stop quickly however the end comes: by the event, by a signal, or by cancellation.

    `ending` lets go of the requests that only wait.
    """
    stopping = stop or asyncio.Event()
    with _signals(stopping) if stop is None else _no_signals():
        serving = [asyncio.create_task(server.serve(sockets=[listener])) for server, listener in servers.items()]
        waiting = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({*serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending()
            for server in servers:
                server.should_exit = True
            waiting.cancel()
            await asyncio.gather(*serving)


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


def _listening(name: str, host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        where = f"WATCH766_{name}_HOST, WATCH766_{name}_PORT"
        raise ConfigError(f"{where}: cannot listen on {host}:{port}: {error.strerror}") from None
