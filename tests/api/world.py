"""A small province in a database: each method writes one row of what a test is about."""

from datetime import date, datetime, timedelta
from typing import Any

import httpx
import msgspec
from sqlalchemy import Table, delete, exists, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.types import ASGIApp

from services.api.examples.details import DETAILS as EXAMPLE_DETAILS
from services.api.schemas.details import DETAILS
from shared.config import CalendarConfig
from shared.db import tables
from shared.db.engine import Database
from shared.db.schema import ensure_partitions
from shared.db.stores import marks, open_tally
from shared.db.stores.catalogue import store_counts, store_procedures
from shared.domain.access import RANDOM_BYTES, NewKey, Scope, new_key
from shared.domain.catalogue import Procedure
from shared.domain.counters import Counters, Mark, View
from shared.domain.findings import Finding, Responsible, Severity
from shared.domain.moves import Repair, RepairKind, moves_between
from shared.domain.offers import count
from shared.domain.petitions import Petition, PetitionStatus
from shared.domain.published import Endpoint, PublishedScores
from shared.domain.records import Record
from shared.domain.rules import FAMILY_OF
from shared.domain.statuses import Status
from shared.domain.working_time import LOCAL
from shared.policy import working_time

PROVINCE = "H20"
NOW = datetime(2026, 11, 20, 14, 0, tzinfo=LOCAL)
TODAY = NOW.date()
AGO = timedelta(hours=1)
CODE = "H20.114-261120-0042"
KEY = new_key(bytes(RANDOM_BYTES))
MARKED = date(2026, 11, 3)
DUE = datetime(2026, 11, 23, 17, 0, tzinfo=LOCAL)
IN_TIME = Counters(accepted=1, to_sync=1, synced=1, on_time=1, received=1)
LATE = Counters(accepted=1, to_sync=1, synced=1, received=1, wanting=1)
"""What an accepted dossier counts for."""


def ask(app: ASGIApp) -> httpx.AsyncClient:
    """Return a client of an application, with `KEY`; what leaves the application as an exception is raised."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://watch766", headers=bearer(KEY))


def bearer(key: NewKey) -> dict[str, str]:
    """Return the header that shows a key."""
    return {"Authorization": f"Bearer {key.text}"}


async def let_in(database: Database, key: NewKey = KEY, *scopes: Scope, **values: Any) -> None:
    """Let a key be good, of an admin of the whole province unless something else is said."""
    facts = {"name": "tests", "created_at": NOW, "last_used_at": NOW, "scopes": list(scopes or [Scope.ADMIN]), **values}
    async with database.begin() as connection:
        row = {"province_code": PROVINCE, "prefix": key.prefix, "digest": key.digest, **facts}
        await connection.execute(upsert(tables.api_keys).values(row).on_conflict_do_nothing())


class World:
    """Writes rows; `now` is the moment the API believes it is."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.delays = 0

    async def write(self, table: Table, **values: Any) -> Any:
        """Insert one row and return its first key after the province's."""
        async with self.database.begin() as connection:
            written = await connection.execute(insert(table).values(province_code=PROVINCE, **values))
        return written.inserted_primary_key[-1]

    async def source(
        self, name: str, *, role: str = "home", read_ago: timedelta | None = timedelta(seconds=30), **values: Any
    ) -> None:
        read_to = None if read_ago is None else self.now - read_ago
        row = {
            "name": name,
            "kind": "igate" if role == "home" else "dvcqg",
            "role": role,
            "position": 0 if role == "portal" else 1,
            "interval_seconds": 60,
            "read_to": read_to,
            "settled_to": read_to,
            "first_complete_at": read_to,
            "progress_at": self.now,
        }
        await self.write(tables.sources, **{**row, **values})

    async def agency(self, code: str, name: str = "", parent: str | None = None, **values: Any) -> None:
        row = {"code": code, "name": name or code, "parent": parent, "level": None, "in_catalogue": True}
        await self.write(tables.agencies, **{**row, **values})

    async def procedure(self, code: str, name: str = "", sector: str | None = None, **facts: Any) -> None:
        known = Procedure(code=code, name=name, sector=sector, **facts)
        await self.write(tables.procedures, code=code, name=name, sector=sector, in_catalogue=True, facts=known)

    async def catalogue(self, *procedures: Procedure) -> None:
        """Write the portal's list of procedures as it was read, with what is counted of it."""
        async with self.database.begin() as connection:
            await store_procedures(connection, PROVINCE, procedures, now=self.now)
            await store_counts(connection, PROVINCE, count(procedures, working_time(CalendarConfig())), now=self.now)

    async def counts(
        self,
        agency: str,
        *counters: Counters,
        view: View = View.PORTAL,
        procedure: str = "1.1",
        day: date = MARKED,
        code: str | None = None,
    ) -> None:
        """Let dossiers of an agency count for so much in a view, each for one of these; several for one with a code."""
        marks_of = [Mark(view=view, day=day, agency=agency, procedure=procedure, counters=of) for of in counters]
        names = [code or f"{agency}-{procedure}-{day}-{number}" for number in range(len(marks_of))]
        async with self.database.begin() as connection:
            before = await marks.load(connection, PROVINCE, names)
            after = {name: before.get(name, ()) for name in names}
            for name, mark in zip(names, marks_of, strict=True):
                after[name] = (*after[name], mark)
            await marks.write(connection, PROVINCE, before, after)

    async def alert(self, code: str | None = CODE, rule: str = "deadline.due_soon", **values: Any) -> int:
        """Open an alert about a dossier, or about the source given; the details fit the rule."""
        source = values.get("source")
        row = {
            "subject": f"source:{source}" if source else f"dossier:{code}",
            "rule": rule,
            "family": FAMILY_OF[rule],
            "severity": Severity.WARNING,
            "state": "open",
            "dossier_code": None if source else code,
            "responsible": Responsible.HANDLING,
            "since": self.now - AGO,
            "opens_at": self.now - AGO,
            "opened_at": self.now - AGO,
            "baseline": False,
            "details": EXAMPLE_DETAILS[DETAILS[rule].__name__],
        }
        return int(await self.write(tables.alerts, **{**row, **values}))

    async def resolve(self, alert_id: int) -> None:
        async with self.database.begin() as connection:
            await connection.execute(
                update(tables.alerts).where(tables.alerts.c.id == alert_id).values(state="resolved", resolved_at=self.now)
            )

    async def clear(self) -> None:
        """Take everything away again."""
        async with self.database.begin() as connection:
            for table in tables.metadata.sorted_tables:
                if table is not tables.audit_log:
                    await connection.execute(delete(table))
            if await connection.scalar(select(exists(tables.audit_log.select()))):
                await _delete_audit_log(connection)

    async def clock(self, connection: AsyncConnection) -> datetime:
        """Tell `now` in the place of the database's clock."""
        return self.now

    async def addresses(self, host: str, port: int) -> list[str]:
        """Tell a public address for every name but those that are inside, or nowhere."""
        if host.startswith("nowhere"):
            raise OSError("not resolved")
        return ["10.0.0.7"] if host.startswith("inside") else ["8.8.8.8"]

    async def webhook(self, **values: Any) -> int:
        """Make a webhook that hears everything."""
        row = {"url": "https://one.example.vn/in", "least_severity": "warning", "role": "office", "mode": "each"}
        moments = {"created_at": self.now - AGO, "changed_at": self.now - AGO}
        return int(await self.write(tables.webhooks, **{**row, **moments, **values}))

    async def delivery(self, webhook_id: int, number: int = 1, **values: Any) -> int:
        """Write a delivery that was accepted at once."""
        at = self.now - AGO + timedelta(seconds=number)
        row = {
            "message_id": f"msg_{number}",
            "event": "alert.opened",
            "subject": f"dossier:{CODE}",
            "alert_id": 1,
            "xid": 900 + number,
            "outbox_id": number,
            "body": '{"type":"alert.opened"}',
            "state": "delivered",
            "created_at": at,
            "due_at": at,
            "finished_at": at,
            "attempts": 1,
        }
        made = int(await self.write(tables.deliveries, webhook_id=webhook_id, **{**row, **values}))
        attempt = {"at": at, "milliseconds": 42, "status": 200, "error": None, "answer": "ok"}
        await self.write(tables.delivery_attempts, delivery_id=made, number=1, **attempt)
        return made

    async def happened(
        self, code: str = CODE, rule: str = "deadline.overdue", event: str = "alert.opened", **values: Any
    ) -> None:
        """Write what happened to an alert about a dossier of H20.114 into the outbox."""
        alert = {
            "id": 1,
            "sequence": 1,
            "subject": f"dossier:{CODE}",
            "family": FAMILY_OF[rule],
            "rule": rule,
            "severity": "critical",
            "state": "open",
            "responsible": "handling",
            "since": self.now - AGO,
            "details": EXAMPLE_DETAILS[DETAILS[rule].__name__],
            "dossier_code": CODE,
            "agency": "H20.114",
            "procedure": "1.001193",
            "due_at": self.now - AGO,
            **values,
        }
        row = {"subject": alert["subject"], "alert_id": alert["id"], "sequence": alert["sequence"], "alert": alert}
        await self.write(tables.outbox, at=self.now, event=event, **row)

    async def dossier(self, code: str = CODE, **values: Any) -> None:
        await self.write(tables.dossiers, code=code, first_seen_at=self.now - AGO, **values)

    async def judged(self, code: str = CODE, **values: Any) -> None:
        """Write a dossier that was reviewed: in step and being worked on unless something else is said."""
        await self.dossier(
            code, **{"judged_at": self.now - AGO, "rule_set": 1, "agency": "H20.114", "status": Status.PROCESSING, **values}
        )
        async with self.database.begin() as connection:
            await open_tally.count_anew(connection, PROVINCE)

    async def petition(
        self,
        named: int | str = 1,
        *,
        late_from: datetime | None = None,
        step: str | None = None,
        due_at: datetime | None = None,
        **values: Any,
    ) -> None:
        """Write a petition that was reviewed: received now, in time and owing nothing unless something else is said."""
        code = named if isinstance(named, str) else f"PAKN.20.261120.{named:04d}"
        row = {"status": PetitionStatus.IN_WORK, "agency": "H20.114", "received_at": self.now, "updated_at": self.now, **values}
        petition = Petition(code=code, **row)
        await self.write(
            tables.petitions,
            code=petition.code,
            hash=b"h",
            petition=petition,
            updated_at=petition.updated_at,
            status=petition.status,
            kind=petition.kind,
            agency=petition.agency,
            dossier_code=petition.dossier_code,
            received_at=petition.received_at,
            first_seen_at=self.now,
            rule_set=1,
            step=step,
            due_at=due_at,
            late_from=late_from,
            complained_of=petition.is_complained_of,
        )

    async def repair(
        self,
        code: str = CODE,
        kind: str = "in_time",
        *,
        agency: str = "H20.114",
        procedure: str = "1.1",
        day: date = TODAY,
        before: Counters = IN_TIME,
        after: Counters = LATE,
        **values: Any,
    ) -> Repair:
        """Write what could be done about a dossier, with what it counts for now; in time and still to be kept so unless said."""
        mark = Mark(view=View.PORTAL, day=day, agency=agency, procedure=procedure, counters=before)
        moves = moves_between((mark,), (msgspec.structs.replace(mark, counters=after),))
        async with self.database.begin() as connection:
            await marks.write(connection, PROVINCE, {}, {code: (mark,)})
        repair = Repair(
            kind=RepairKind(kind), agency=agency, procedure=procedure, month=mark.month, moves=moves, due_at=values.get("due_at")
        )
        facts = {name: value for name, value in msgspec.structs.asdict(repair).items() if name != "kind"}
        await self.write(tables.repairs, code=code, repair=repair.kind.value, **facts)
        return repair

    async def delay(self, code: str = CODE, *, since: datetime, minutes: int | None = None, **values: Any) -> None:
        """Write a delay that goes on, or one that took some working minutes."""
        self.delays += 1
        until = None if minutes is None else since + timedelta(minutes=minutes)
        row = {"code": code, "stage": "Thẩm định", "agency": "H20.114", "until": until, "minutes": minutes, **values}
        await self.write(tables.delays, position=self.delays, since=since, **row)

    async def record(self, source: str, code: str = CODE, *, source_id: str | None = None, **values: Any) -> None:
        record = Record(
            source=source,
            source_id=source_id or f"{source}-1",
            code=code,
            spelling=code,
            updated_at=self.now - AGO,
            **{"procedure": "1.001193", "agency": "H20.114", "status": Status.PROCESSING, **values},
        )
        await self.write(
            tables.records,
            source=source,
            source_id=record.source_id,
            code=code,
            item_hash=b"i",
            record_hash=b"r",
            updated_at=record.updated_at,
            status=record.status,
            status_since=record.updated_at,
            first_updated_at=record.updated_at,
            notes=list(record.notes),
            record=record,
        )

    async def refusal(self, source: str, code: str | None = CODE, **values: Any) -> int:
        row = {
            "source": source,
            "item_hash": msgspec.json.encode((source, code, sorted(values.items())), enc_hook=str),
            "code": code,
            "source_id": None,
            "field": "NgayTiepNhan",
            "reason": "is not a date",
            "refused_at": self.now - AGO,
        }
        return int(await self.write(tables.refusals, **{**row, **values}))

    async def finding(self, rule: str, *, ripe: bool, code: str = CODE, **values: Any) -> None:
        finding = Finding(
            rule=rule,
            family=FAMILY_OF[rule],
            severity=Severity.WARNING,
            since=self.now - AGO,
            opens_at=self.now,
            responsible=Responsible.HANDLING,
            details=EXAMPLE_DETAILS[DETAILS[rule].__name__],
            ripe=ripe,
            **values,
        )
        await self.write(tables.findings, code=code, family=finding.family, finding=finding)

    async def look_up(self, source: str, code: str = CODE, **values: Any) -> None:
        await self.write(tables.look_ups, source=source, code=code, **values)

    async def official(self, code: str, *, endpoint: Endpoint = Endpoint.RESULTS, **values: Any) -> None:
        """Write what was read of the portal's own scores of a unit, an hour ago."""
        at = self.now - AGO
        row = {"period": "2026", "unit_code": code, "fetched_at": at, "seen_at": at, "name": f"{code} trên Cổng", "total": None}
        await self.write(tables.official_scores, **{**row, "scores": PublishedScores(endpoints=(endpoint,)), **values})

    async def history_starts(self) -> None:
        """Make the partitions of the months the tests live in."""
        async with self.database.begin() as connection:
            await ensure_partitions(connection, self.now)


async def _delete_audit_log(connection: AsyncConnection) -> None:
    """Only its owner can: the triggers that refuse it are taken out for a moment."""
    for statement in ("DISABLE TRIGGER USER", "ENABLE TRIGGER USER"):
        await connection.execute(text(f"ALTER TABLE audit_log {statement}"))
        if statement.startswith("DISABLE"):
            await connection.execute(delete(tables.audit_log))
