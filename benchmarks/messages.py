"""A working week in the simulator: how many messages each agency is told a day, of what, and why.

The simulated province is served as it always is and read by the real monitor, every quarter of an hour of a week, by a clock
that is turned by hand. Every agency subscribes as who takes dossiers in and as who handles them, in working time. What was wrong
from the start is for a digest; the week is what happens then. A message without a reason from `decide` would be unexplained.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any

import msgspec
from sqlalchemy import text

from benchmarks.figures import Figure, Settings
from benchmarks.temporary import Server
from benchmarks.turned_clock import TurnedClock
from services.demo_config import demo_config
from services.monitor import bootstrap
from services.monitor.monitor import Monitor
from services.simulator import server as simulator
from shared.config import Config
from shared.db.engine import Database
from shared.db.stores import fan_out as store
from shared.domain.events import event_of
from shared.domain.quiet import Quiet
from shared.domain.recipients import Role, decide
from shared.domain.working_time import LOCAL

MONDAY = datetime(2026, 12, 7, tzinfo=LOCAL)
STEP = timedelta(minutes=15)
MOST_A_DAY = 5
_MOST_DOSSIERS = 20_000
_DAYS = 7
_PORTS = {"portal": 19101, "home": 19102, "special": 19103, "receiver": 19104}

_SUBSCRIBE = """
INSERT INTO webhooks (province_code, url, agencies, least_severity, role, mode, "window", created_at, changed_at)
SELECT a.province_code, 'https://' || a.code || '.example/', ARRAY[a.code], 'warning', role, 'each', '{working_time}', :now, :now
FROM agencies a CROSS JOIN unnest(CAST(:roles AS text[])) AS role
WHERE EXISTS (SELECT FROM dossiers d WHERE d.province_code = a.province_code AND d.agency = a.code) AND a.code <> a.province_code
"""
_DELIVER = """
UPDATE deliveries SET state = CASE WHEN expires_at <= :now THEN 'expired' ELSE 'delivered' END, attempts = 1, finished_at = :now
WHERE state = 'waiting' AND due_at <= :now
"""
_TOLD = """
SELECT w.agencies[1] AS agency, d.webhook_id, d.finished_at, o.* FROM deliveries d
JOIN webhooks w ON w.province_code = d.province_code AND w.id = d.webhook_id
JOIN outbox o ON o.province_code = d.province_code AND o.xid = d.xid AND o.id = d.outbox_id
WHERE d.state = 'delivered'
"""


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Live through a week and count."""
    dossiers = min(settings.dossiers, _MOST_DOSSIERS)
    async with server.database() as database:
        clock = TurnedClock(database, MONDAY)
        await clock.set_up()
        async with _province(clock, dossiers), bootstrap.monitor(_config(), database) as monitor:
            await monitor.once()
            await _execute(database, _SUBSCRIBE, now=clock.now, roles=[Role.RECEIVING, Role.HANDLING])
            await _week(monitor, database, clock)
        return await _figures(database, dossiers)


async def _week(monitor: Monitor, database: Database, clock: TurnedClock) -> None:
    """Let the monitor do its work every quarter of an hour, and every receiver take what is sent to it."""
    while clock.now < MONDAY + timedelta(days=_DAYS):
        await clock.turn(clock.now + STEP)
        for item in monitor.watched:
            await monitor.poll(item)
            await monitor.poll_petitions(item)
        await monitor.settle()
        if clock.now.hour == 0 and clock.now.minute == 0:
            await monitor.keep_scores()
        await monitor.look_after_alerts()
        await monitor.tell()
        await _execute(database, _DELIVER, now=clock.now)


async def _figures(database: Database, dossiers: int) -> list[Figure]:
    agencies, told, unexplained = await _messages(database)
    days = [day for offset in range(_DAYS) if (day := (MONDAY + timedelta(days=offset)).date()).weekday() < 5]
    per_day = Counter((row["agency"], row["finished_at"].astimezone(LOCAL).date()) for row in told)
    counts = [per_day[agency, day] for agency in agencies for day in days]
    what = f"messages per agency and working day, {len(agencies)} agencies, {dossiers:,} dossiers"
    rules = Counter(row["alert"]["rule"] if row["alert"] else row["event"] for row in told)
    shared = len(agencies) * len(days)
    return [
        _figure(f"{what}: median", median(counts), aim=MOST_A_DAY),
        _figure(f"{what}: 95th percentile", quantiles(counts, n=20)[-1]),
        _figure(f"{what}: most", max(counts)),
        *(_figure(f"of these {rule}: mean", number / shared) for rule, number in rules.most_common()),
        _figure("messages without a reason", unexplained, aim=0),
    ]


async def _messages(database: Database) -> tuple[list[str], list[Mapping[str, Any]], int]:
    """Return the agencies that listen, what they were told, and how much of it nothing explains."""
    config = _config()
    quiet = Quiet(digest_only=config.quiet.digest_only)
    async with database.begin() as connection:
        rows = (await connection.execute(text(_TOLD))).mappings().all()
        tree = await store.agency_tree(connection, config.province)
        listening = {one.id: one for one in await store.subscriptions(connection, config.province, tree)}
        agencies = (await connection.execute(text("SELECT DISTINCT agencies[1] FROM webhooks"))).scalars().all()
    decoded = [{**row, "alert": _json(row["alert"]), "data": _json(row["data"])} for row in rows]
    unexplained = sum(not decide(listening[row["webhook_id"]], event_of(row), quiet).is_told for row in decoded)
    return sorted(agencies), decoded, unexplained


def _json(stored: Any) -> Any:
    return msgspec.json.decode(stored) if isinstance(stored, str) else stored


def _figure(what: str, value: float, *, aim: float | None = None) -> Figure:
    return Figure(benchmark="messages", what=what, value=float(value), unit="a day", aim=aim, small_is_good=True)


def _config() -> Config:
    written: dict[str, Any] = demo_config(_PORTS, "https://watch766.example.vn")
    for source in (written["portal"], *written["home"]):
        source.update(
            {"every": "15m", "password": "bench"} if source is written["portal"] else {"every": "15m", "client_secret": "b"}
        )
    return Config.model_validate({**written, "poll": {"page_size": 500, "lookups_per_second": 1000}})


@asynccontextmanager
async def _province(clock: TurnedClock, dossiers: int) -> AsyncIterator[None]:
    """Serve the simulated province, for which it is what the clock says."""
    options = simulator.Options(
        portal_port=_PORTS["portal"],
        home_port=_PORTS["home"],
        special_port=_PORTS["special"],
        dossiers=dossiers,
        origin=MONDAY,
        arrival_every=timedelta(minutes=1),
    )
    serving = asyncio.create_task(simulator.serve(options, lambda: clock.now))
    try:
        await _answering(serving)
        yield
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


async def _answering(serving: asyncio.Task[None]) -> None:
    """Wait until the portal takes connections."""
    while True:
        if serving.done():
            await serving
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", _PORTS["portal"])
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return


async def _execute(database: Database, statement: str, **parameters: Any) -> None:
    async with database.begin() as connection:
        await connection.execute(text(statement), parameters)
