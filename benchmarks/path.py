"""Where time goes on the way of a change: from the bytes of a page to the receiver of a webhook, each stage by itself.

Twenty thousand dossiers are stored and judged, all in time. Then both sides name another due date for each, for every fourth one
that has passed: every record is changed, every dossier reviewed, every fourth gets an alert, and each alert is sent. Stages are
called one after the other, as the monitor calls them. Of pages and batches the median counts, of what waits for nobody the time
of the processor. The ceilings are the least each stage could take in the same run.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from time import perf_counter, process_time

from sqlalchemy import text

from benchmarks import items
from benchmarks.fake_source import FakeSource
from benchmarks.figures import Figure, Settings
from benchmarks.province import CALENDAR, POLL, PROVINCE, RULES, home_adapter, portal_adapter, register, take
from benchmarks.receiving import post_bare, receiver
from benchmarks.review import quiet
from benchmarks.stages import Copying, Lengths, Pages, Watch, copying, least_of_bytes
from benchmarks.subscribing import dispatcher, subscribe
from benchmarks.temporary import Server
from services.monitor.steps.ingest import Ingest
from services.monitor.steps.poll import Poll
from services.monitor.steps.review import Reviewer
from services.monitor.webhooks.fan_out import FanOut
from shared.db.engine import Database
from shared.db.stores import alerts, reviews
from shared.db.stores.alerts import Told
from shared.domain.alerts import transitions
from shared.domain.case import Case
from shared.domain.catalogue import Procedure
from shared.domain.dossiers import Dossier, Place
from shared.domain.findings import Finding
from shared.domain.measured import measured
from shared.domain.review import review_case
from shared.domain.standing import delays, standing
from shared.sealing import Sealer, new_key

_DOSSIERS = 20_000
_PAGE, _BATCH, _AT_ONCE = 500, 1000, 16
_LATE = 4
_SECOND = timedelta(seconds=1)

Known = Sequence[tuple[Dossier, Procedure | None]]

_STAGES = (
    ("decoded", "record", "bytes to items with key and hash", "splitting alone"),
    ("translated", "record", "items to records", "typed decoding alone"),
    ("compared", "record", "against what is stored", "the question alone"),
    ("stored, new", "record", "one transaction a page of 500", "COPY"),
    ("stored, changed", "record", "with what changed, one transaction a page of 500", "COPY"),
    ("read", "dossier", "for its review", "the records' rows alone"),
    ("judged", "dossier", "findings, marks, standing", "a dossier that is done"),
    ("written", "dossier", "the whole step less reading, judging and alerts", "COPY of its row and marks"),
    ("alert written", "alert", "with history and event", "COPY of the three rows"),
    ("fanned out", "alert", "event to delivery", "COPY of the delivery"),
    ("sent", "alert", "signed, posted 16 at once, recorded", "bare httpx"),
)


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure every stage, in the order of the way."""
    dossiers = min(_DOSSIERS, settings.dossiers)
    async with server.database() as database, receiver() as port:
        path = await _Path(database, dossiers, port).open()
        try:
            await path.run()
        finally:
            await path.aclose()
    return [_figure(path.watch, path.number, *stage) for stage in _STAGES]


def _figure(watch: Watch, number: dict[str, int], stage: str, of: str, what: str, ceiling_is: str) -> Figure:
    each = number["alert" if of == "alert" else stage if stage in number else "dossier"]
    value, ceiling = (lengths.steady / each * 1e6 for lengths in (watch.taken[stage], watch.least[stage]))
    what = f"{stage}: {what}"
    return Figure(
        benchmark="path", what=what, value=value, unit=f"µs/{of}", ceiling=ceiling, ceiling_is=ceiling_is, small_is_good=True
    )


class _Path:
    """A province whose dossiers go the whole way, and what each stage of it took."""

    def __init__(self, database: Database, dossiers: int, port: int) -> None:
        self.watch = Watch()
        self.number = {"dossier": dossiers, "alert": len(range(0, dossiers, _LATE))}
        self.number |= dict.fromkeys(("decoded", "translated", "compared"), 2 * dossiers)
        self._database = database
        self._dossiers = dossiers
        self._portal = portal_adapter()
        self._home = FakeSource(home_adapter())
        self._reviewer = Reviewer(database, RULES, CALENDAR, "benchmarks")
        self._sealer = Sealer([new_key()])
        self._dispatcher = dispatcher(database, self._sealer, port, at_once=_AT_ONCE)
        self._url = f"http://127.0.0.1:{port}/hooks"

    async def open(self) -> "_Path":
        """Register the sources, take them, and subscribe the receiver."""
        await register(self._database)
        await self._reviewer.start()
        leases = await take(self._database, [self._portal.name, self._home.name])
        self._pages = Pages(self._database, self._portal, leases[self._portal.name])
        self._leases = leases
        await subscribe(self._database, self._url, self._sealer)
        return self

    async def aclose(self) -> None:
        """Close what was opened."""
        await self._dispatcher.aclose()
        await self._portal.aclose()
        await self._home.aclose()

    async def run(self) -> None:
        """Store what is in time, then take a change of everything from its bytes to the receiver."""
        await self._ingest("new", updated=None)
        await self._reviewer.drain()
        changed_at = await self._database.now() + _SECOND
        await self._ingest("changed", updated=changed_at)
        await self._review()
        await self._deliver()

    async def _ingest(self, kind: str, *, updated: datetime | None) -> None:
        """Read both sides, the portal's stage by stage; what is asked next is all there already."""
        both = [items.both(number, updated=updated, due=_due(number) if updated else None) for number in range(self._dossiers)]
        pages = [[portal for portal, _ in both[first : first + _PAGE]] for first in range(0, len(both), _PAGE)]
        bodies = [items.portal_body(page) for page in pages]
        await self._pages.run(bodies, self.watch, kind=kind, requested_at=(updated or items.NOW) + _SECOND)
        least_of_bytes(bodies, self.watch)
        async with copying(self._database) as copies:
            await copies.measure("records", self.watch.least[f"stored, {kind}"], at_once=_PAGE, where="source = 'portal'")
        portal = FakeSource(self._portal)
        for on_the_portal, at_home in both:
            portal.put(on_the_portal)
            self._home.put(at_home)
        for source in (portal, self._home):
            await Poll(self._database, source, Ingest(self._database, source), POLL).run(self._leases[source.name])

    async def _review(self) -> None:
        known = await self._read()
        opened = self._judge(known)
        await self._write_alerts(opened)
        start = perf_counter()
        reviewed = await self._reviewer.drain()
        step = perf_counter() - start
        if reviewed < self._dossiers:
            raise AssertionError(f"only {reviewed} of {self._dossiers} dossiers were reviewed")
        apart = sum(self.watch.taken[stage].total for stage in ("read", "judged", "alert written"))
        self.watch.taken["written"].add(step - apart)
        async with copying(self._database) as copies:
            await _copy(copies, ("dossiers", "marks"), self.watch.least["written"])
            await _copy(copies, ("alerts", "alert_history", "outbox"), self.watch.least["alert written"])

    async def _read(self) -> Known:
        """Read the dossiers as a review does, batch by batch."""
        codes = sorted(items.code(number) for number in range(self._dossiers))
        known: list[tuple[Dossier, Procedure | None]] = []
        for first in range(0, len(codes), _BATCH):
            async with self._database.begin() as connection:
                with self.watch.taken["read"].one():
                    found, _ = await reviews.load_readable(connection, RULES, codes[first : first + _BATCH])
                known += found
        await self._rows_alone(codes)
        return known

    async def _rows_alone(self, codes: Sequence[str]) -> None:
        query = text("SELECT code, source, record FROM records WHERE province_code = :province AND code = ANY(:codes)")
        for first in range(0, len(codes), _BATCH):
            async with self._database.begin() as connection:
                with self.watch.least["read"].one():
                    (await connection.execute(query, {"province": PROVINCE, "codes": codes[first : first + _BATCH]})).all()

    def _judge(self, known: Known) -> list[Told]:
        """Judge every dossier and return the alerts that open."""
        now = items.NOW + timedelta(hours=1)
        read_to = dict.fromkeys(RULES.sources, now)
        done, found = quiet(), []
        for first in range(0, len(known), _BATCH):
            batch = known[first : first + _BATCH]
            with self.watch.taken["judged"].one(process_time):
                found += [_judged(dossier, procedure, read_to, now) for dossier, procedure in batch]
            with self.watch.least["judged"].one(process_time):
                for _ in batch:
                    _judged(done, None, read_to, now)
        opened = [told for one, findings in zip(known, found, strict=True) for told in _opening(one[0], findings)]
        if len(opened) != self.number["alert"]:
            raise AssertionError(f"{len(opened)} alerts open instead of {self.number['alert']}")
        return opened

    async def _write_alerts(self, opened: Sequence[Told]) -> None:
        """Write alerts in transactions that are given up: the step writes them once more, for good."""
        for first in range(0, len(opened), _BATCH):
            async with self._database.engine.connect() as connection:
                with self.watch.taken["alert written"].one():
                    await alerts.write(connection, PROVINCE, opened[first : first + _BATCH], now=items.NOW)
                await connection.rollback()

    async def _deliver(self) -> None:
        with self.watch.taken["fanned out"].one():
            await FanOut(self._database, PROVINCE, CALENDAR).run()
        async with self._database.begin() as connection:
            bodies = list((await connection.execute(text("SELECT body FROM deliveries ORDER BY id"))).scalars())
        if len(bodies) != self.number["alert"]:
            raise AssertionError(f"{len(bodies)} deliveries instead of {self.number['alert']}")
        async with copying(self._database) as copies:
            await copies.measure("deliveries", self.watch.least["fanned out"], at_once=_BATCH)
        self.watch.least["sent"].add(await post_bare(self._url, bodies, at_once=_AT_ONCE))
        with self.watch.taken["sent"].one():
            await self._dispatcher.drain()


def _due(number: int) -> datetime:
    return items.LATE if number % _LATE == 0 else items.NOW.replace(second=0) + timedelta(days=45)


def _judged(dossier: Dossier, procedure: Procedure | None, read_to: dict[str, datetime], now: datetime) -> tuple[Finding, ...]:
    """Judge as the step does: where it stands, where it was late, what it counts for, what is wrong."""
    case = Case(dossier, procedure, RULES, CALENDAR)
    standing(case), delays(case), measured(case)
    return tuple(review_case(case, read_to, now=now).findings)


def _opening(dossier: Dossier, findings: Iterable[Finding]) -> list[Told]:
    """Return the alerts a dossier without any gets."""
    changes = transitions([], tuple(findings), Place())
    return [Told(subject=alerts.DOSSIER + dossier.code, change=change, place=Place()) for change in changes]


async def _copy(copies: Copying, tables: Iterable[str], lengths: Lengths) -> None:
    """Copy the rows of these tables, together one part of `lengths`."""
    whole = 0.0
    for table in tables:
        of_table = Lengths()
        await copies.measure(table, of_table, at_once=_BATCH)
        whole += of_table.steady
    lengths.add(whole)
