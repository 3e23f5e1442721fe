"""What a record said earlier: its versions, from what it says now and the fields that changed on the way."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from shared.domain.dossiers import Absent, Seen, Side, preferred
from shared.domain.records import Record

REMOVED = "removed"
"""In the place of a field: the record was taken away. What it said before nobody knows any more."""


class Change(msgspec.Struct, frozen=True):
    """What changed in a record when it was stored at a moment, as `{field: [old, new]}` in JSON's types."""

    at: datetime
    fields: Mapping[str, Sequence[Any]]


class Version(msgspec.Struct, frozen=True):
    """What a record said from a moment on, until that of the next version."""

    at: datetime
    seen: Seen


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier's records through time: of each source the versions of every record it has of the dossier, earliest first."""

    code: str
    records: Mapping[str, Sequence[tuple[Version, ...]]]

    def moments(self, begins: datetime, ends: datetime) -> list[datetime]:
        """Return the moments after `begins` and up to `ends` at which a side changed."""
        all_of = (version.at for of_source in self.records.values() for versions in of_source for version in versions)
        return sorted({at for at in all_of if begins < at <= ends})

    def sides(self, at: datetime, asked: Mapping[str, datetime]) -> dict[str, Side]:
        """Return what every source said at a moment. `asked`: sources that were asked singly, and when."""
        return {source: self._side(source, at, asked.get(source)) for source in self.records.keys() | asked.keys()}

    def _side(self, source: str, at: datetime, asked_at: datetime | None) -> Side:
        standing = (_latest(versions, at) for versions in self.records.get(source, ()))
        chosen = preferred((seen for seen in standing if seen), {})
        return msgspec.structs.replace(chosen, asked_at=asked_at) if chosen else Absent(asked_at)


def versions(now: Seen, changes: Iterable[Change]) -> tuple[Version, ...]:
    """Return the versions of a record, earliest first. `now`: what it says; `changes`: what changed on the way, earliest first.

    A record is there from its update time when it was first read. Of what changed before it was taken away, or in a way that
    could not be kept, nothing is known: the versions begin then.
    """
    begins, known = now.first_updated_at, list[Change]()
    for change in changes:
        if REMOVED in change.fields or not change.fields:
            begins, known = change.at, []
        else:
            known.append(change)
    records = [now.record]
    for change in reversed(known):
        records.append(_undone(records[-1], change.fields))
    moments = [change.at for change in known]
    return tuple(_in_order(now, list(zip([min([begins, *moments]), *moments], reversed(records), strict=True))))


def _in_order(now: Seen, told: Sequence[tuple[datetime, Record]]) -> Iterable[Version]:
    """A status is as old as the update that brought it; an update is never later than the moment it was stored."""
    since: datetime | None = None
    for number, (at, record) in enumerate(told):
        updated_at = min(record.updated_at, at) if number else now.first_updated_at
        if since is None or record.status != told[number - 1][1].status:
            since = updated_at
        yield Version(at, Seen(record=record, updated_at=updated_at, status_since=since, first_updated_at=now.first_updated_at))


def _undone(record: Record, fields: Mapping[str, Sequence[Any]]) -> Record:
    before = {name: values[0] for name, values in fields.items()}
    return msgspec.convert(msgspec.to_builtins(record) | before, Record)


def _latest(versions: Sequence[Version], at: datetime) -> Seen | None:
    return next((version.seen for version in reversed(versions) if version.at <= at), None)
