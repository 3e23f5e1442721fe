"""Time from a change at a source to the saved alert, and to the webhook received, while the monitor runs every second.

The dossiers that change are read beside a province that is drawn (`drawn`), whose alerts are of others. In each change the home
system names a due date that has passed, at a moment that has nothing to do with the schedule. Measured by the database's clock
from just before the change to `opened_at`, the moment of the review that opens the alert; it commits a few
milliseconds later. A receiver in this process notes when it was told. With the usual schedule of 60 s the wait for the poll is up
to 60 s instead of one.

Ceiling: the same without waiting for the schedule, poll, review and sending called at once after the change.
"""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from statistics import quantiles

import msgspec
from sqlalchemy import text

from benchmarks import items
from benchmarks.drawn import REAL, draw
from benchmarks.figures import Figure, Settings
from benchmarks.province import Province, watched_province
from benchmarks.receiving import listening
from benchmarks.running import running
from benchmarks.subscribing import sending
from benchmarks.temporary import Server
from shared.db.engine import Database

_INTERVAL = timedelta(seconds=1)
_CHANGES = 50
_PATIENCE = 30.0
_AT_ONCE, _SCHEDULED = range(REAL, REAL + _CHANGES), range(REAL + _CHANGES, REAL + 2 * _CHANGES)
"""The dossiers that change: none of those that are drawn."""

_OPENED = "SELECT dossier_code, opened_at FROM alerts WHERE dossier_code = ANY(:codes) AND rule = 'deadline.overdue'"


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure fifty changes on a schedule and fifty without, beside as many dossiers as are asked for."""
    heard = Heard()
    async with server.database() as database:
        await draw(database, settings.dossiers)
        async with (
            listening(heard) as port,
            sending(database, port) as dispatcher,
            watched_province(database, every=_INTERVAL, dispatcher=dispatcher) as province,
        ):
            province.fill((*_AT_ONCE, *_SCHEDULED))
            await province.load()
            await province.monitor.settle()
            await province.monitor.deliver()
            at_once = await _changes(database, province, heard, _AT_ONCE, at_once=True)
            async with running(province, database):
                scheduled = await _changes(database, province, heard, _SCHEDULED, at_once=False)
    return [
        _figure(what, name, by_schedule, without, percent)
        for what, by_schedule, without in zip(("alert", "webhook received"), scheduled, at_once, strict=True)
        for name, percent in (("p50", 50), ("p95", 95))
    ]


class Heard:
    """Notes when a receiver was first told of each dossier."""

    def __init__(self) -> None:
        self.at: dict[str, datetime] = {}
        self.more = asyncio.Event()

    def __call__(self, body: bytes) -> None:
        self.at.setdefault(msgspec.json.decode(body)["data"]["dossier_code"], datetime.now(UTC))
        self.more.set()


def _figure(what: str, name: str, scheduled: list[float], at_once: list[float], percent: int) -> Figure:
    value, ceiling = (quantiles(sorted(found), n=100, method="inclusive")[percent - 1] for found in (scheduled, at_once))
    return Figure(
        benchmark="latency",
        what=f"change to {what}, polled every {_INTERVAL.total_seconds():g} s, {name} of {len(scheduled)}",
        value=value,
        unit="s",
        ceiling=ceiling,
        ceiling_is="no schedule",
        small_is_good=True,
    )


async def _changes(
    database: Database, province: Province, heard: Heard, numbers: range, *, at_once: bool
) -> tuple[list[float], list[float]]:
    """Make each dossier late; return how many seconds later its alert was opened, and a receiver was told of it."""
    pause = random.Random(766)
    changed: dict[str, datetime] = {}
    for number in numbers:
        changed[items.code(number)] = await _make_late(database, province, number)
        if at_once:
            await province.monitor.poll(province.monitor.watched[1])
            await province.monitor.settle()
            await province.monitor.deliver()
        else:
            await asyncio.sleep(pause.uniform(0.2, 0.8))
    opened, told = await _opened(database, changed), await _told(heard, changed)
    return _since(changed, opened), _since(changed, told)


def _since(changed: dict[str, datetime], then: dict[str, datetime]) -> list[float]:
    return [(then[code] - moment).total_seconds() for code, moment in changed.items()]


async def _told(heard: Heard, wanted: dict[str, datetime]) -> dict[str, datetime]:
    """Return when a receiver was told of these dossiers, as soon as it was told of all."""
    async with asyncio.timeout(_PATIENCE):
        while not heard.at.keys() >= wanted.keys():
            heard.more.clear()
            await heard.more.wait()
    return heard.at


async def _make_late(database: Database, province: Province, number: int) -> datetime:
    """Let the home system name a due date that has passed; return the moment of that change."""
    moment = await database.now()
    province.home.put(items.both(number, updated=moment, due=items.LATE)[1])
    return moment


async def _opened(database: Database, wanted: dict[str, datetime]) -> dict[str, datetime]:
    """Return when the alerts of these dossiers were opened, as soon as all are."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            async with database.begin() as connection:
                found = await connection.execute(text(_OPENED), {"codes": list(wanted)})
                opened = {row.dossier_code: row.opened_at for row in found}
            if opened.keys() >= wanted.keys():
                return opened
            await asyncio.sleep(0.2)
