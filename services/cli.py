"""The command `watch766`."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from services import keys
from services.resealing import reseal
from shared import logging
from shared.config import Settings, load_config, process_environment
from shared.db import schema
from shared.db.engine import SEE_THE_ADDRESS, translated
from shared.db.opening import open_database
from shared.errors import Watch766Error
from shared.garbage import collect_seldom
from shared.lengths import parse_length
from shared.tracing import span, told_to_collector

Command = Callable[[argparse.Namespace, Settings], Coroutine[Any, Any, int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status. What is wrong with the set-up is told in one line on stderr, status 2."""
    options = command_line().parse_args(arguments)
    try:
        settings = Settings.load()
        logging.configure(settings.log_level)
        collect_seldom()
        run: Command = options.run
        with told_to_collector(f"watch766-{run.__name__}", process_environment()):
            return asyncio.run(run(options, settings))
    except Watch766Error as error:
        print(f"watch766: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


async def api(_: argparse.Namespace, settings: Settings) -> int:
    """Serve the API."""
    from services.api.server import serve

    config = load_config(settings.config)
    async with open_database(settings, "watch766 api", pool_size=10) as database:
        await serve(settings, config, database)
    return 0


async def monitor(options: argparse.Namespace, settings: Settings) -> int:
    """Poll, review and deliver: once, or on schedule until stopped."""
    from services.monitor import bootstrap
    from services.monitor.scheduler import Daemon, told_to_stop

    config = load_config(settings.config, environ=process_environment())
    bootstrap.check(config)
    sealer = settings.sealer
    stop = None if options.once else told_to_stop()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings, "watch766 monitor"))
        await schema.check_schema(database.engine)
        with translated(SEE_THE_ADDRESS):
            watcher = await stack.enter_async_context(bootstrap.monitor(config, database, sealer))
        if stop is None:
            with translated(SEE_THE_ADDRESS), span("once"):
                return 0 if await watcher.once() else 1
        with watcher.metrics.served(settings.monitor_metrics_host, settings.monitor_metrics_port):
            await Daemon(watcher, database, stop).run()
    return 0


async def simulate(options: argparse.Namespace, _: Settings) -> int:
    """Serve a simulated province: its portal and its own systems."""
    from services.simulator.server import Options, serve

    await serve(
        Options(
            portal_port=options.portal_port,
            home_port=options.home_port,
            special_port=options.special_port,
            dossiers=options.dossiers,
            seed=options.seed,
            origin=options.origin,
            state=options.state,
            arrival_every=options.arrival_every,
        )
    )
    return 0


async def migrate(options: argparse.Namespace, settings: Settings) -> int:
    """Bring the database to the schema of this version."""
    async with open_database(settings, "watch766 migrate") as database:
        await schema.migrate(database.engine, options.revision)
    return 0


async def audit(options: argparse.Namespace, settings: Settings) -> int:
    """Judge every dossier and count every tally again; exits with 1 when anything comes out differently."""
    from services.monitor import bootstrap

    config = load_config(settings.config, environ=process_environment())
    bootstrap.check(config)
    async with open_database(settings, "watch766 audit") as database:
        await schema.check_schema(database.engine)
        with translated(SEE_THE_ADDRESS):
            await bootstrap.check_rules(config, database)
            report = await bootstrap.auditor(config, database).run()
    if options.json:
        print(msgspec.json.encode(report).decode())
    else:
        print(f"{report.judged} dossiers judged again, {report.owed} whose next review is owed, {report.differences} differences")
        print(*report.told, sep="\n", end="\n" if report.told else "")
    return 1 if report.differences else 0


async def demo(options: argparse.Namespace, settings: Settings) -> int:
    """Run everything: database, simulated province, monitor and API."""
    from services.demo import Demo

    return await Demo(settings, dossiers=options.dossiers).run()


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="watch766", description="Watches every dossier on both sides and warns in time.")
    commands = parser.add_subparsers(required=True, metavar="command")
    _command(commands, "demo", demo).add_argument("--dossiers", type=_count, default=20_000, help="how many to begin with")
    _command(commands, "api", api)
    _command(commands, "monitor", monitor).add_argument("--once", action="store_true", help="one full cycle, then exit")
    _simulate(_command(commands, "simulate", simulate))
    _command(commands, "audit", audit).add_argument("--json", action="store_true", help="the report as JSON")
    keys.add_commands(_command, commands)
    _command(commands, "reseal", reseal)
    down = _command(commands, "migrate", migrate)
    down.add_argument("revision", nargs="?", default="head", help="a revision to go to; default: the newest")
    return parser


def _simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--portal-port", type=int, default=9101)
    parser.add_argument("--home-port", type=int, default=9102)
    parser.add_argument("--special-port", type=int, default=9103)
    parser.add_argument("--dossiers", type=_count, default=20_000, help="how many there are at the origin")
    parser.add_argument("--seed", type=int, default=766)
    parser.add_argument("--origin", type=_moment, help="when the world begins, RFC 3339; default: now")
    parser.add_argument("--state", type=Path, help="file that keeps seed and origin, so that a second run goes on")
    often = "a new dossier so often, such as 5s or 500ms"
    parser.add_argument("--arrival-every", type=_length, default=timedelta(seconds=5), help=often)


def _command(commands: Any, name: str, run: Command) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
    parser.set_defaults(run=run)
    return parser


def _count(value: str) -> int:
    count = int(value)
    if not 0 <= count <= 2_000_000:
        raise argparse.ArgumentTypeError("must be from 0 to 2,000,000")
    return count


def _length(value: str) -> timedelta:
    try:
        length = parse_length(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not isinstance(length, timedelta):
        raise argparse.ArgumentTypeError("is not a length of time")
    if not length:
        raise argparse.ArgumentTypeError("must be longer than nothing")
    return length


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("must name its offset, such as 2026-11-20T08:00:00+07:00")
    return moment


if __name__ == "__main__":
    sys.exit(main())
