"""Answers a second from the application in this process, one request after the other, without a network.

Each is asked for in turns: made anew, because something was written since; from memory, because nothing was; and in both ways the
route of the same application, behind the same middleware and with the same key, that answers one line and asks for nothing: the
ceiling. Right after something else that route, too, takes twice as long as in a row. Then as it is in life, between the two: for
a second after a change of alerts, again and again, in turns with the same route.
"""

from collections.abc import Mapping
from time import perf_counter

import httpx
import msgspec

from benchmarks.asking import HELLO, asking, reads, write
from benchmarks.drawn import draw
from benchmarks.figures import Figure, Settings, typical
from benchmarks.temporary import Server
from shared.db.engine import Database

_ROUNDS = 15
_MADE, _KEPT = 5, 40
_AIMS = {"first page of 50 alerts": 0.45, "second page of 50 alerts": 0.45}
_AIM_OF_CARDS = 1.0
"""Of the ceiling, from memory and in life."""

_SECONDS = 10
_IN_LIFE = ("first page of 50 alerts", "score card of the province", "score card of an agency")


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure in turns, so that whatever else the machine does meets all of them."""
    async with server.database() as database:
        await draw(database, settings.dossiers)
        async with asking(database) as client:
            paths = await reads(client)
            rates = {name: await _rates(client, database, path) for name, path in paths.items()}
            in_life = await _in_life(client, database, {**{name: paths[name] for name in _IN_LIFE}, "hello": HELLO})
    hello = in_life.pop("hello")
    return [
        *(figure for name, (read, ceiling) in rates.items() for figure in _figures(name, read, ceiling)),
        *(_figure(f"{name}, alerts changing once a second", rate, hello, _aim(name)) for name, rate in in_life.items()),
    ]


class _Rates(msgspec.Struct, frozen=True):
    """Requests a second: right after something was written, and in a row with nothing written."""

    after_a_write: float
    in_a_row: float


async def _rates(client: httpx.AsyncClient, database: Database, path: str) -> tuple[_Rates, _Rates]:
    """Return the rates of a read, and those of the ceiling asked in the same way."""
    found: dict[str, list[_Rates]] = {path: [], HELLO: []}
    for _ in range(_ROUNDS):
        for asked, rates in found.items():
            made = await _made(client, database, asked)
            rates.append(_Rates(made, _KEPT / await _seconds(client, asked, _KEPT)))
    read, hello = (
        _Rates(typical([each.after_a_write for each in rates]), typical([each.in_a_row for each in rates]))
        for rates in found.values()
    )
    return read, hello


async def _in_life(client: httpx.AsyncClient, database: Database, paths: Mapping[str, str]) -> dict[str, float]:
    """Return requests a second of each read while alerts change once a second: the first is made anew, the others are not."""
    found: dict[str, list[float]] = {name: [] for name in paths}
    for _ in range(_SECONDS):
        for name, path in paths.items():
            found[name].append(await _in_a_second(client, database, path))
    return {name: typical(rates) for name, rates in found.items()}


async def _in_a_second(client: httpx.AsyncClient, database: Database, path: str) -> float:
    await write(database)
    answered, start = 0, perf_counter()
    while (passed := perf_counter() - start) < 1:
        await _seconds(client, path, 1)
        answered += 1
    return answered / passed


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


def _figures(name: str, read: _Rates, hello: _Rates) -> list[Figure]:
    return [
        _figure(f"{name}, made", read.after_a_write, hello.after_a_write),
        _figure(f"{name}, from memory", read.in_a_row, hello.in_a_row, _aim(name)),
    ]


def _figure(what: str, rate: float, hello: float, aim: float | None = None) -> Figure:
    return Figure(
        benchmark="api", what=what, value=rate, unit="requests/s", ceiling=hello, ceiling_is="hello", aim=aim and aim * hello
    )
