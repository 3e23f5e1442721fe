"""A dossier as a review sees it: its sides and what stood at the last review; and the rules of one province."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b

import msgspec

from shared.domain import codes
from shared.domain.counters import Mark
from shared.domain.findings import Finding
from shared.domain.moves import Repair
from shared.domain.petitions import Petition
from shared.domain.records import Record, ended_at


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A side that can be read.

    `updated_at`: the record's update time, not later than the request that brought it. `status_since`: the update time at which
    its present status was first seen. `first_updated_at`: its update time when first read.
    `asked_at`: when it was last asked for singly.
    """

    record: Record
    updated_at: datetime
    status_since: datetime
    first_updated_at: datetime
    asked_at: datetime | None = None

    @property
    def ended_at(self) -> datetime | None:
        return ended_at(self.record, self.status_since)

    @property
    def changed_at(self) -> datetime:
        return self.updated_at


class Absent(msgspec.Struct, frozen=True):
    """A source without a record.

    `asked_at`: when it was last asked for singly, None for never. `gone_at`: when its record went away, None if it never had one.
    """

    asked_at: datetime | None = None
    gone_at: datetime | None = None

    @property
    def changed_at(self) -> datetime | None:
        return self.gone_at


class Unreadable(msgspec.Struct, frozen=True):
    """A source whose last answer for this dossier had to be refused: every rule that needs it waits."""

    refused_at: datetime
    asked_at: datetime | None = None

    @property
    def changed_at(self) -> None:
        return None


Side = Seen | Absent | Unreadable


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """One dossier: a side per configured source (absent where none is named), and what the last review left.

    `standing`: its findings by family; `marks`: what it counted for; `repairs`: what could be done about it; `petitions`: those
    that name it, by their codes.
    """

    code: str
    sides: Mapping[str, Side]
    standing: Mapping[str, Finding] = {}
    marks: tuple[Mark, ...] = ()
    repairs: tuple[Repair, ...] = ()
    petitions: tuple[Petition, ...] = ()

    def side(self, source: str) -> Side:
        return self.sides.get(source, Absent())

    def seen(self, sources: Iterable[str]) -> list[Seen]:
        """Return the sides of these sources that can be read, in their order."""
        return [side for source in sources if isinstance(side := self.side(source), Seen)]

    @property
    def changed_at(self) -> datetime | None:
        """When its latest side changed."""
        return max((side.changed_at for side in self.sides.values() if side.changed_at), default=None)

    @property
    def is_empty(self) -> bool:
        """No source has it any more."""
        return all(isinstance(side, Absent) for side in self.sides.values())


class Place(msgspec.Struct, frozen=True):
    """Where a dossier stands, by codes."""

    agency: str | None = None
    procedure: str | None = None
    sector: str | None = None


class HomeSystem(msgspec.Struct, frozen=True):
    """One of the province's systems; `sectors` and `procedures` it answers for, both empty: everything."""

    name: str
    main: bool = False
    sectors: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()

    def answers_for(self, procedure: str, sector: str | None) -> bool:
        return not (self.sectors or self.procedures) or procedure in self.procedures or sector in self.sectors


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds and sources of one province. `pause_days` are working days; `deadline_leads` pairs of working hours."""

    province: str
    portal: str | None = None
    homes: tuple[HomeSystem, ...] = ()
    central_procedures: frozenset[str] = frozenset()
    central_sectors: frozenset[str] = frozenset()
    sync_hold: timedelta = timedelta(minutes=15)
    sync_owner: str | None = None
    ask_again_after: timedelta = timedelta(hours=1)
    intake_window: timedelta = timedelta(hours=8)
    intake_warn_before: timedelta = timedelta(hours=2)
    deadline_leads: tuple[tuple[timedelta | None, timedelta], ...] = (
        (timedelta(hours=8), timedelta(hours=2)),
        (timedelta(hours=40), timedelta(hours=8)),
        (None, timedelta(hours=24)),
    )
    pause_days: float = 10

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source by name, home before portal: who is asked first what a dossier is about."""
        return (*(home.name for home in self.homes), *((self.portal,) if self.portal else ()))

    @property
    def main(self) -> str | None:
        return next((home.name for home in self.homes if home.main), None)

    def is_central(self, procedure: str, sector: str | None) -> bool:
        """Handled on a ministry's own system, therefore judged on the portal alone."""
        return codes.procedure(procedure) in self.central_procedures or sector in self.central_sectors


def preferred(records: Iterable[Seen], order: Mapping[str, int]) -> Seen | None:
    """Return the record that speaks for home: not ended before ended, then the latest updated, then the first source."""
    return min(
        records,
        key=lambda seen: (
            seen.record.has_ended,
            -seen.updated_at.timestamp(),
            order.get(seen.record.source, len(order)),
            seen.record.source_id,
        ),
        default=None,
    )


def fingerprint(version: int, *parts: object) -> str:
    """Return a short text that differs when the version of the review or any of the parts differs; sets are ordered."""
    return blake2b(msgspec.json.encode((version, parts), order="deterministic"), digest_size=12).hexdigest()
