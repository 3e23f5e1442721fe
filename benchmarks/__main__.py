"""Runs the benchmarks: `python -m benchmarks [NAME…] [--dossiers N] [--json]`."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module

import msgspec

from benchmarks.figures import Figure, Settings, show
from benchmarks.temporary import Server, temporary_server
from shared import logging

Benchmark = Callable[[Server, Settings], Awaitable[list[Figure]]]

NAMES = ("ingest", "review", "cycle", "latency", "api", "reads", "scores", "size", "webhooks")
"""Each is a module beside this one, imported when it is its turn."""

LONG = ("messages",)
"""Only when named."""


async def measure(names: Sequence[str], settings: Settings) -> list[Figure]:
    """Run benchmarks one after the other on one server; what they say of their progress goes to standard error."""
    figures: list[Figure] = []
    async with temporary_server() as server:
        for name in names:
            print(f"{name} …", file=sys.stderr, flush=True)
            run: Benchmark = import_module(f"benchmarks.{name}").run
            figures += await run(server, settings)
    return figures


def main() -> int:
    """Measure and print."""
    options = _parser().parse_args()
    logging.configure("ERROR")
    figures = asyncio.run(measure(options.names or NAMES, Settings(dossiers=options.dossiers)))
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(figures)).decode())
    else:
        show(figures)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures what is claimed of speed.")
    listed = ", ".join((*NAMES, *LONG))
    parser.add_argument(
        "names", nargs="*", metavar="NAME", choices=[*NAMES, *LONG, []], help=f"of {listed}; default: all but {LONG[0]}"
    )
    parser.add_argument("--dossiers", type=int, default=100_000, metavar="N", help="how many dossiers; default: 100,000")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
