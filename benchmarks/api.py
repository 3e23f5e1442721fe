"""Answers a second from the application in this process, one request after the other, without a network.

Each is asked for in turns: made anew, because something was written since; from memory, because nothing was; and the route of the
same application, behind the same middleware and with the same key, that answers one line and asks for nothing: the ceiling.
"""

from time import perf_counter

import httpx

from benchmarks.asking import HELLO, asking, reads, write
from benchmarks.drawn import draw
from benchmarks.figures import Figure, Settings, typical
from benchmarks.temporary import Server
from shared.db.engine import Database

_ROUNDS = 15
_MADE, _KEPT = 5, 40
_AIMS = {"first page of 50 alerts": 0.45, "second page of 50 alerts": 0.45}
_AIM_OF_CARDS = 1.0
"""Of the ceiling, from memory."""


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure in turns, so that whatever else the machine does meets all of them."""
    async with server.database() as database:
        await draw(database, settings.dossiers)
        async with asking(database) as client:
            paths = await reads(client)
            rates = {name: await _rates(client, database, path) for name, path in paths.items()}
    return [figure for name, (made, kept, hello) in rates.items() for figure in _figures(name, made, kept, hello)]


async def _rates(client: httpx.AsyncClient, database: Database, path: str) -> tuple[float, float, float]:
    """Return requests a second of a read: made, from memory, and of the ceiling."""
    made, kept, hello = [], [], []
    for _ in range(_ROUNDS):
        made.append(await _made(client, database, path))
        kept.append(_KEPT / await _seconds(client, path, _KEPT))
        hello.append(_KEPT / await _seconds(client, HELLO, _KEPT))
    return typical(made), typical(kept), typical(hello)


async def _made(client: httpx.AsyncClient, database: Database, path: str) -> float:
    taken = 0.0
    for _ in range(_MADE):
        await write(database)
        taken += await _seconds(client, path, 1)
    return _MADE / taken


async def _seconds(client: httpx.AsyncClient, path: str, times: int) -> float:
    start = perf_counter()
    for _ in range(times):
        (await client.get(path)).raise_for_status()
    return perf_counter() - start


def _aim(name: str) -> float | None:
    return _AIM_OF_CARDS if "card" in name else _AIMS.get(name)


def _figures(name: str, made: float, kept: float, hello: float) -> list[Figure]:
    aim = _aim(name)
    return [
        Figure(
            benchmark="api", what=f"{name}, {how}", value=rate, unit="requests/s", ceiling=hello, ceiling_is="hello", aim=wanted
        )
        for how, rate, wanted in (("made", made, None), ("from memory", kept, aim and aim * hello))
    ]
