"""A tiny province for tests: sources that behave, and a monitor over them on a real database."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import text

from services.monitor.bootstrap import evaluation_registration
from services.monitor.monitor import Monitor, Steps, Watched
from services.monitor.sources.dvcqg.evaluation.client import EvaluationSource
from services.monitor.sources.source import Head, Page, Reading, TakesPetitions
from services.monitor.steps.audit import Auditor
from services.monitor.steps.digests import Digests
from services.monitor.steps.evaluate import Evaluate
from services.monitor.steps.heartbeat import Heartbeat
from services.monitor.steps.nightly import NightlyAudit
from services.monitor.steps.retention import Retention
from services.monitor.steps.review import Reviewer
from services.monitor.steps.review_scores import ScoreReviewer
from services.monitor.steps.score_days import ScoreDays
from services.monitor.steps.settle import Settling
from services.monitor.steps.unacknowledged import Unacknowledged
from services.monitor.steps.worth import Valuing
from services.monitor.webhooks.dispatcher import Dispatcher
from services.monitor.webhooks.fan_out import FanOut
from shared.config import AlertsConfig, CalendarConfig, HeartbeatConfig, KeepConfig, PollConfig
from shared.db import schema
from shared.db.engine import Database, clock
from shared.db.lease import Leases
from shared.db.stores import sources
from shared.db.stores.sources import Registration
from shared.db.tables import PETITIONS
from shared.domain.catalogue import Agency, Procedure
from shared.domain.dossiers import HomeSystem, Rules
from shared.domain.incidents import Mass
from shared.domain.petitions import Petition, PetitionStatus
from shared.domain.records import Channel, Record
from shared.domain.statuses import Status
from shared.domain.units import Offices
from shared.errors import RecordRefused, SourceError
from shared.policy import working_time
from shared.policy.score_watch import score_plan
from shared.policy.scoring import scoring_policies

PROVINCE = "H20"
RULES = Rules(province=PROVINCE, portal="portal", homes=(HomeSystem("igate", True),))
CALENDAR = working_time(CalendarConfig())
HOUR = timedelta(hours=1)

_NEVER = time.max
"""No morning page is due before a day ends: a working day's tests meet the events they meet on a Sunday."""


class FakeSource:
    """A system that holds records and serves them as both contracts do: ordered by update time, then key, without a total."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.mark = ""
        self.rows: dict[str, Record] = {}
        self.keys: dict[str, set[str]] = {}
        self.broken: dict[str, tuple[str, datetime]] = {}
        self.fails: SourceError | None = None
        self.pages_asked = 0
        self.looked_up: list[str] = []

    def put(self, record: Record) -> None:
        """Store what the system says now of a dossier."""
        self.broken.pop(record.source_id, None)
        self.rows[record.source_id] = msgspec.structs.replace(record, source=self.name)
        self.keys.setdefault(record.code, set()).add(record.source_id)

    def break_row(self, source_id: str, code: str, updated_at: datetime) -> None:
        """Serve this row in a form that must be refused."""
        self.broken[source_id] = (code, updated_at)
        self.keys.setdefault(code, set()).add(source_id)

    async def page(self, *, since: datetime, number: int, size: int) -> Page:
        self._maybe_fail()
        self.pages_asked += 1
        rows = sorted(self._served(), key=lambda row: (row["updated_at"], row["source_id"]))
        rows = [row for row in rows if row["updated_at"] >= since][number * size : (number + 1) * size]
        items = tuple(msgspec.Raw(msgspec.json.encode(row)) for row in rows)
        return Page(items, full=len(items) == size)

    async def look_up(self, spellings: Sequence[str]) -> tuple[msgspec.Raw, ...]:
        self._maybe_fail()
        self.looked_up.append(spellings[0])
        asked = [key for spelling in spellings for key in self.keys.get(spelling, ())]
        return tuple(msgspec.Raw(msgspec.json.encode(row)) for row in self._served(asked) if row["code"] in spellings)

    def head(self, item: msgspec.Raw) -> Head:
        row = msgspec.json.decode(item)
        return Head(row["source_id"], datetime.fromisoformat(row["updated_at"]))

    def reading(self, item: msgspec.Raw, *, requested_at: datetime) -> Reading:
        row = msgspec.json.decode(item)
        if row.get("is_broken"):
            raise RecordRefused("due_at", "not a date", code=row["code"], source_id=row["source_id"])
        return Reading(msgspec.json.decode(item, type=Record))

    async def aclose(self) -> None:
        pass

    def _served(self, keys: Collection[str] | None = None) -> list[dict[str, Any]]:
        """Return the rows under these keys, every row there is where none are named."""
        served = self.rows.keys() | self.broken.keys() if keys is None else set(keys)
        rows = [msgspec.structs.asdict(self.rows[key]) for key in served if key in self.rows and key not in self.broken]
        broken = [
            {"source_id": key, "code": code, "updated_at": moment, "is_broken": True}
            for key, (code, moment) in self.broken.items()
            if key in served
        ]
        return rows + broken

    def _maybe_fail(self) -> None:
        if self.fails:
            raise self.fails


class PortalWithCatalogue(FakeSource):
    """A portal that lists procedures."""

    def __init__(self) -> None:
        super().__init__("portal")
        self.listed: list[Procedure] = []

    async def agencies(self) -> tuple[list[Agency], list[str]]:
        return [], []

    async def procedures(self) -> tuple[list[Procedure], list[str]]:
        return self.listed, []


class FakePetitions:
    """The petitions of a portal, served like its dossiers. `broken`: codes of those that must be refused."""

    def __init__(self, name: str = "portal-petitions") -> None:
        self.name = name
        self.mark = ""
        self.rows: dict[str, Petition] = {}
        self.broken: set[str] = set()
        self.fails: Exception | None = None

    def put(self, petition: Petition) -> None:
        """Store what the system says now of a petition."""
        self.rows[petition.code] = petition

    async def page(self, *, since: datetime, number: int, size: int) -> Page:
        if self.fails:
            raise self.fails
        rows = sorted(self.rows.values(), key=lambda petition: (petition.updated_at, petition.code))
        rows = [row for row in rows if row.updated_at >= since][number * size : (number + 1) * size]
        return Page(tuple(msgspec.Raw(msgspec.json.encode(row)) for row in rows), full=len(rows) == size)

    def head(self, item: msgspec.Raw) -> Head:
        row = msgspec.json.decode(item)
        return Head(row["code"], datetime.fromisoformat(row["updated_at"]))

    def petition(self, item: msgspec.Raw, *, requested_at: datetime) -> Petition:
        petition = msgspec.json.decode(item, type=Petition)
        if petition.code in self.broken:
            raise RecordRefused("HanXuLy", "not a date", code=None, source_id=petition.code)
        return petition


class World:
    """A portal, a home system, and the monitor of both."""

    def __init__(
        self, database: Database, *, portal: Any = None, home: Any = None, evaluation: EvaluationSource | None = None
    ) -> None:
        self.database = database
        self.rules = RULES
        self.portal = portal or FakeSource("portal")
        self.home = home or FakeSource("igate")
        self.leases = Leases(database, PROVINCE)
        self.config = PollConfig(page_size=50, lookups_per_second=1000)
        self.every = timedelta(seconds=60)
        self.evaluation = evaluation
        self.evaluation_every = timedelta(hours=24)
        self.plan = score_plan(Offices())
        self.petitions_every = timedelta(minutes=15)
        self.mass = Mass()
        self.fan_out: FanOut | None = None
        self.dispatcher: Dispatcher | None = None

    async def open(self, fingerprint: str = "test") -> Monitor:
        """Register the sources and the rules, and return the monitor."""
        async with self.database.begin() as connection:
            now = await clock(connection)
            await schema.ensure_partitions(connection, now)
            every, start = self.every, self.config.start
            configured = [
                Registration(name="portal", kind="dvcqg", role="portal", position=0, interval=every, start=start),
                Registration(name="igate", kind="igate", role="home", position=1, interval=every, start=start),
            ]
            if isinstance(self.portal, TakesPetitions):
                name = self.portal.petitions.name
                configured.append(
                    Registration(name=name, kind="dvcqg", role=PETITIONS, position=2, interval=self.petitions_every)
                )
            if self.evaluation:
                configured.append(evaluation_registration(self.evaluation_every, position=3))
            await sources.register(connection, PROVINCE, configured, now=now)
        reviewer = Reviewer(self.database, self.rules, CALENDAR, fingerprint, mass=self.mass)
        await reviewer.start()
        self.reviewer = reviewer
        watched = [Watched(self.portal, self.every, self.every, self.petitions_every), Watched(self.home, self.every, None)]
        evaluate = Evaluate(self.database, self.evaluation, self.evaluation_every) if self.evaluation else None
        steps = Steps(
            reviewer=reviewer,
            settling=Settling(self.database, PROVINCE),
            nightly=NightlyAudit(self.database, PROVINCE, Auditor(self.database, self.rules, CALENDAR)),
            score_days=ScoreDays(self.database, PROVINCE, self.plan.offices),
            score_reviewer=ScoreReviewer(self.database, reviewer, self.plan),
            valuing=Valuing(self.database, PROVINCE, Offices(), scoring_policies()),
            retention=Retention(self.database, PROVINCE, KeepConfig()),
            heartbeat=Heartbeat(self.database, PROVINCE, HeartbeatConfig()),
            digests=Digests(self.database, reviewer, self.plan, _NEVER),
            unacknowledged=Unacknowledged(self.database, PROVINCE, AlertsConfig().escalating, CALENDAR),
            evaluation=evaluate,
            fan_out=self.fan_out,
            dispatcher=self.dispatcher,
        )
        self.monitor = Monitor(self.database, self.config, watched, self.leases, steps)
        return self.monitor

    async def aclose(self) -> None:
        await self.leases.aclose()

    async def open_alerts(self) -> set[tuple[str, str]]:
        """Return the unresolved alerts as (subject, rule)."""
        rows = await self.rows("SELECT subject, rule FROM alerts WHERE state <> 'resolved'")
        return {(row["subject"].removeprefix("dossier:"), row["rule"]) for row in rows}

    async def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        async with self.database.begin() as connection:
            return [dict(row) for row in (await connection.execute(text(query), parameters)).mappings()]

    async def contents(self, *tables: str) -> dict[str, list[str]]:
        """Return every row of these tables as text, with its physical place, so that even a rewrite of the same values shows."""
        return {
            table: [row["line"] for row in await self.rows(f"SELECT ctid::text || t::text AS line FROM {table} t ORDER BY 1")]
            for table in tables
        }


def record(number: int = 1, **values: Any) -> Record:
    """Return a record of an online dossier, new and updated now unless the values say otherwise."""
    moment = values.pop("at", None) or datetime.now(UTC).replace(microsecond=0)
    defaults: dict[str, Any] = {
        "source": "portal",
        "source_id": f"id-{number:05d}",
        "code": f"H20.14-261120-{number:04d}",
        "spelling": f"H20.14-261120-{number:04d}",
        "procedure": "1.001193",
        "agency": "H20.14",
        "status": Status.NEW,
        "updated_at": moment,
        "submitted_at": moment,
        "channel": Channel.ONLINE,
    }
    return Record(**{**defaults, **values})


def petition(number: int = 1, **values: Any) -> Petition:
    """Return a petition, being worked on since four weeks ago and so overdue unless the values say otherwise."""
    moment = datetime.now(UTC).replace(microsecond=0) - timedelta(days=28)
    defaults: dict[str, Any] = {
        "code": f"PAKN.20.261101.{number:04d}",
        "status": PetitionStatus.IN_WORK,
        "agency": "H20.14",
        "received_at": moment,
        "updated_at": moment,
        "due_at": moment + timedelta(days=20),
    }
    return Petition(**{**defaults, **values})
