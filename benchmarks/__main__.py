"""Runs the benchmarks: `python -m benchmarks [NAME…] [--dossiers N] [--json] [--results FILE]`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import msgspec

from benchmarks.figures import Figure, Settings, show
from benchmarks.results import Run, machine, updated
from benchmarks.temporary import Server, temporary_server
from shared import logging
from shared.garbage import collect_seldom

Benchmark = Callable[[Server, Settings], Awaitable[list[Figure]]]

NAMES = ("ingest", "review", "path", "cycle", "latency", "api", "answers", "reads", "scores", "size", "arithmetic", "webhooks")
"""Each is a module beside this one, imported when it is its turn."""

LONG = ("messages", "load", "nation", "soak")
"""Only when named."""


_DOSSIERS = 100_000

Keep = Callable[[Run], None]


async def measure(names: Sequence[str], settings: Settings, keep: Keep) -> list[Figure]:
    """Run benchmarks one after the other on one server; what they say of their progress goes to standard error.

    Each is given to `keep` as soon as it is done.
    """
    figures: list[Figure] = []
    async with temporary_server() as server:
        where = machine(await server.version())
        for name in names:
            print(f"{name} …", file=sys.stderr, flush=True)
            began_at, load = datetime.now(UTC), os.getloadavg()[0]
            run: Benchmark = import_module(f"benchmarks.{name}").run
            found = tuple(await run(server, settings))
            command = _command(name, settings)
            keep(Run(benchmark=name, command=command, began_at=began_at, load=load, machine=where, figures=found))
            figures += found
    return figures


def _command(name: str, settings: Settings) -> str:
    smaller = "" if settings.dossiers == _DOSSIERS else f" --dossiers {settings.dossiers}"
    return f".venv/bin/python -m benchmarks {name}{smaller}"


def main() -> int:
    """Measure and print, and write down where that was asked for."""
    options = _parser().parse_args()
    logging.configure("ERROR")
    collect_seldom()
    keep = _keeper(options.results) if options.results else lambda _: None
    figures = asyncio.run(measure(options.names or NAMES, Settings(dossiers=options.dossiers), keep))
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(figures)).decode())
    else:
        show(figures)
    return 0


def _keeper(file: Path) -> Keep:
    def keep(run: Run) -> None:
        page = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(updated(page, [run], (*NAMES, *LONG)), encoding="utf-8")

    return keep


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures what is claimed of speed.")
    listed = ", ".join((*NAMES, *LONG))
    parser.add_argument(
        "names", nargs="*", metavar="NAME", choices=[*NAMES, *LONG, []], help=f"of {listed}; default: all but {', '.join(LONG)}"
    )
    parser.add_argument("--dossiers", type=int, default=_DOSSIERS, metavar="N", help="how many dossiers; default: 100,000")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    what = "write the figures into this page; sections of benchmarks that are not run stay"
    parser.add_argument("--results", type=Path, metavar="FILE", help=what)
    return parser


if __name__ == "__main__":
    sys.exit(main())
