"""Callers of the API in a process of their own, as it is beside a monitor: `python -m benchmarks.readers SECONDS`.

It reads the database's address from standard input, asks for everything in turns from four callers, as fast as they are answered,
and prints how many seconds each answer took, by what was read.
"""

import asyncio
import sys
from time import perf_counter

import msgspec

from benchmarks.asking import asking, reads
from benchmarks.reads import CALLERS, ask
from shared import logging
from shared.db.engine import Database, create_engine

READ = ("first page of 50 alerts", "a dossier", "score card of an agency", "ranking")


async def read(url: str, seconds: float) -> dict[str, list[float]]:
    """Ask for so long; returns the seconds each answer took."""
    database = Database(create_engine(url, application="benchmark readers"))
    async with asking(database) as client:
        paths = {name: path for name, path in (await reads(client)).items() if name in READ}
        taken: dict[str, list[float]] = {name: [] for name in paths}
        until = perf_counter() + seconds
        await asyncio.gather(*(ask(client, paths, first, taken, until) for first in range(CALLERS)))
    await database.aclose()
    return taken


async def read_along(database: Database, seconds: float) -> dict[str, list[float]]:
    """Run the callers in a process of their own; returns the seconds each answer took."""
    pipe, given = asyncio.subprocess.PIPE, (sys.executable, "-m", "benchmarks.readers", str(seconds))
    process = await asyncio.create_subprocess_exec(*given, stdin=pipe, stdout=pipe)
    answer, _ = await process.communicate(database.direct_url.encode())
    return msgspec.json.decode(answer, type=dict[str, list[float]])


if __name__ == "__main__":
    logging.configure("ERROR")
    print(msgspec.json.encode(asyncio.run(read(sys.stdin.read(), float(sys.argv[1])))).decode())
