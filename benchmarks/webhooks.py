"""Deliveries a second to a receiver on this machine, what a claim costs with a dead receiver's backlog, and memory over many.

Each delivery is claimed, signed, sent and recorded with its attempt, the dispatcher's own way; all are of different dossiers.

Ceiling: a bare httpx client that posts the same bodies to the same receiver with the same concurrency. It signs nothing, checks
no address and stores nothing. The receiver is a process of its own that accepts and does nothing else.
"""

import gc
from collections.abc import Sequence
from datetime import timedelta
from statistics import median
from time import perf_counter

import psutil
from sqlalchemy import text

from benchmarks.figures import Figure, Settings
from benchmarks.province import PROVINCE
from benchmarks.receiving import post_bare, receiver
from benchmarks.subscribing import dispatcher, subscribe
from benchmarks.temporary import Server
from shared.db.engine import Database, clock
from shared.db.stores import deliveries
from shared.db.stores.deliveries import Room
from shared.sealing import Sealer, new_key

_AT_ONCE = 16
_ROUND = 5000
_ROUNDS = 5
_MANY = 100_000
_MESSAGE = "Đề nghị đơn vị tiếp nhận, yêu cầu bổ sung hoặc từ chối nêu rõ lý do. " * 10

_DELIVERIES = text(
    "INSERT INTO deliveries (province_code, webhook_id, message_id, event, subject, xid, outbox_id, body, state, created_at,"
    " due_at) SELECT :province, :webhook, 'msg_' || n, 'alert.opened', 'dossier:' || n, pg_current_xact_id(), n,"
    " json_build_object('n', n, 'message', CAST(:message AS text))::text, 'waiting', now(), now()"
    " FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n"
)


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure some rounds in turn with the bare client, then many without a pause, then claims beside a dead receiver."""
    many = min(_MANY, settings.dossiers)
    async with receiver() as port:
        async with server.database() as database:
            bench = await _Bench(database, port).open()
            rates, bare = [], []
            for _ in range(_ROUNDS):
                bare.append(await bench.post_bare(await bench.make(_ROUND)))
                rates.append(await bench.deliver(_ROUND))
            grown = await bench.memory_grown(many)
            await bench.aclose()
        async with server.database() as database:
            claims = await _claims_beside_a_dead_receiver(database, many)
    return [
        Figure(
            benchmark="webhooks",
            what=f"deliveries, {_AT_ONCE} at once to one receiver",
            value=median(rates),
            unit="deliveries/s",
            ceiling=median(bare),
            ceiling_is="bare httpx",
            aim=0.6 * median(bare),
        ),
        Figure(
            benchmark="webhooks",
            what=f"memory of the process grown over {many:,} more",
            value=grown,
            unit="MB",
            aim=20,
            small_is_good=True,
        ),
        Figure(
            benchmark="webhooks",
            what=f"a claim for 20 receivers beside a dead one with {many:,} waiting, median of 50",
            value=claims,
            unit="ms",
            aim=10,
            small_is_good=True,
        ),
    ]


class _Bench:
    """One receiver with its webhook, the dispatcher, and the bare client beside it."""

    def __init__(self, database: Database, port: int) -> None:
        self._database = database
        self._url = f"http://127.0.0.1:{port}/hooks"
        self._sealer = Sealer([new_key()])
        self._dispatcher = dispatcher(database, self._sealer, port, at_once=_AT_ONCE)
        self._made = 0

    async def open(self) -> "_Bench":
        self._webhook = await subscribe(self._database, self._url, self._sealer)
        return self

    async def aclose(self) -> None:
        await self._dispatcher.aclose()

    async def make(self, number: int) -> list[str]:
        """Make deliveries and return their bodies."""
        first, self._made = self._made + 1, self._made + number
        await _deliveries(self._database, self._webhook, first, self._made)
        async with self._database.begin() as connection:
            rows = await connection.execute(text("SELECT body FROM deliveries WHERE state = 'waiting' ORDER BY id"))
            return list(rows.scalars())

    async def deliver(self, number: int) -> float:
        """Send what waits and return how many a second that was."""
        started = perf_counter()
        await self._dispatcher.drain()
        took = perf_counter() - started
        async with self._database.begin() as connection:
            waiting = await connection.scalar(text("SELECT count(*) FROM deliveries WHERE state <> 'delivered'"))
        if waiting:
            raise AssertionError(f"{waiting} were not delivered")
        return number / took

    async def post_bare(self, bodies: Sequence[str]) -> float:
        """Post the bodies with a client that does nothing else, and return how many a second that was."""
        return len(bodies) / await post_bare(self._url, bodies, at_once=_AT_ONCE)

    async def memory_grown(self, number: int) -> float:
        """Deliver so many more and return how many megabytes more the process holds than after the first tenth of them."""
        await self.make(number // 10)
        await self.deliver(number // 10)
        before = _megabytes()
        for _ in range(9):
            await self.make(number // 10)
            await self.deliver(number // 10)
        return max(0.0, _megabytes() - before)


async def _claims_beside_a_dead_receiver(database: Database, many: int) -> float:
    """Return how many milliseconds a claim takes, when one receiver is dead and twenty are well."""
    sealer = Sealer([new_key()])
    dead = await subscribe(database, "https://dead.gia-lai.test/", sealer)
    await _deliveries(database, dead, 1, many)
    for _ in range(20):
        await _deliveries(database, await subscribe(database, "https://hooks.gia-lai.test/", sealer), 1, 200)
    async with database.begin() as connection:
        await connection.execute(text("ANALYZE deliveries"))  # as PostgreSQL does by itself within a minute or so
    took = []
    for _ in range(50):
        started = perf_counter()
        async with database.begin() as connection:
            claimed, _ = await deliveries.claim(
                connection,
                PROVINCE,
                {dead: Room(1, 0)},
                each=2,
                limit=64,
                lease=timedelta(minutes=1),
                now=await clock(connection),
            )
        took.append((perf_counter() - started) * 1000)
        if len({one.webhook_id for one in claimed}) != 21:
            raise AssertionError("not every receiver was claimed for")
    return median(took)


async def _deliveries(database: Database, webhook: int, first: int, last: int) -> None:
    async with database.begin() as connection:
        given = {"province": PROVINCE, "webhook": webhook, "first": first, "last": last, "message": _MESSAGE}
        await connection.execute(_DELIVERIES, given)


def _megabytes() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 2**20
