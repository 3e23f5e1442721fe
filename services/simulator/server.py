"""Runs the world: three listeners in one process, until it is told to stop."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import structlog
import uvicorn
from starlette.applications import Starlette

from services.simulator import home, portal
from services.simulator.control import Control
from services.simulator.evaluation.endpoints import Evaluation
from services.simulator.planner import Size
from services.simulator.systems import Clock, Systems
from services.simulator.timeline import HOME, SPECIAL
from services.simulator.world import World
from shared.domain.working_time import LOCAL
from shared.errors import ConfigError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Options:
    """Where the world listens, and which world it is. With a `state` file, a second run goes on with the first one's world."""

    portal_port: int = 9101
    home_port: int = 9102
    special_port: int = 9103
    host: str = "127.0.0.1"
    dossiers: int = 20_000
    seed: int = 766
    origin: datetime | None = None
    state: Path | None = None
    arrival_every: timedelta = timedelta(seconds=5)


def wall_clock() -> datetime:
    """Return the present moment: these systems live in real time."""
    return datetime.now(UTC)


async def serve(options: Options, clock: Clock = wall_clock) -> None:
    """Serve until cancelled or asked to stop by a signal.

    Raises `ConfigError` for a state file it cannot use and OSError for a port that is taken.
    """
    ports = (options.portal_port, options.home_port, options.special_port)
    with ExitStack() as opened:
        sockets = [opened.enter_context(socket.create_server((options.host, port))) for port in ports]
        size = choose(options, clock())
        servers = [_Server(_configured(app)) for app in build(World(size, clock().astimezone(LOCAL)), clock)]
        log.info("simulator_started", seed=size.seed, origin=size.origin.isoformat(), dossiers=size.dossiers, ports=ports)
        opened.enter_context(_stopping(servers))
        await asyncio.gather(*(server.serve(sockets=[sock]) for server, sock in zip(servers, sockets, strict=True)))
    log.info("simulator_stopped")


def build(world: World, clock: Clock) -> tuple[Starlette, Starlette, Starlette]:
    """Return the portal, the province's system and the land software, over one world."""
    systems = Systems(world, clock)
    secret = os.environ.get("IGATE_SECRET")
    return (
        portal.application(
            systems, os.environ.get("DVCQG_PASSWORD"), [*Evaluation(systems, world).routes(), *Control(systems).routes()]
        ),
        home.application(systems, HOME, secret),
        home.application(systems, SPECIAL, secret),
    )


def choose(options: Options, now: datetime) -> Size:
    """Return which world to run: the one of the state file if there is one, else the options', written down there."""
    if options.state and options.state.exists():
        try:
            return msgspec.json.decode(options.state.read_bytes(), type=Size)
        except msgspec.DecodeError as error:
            raise ConfigError(f"{options.state}: not a simulator's state: {error}") from None
    origin = (options.origin or now).astimezone(LOCAL).replace(microsecond=0)
    size = Size(options.seed, origin, options.dossiers, options.arrival_every)
    if options.state:
        options.state.parent.mkdir(parents=True, exist_ok=True)
        options.state.write_bytes(msgspec.json.encode(size))
    return size


def _configured(app: Starlette) -> uvicorn.Config:
    """Return how a listener runs: quietly, and not waiting for open connections when it is told to stop."""
    return uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1)


class _Server(uvicorn.Server):
    """One of three listeners; signals are answered once, for all of them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def _stopping(servers: list[_Server]) -> Iterator[None]:
    """Let SIGINT and SIGTERM stop every listener."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in signals:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
