"""What one system says of one dossier. Every side, portal or home, is translated to the same type.

Times are aware (UTC inside); codes are in normal form (`shared.domain.codes`). There is no field for a citizen's name, number,
address or file, so none can be stored or logged.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

import msgspec

from shared.domain.statuses import ENDED, FINISHED, STANDING_STILL, Status


class Channel(StrEnum):
    """How a dossier was handed in."""

    ONLINE = "online"
    DIRECT = "direct"
    POSTAL = "postal"


class Supplement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request for more papers. `due_before` and `due_after` are the due dates the request names."""

    asked_at: datetime
    answered_at: datetime | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None

    @property
    def moved_due_date(self) -> bool:
        """A new date that is none or equals the old one moved nothing (contracts, both systems)."""
        return self.due_after is not None and self.due_after != self.due_before


class Stage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of the work at home. An officer is a public servant at work, never a citizen."""

    id: str
    name: str = ""
    agency: str | None = None
    officer_id: str | None = None
    officer_name: str | None = None
    started_at: datetime | None = None
    due_at: datetime | None = None
    completed_at: datetime | None = None
    current: bool = False


class Apology(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A letter of apology for being late; its new date never moves the due date."""

    sent_at: datetime
    new_due_at: datetime | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One system's values for one dossier.

    `source_id` is the system's own key; `spelling` is the code as that system writes it, used only to ask it again.
    `updated_at` is the source's own update time, as received. `notes` name what is odd but readable.
    `paper_result_online` (HinhThuc) and the four digitisation flags serve the indicators 3.3 and 4.x.
    """

    source: str
    source_id: str
    code: str
    spelling: str
    procedure: str
    agency: str
    status: Status
    updated_at: datetime
    status_raw: str = ""
    sector: str | None = None
    agency_parent: str | None = None
    receiving_agency: str | None = None
    channel: Channel = Channel.DIRECT
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    returned_at: datetime | None = None
    refused_at: datetime | None = None
    fee_owed: bool = False
    paid_online: bool = False
    paid_at: datetime | None = None
    result_online: bool = False
    electronic_result: bool = False
    components_digitised: bool = False
    component_reused: bool = False
    personal_store_used: bool = False
    population_data_used: bool = False
    supplements: tuple[Supplement, ...] = ()
    stages: tuple[Stage, ...] = ()
    apology: Apology | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_online(self) -> bool:
        return self.channel is Channel.ONLINE

    @property
    def is_paid(self) -> bool:
        return self.paid_online or self.paid_at is not None

    @property
    def stop_date(self) -> datetime | None:
        """The finish, refusal or return date that turns a stop (status 8) into an end."""
        return self.finished_at or self.refused_at or self.returned_at

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED or (self.status is Status.STOPPED and self.stop_date is not None)

    @property
    def stands_still(self) -> bool:
        return self.status in STANDING_STILL and not self.has_ended

    @property
    def open_stages(self) -> tuple[Stage, ...]:
        """The stages being worked on now, the most urgent first."""
        open_ = [s for s in self.stages if s.current and s.completed_at is None]
        return tuple(sorted(open_, key=lambda s: (s.due_at is None, s.due_at or self.updated_at, s.id)))

    @property
    def requests(self) -> tuple[Supplement, ...]:
        """The supplement requests in the order they were asked."""
        return tuple(sorted(self.supplements, key=lambda s: s.asked_at))


def effective_due(record: Record) -> datetime | None:
    """Return the due date that counts, for alerts and marks alike, or None where the record has none.

    It is the due date in force plus, for each answered supplement request that moved no due date, the elapsed time from request
    to answer (design, section 4).
    """
    if record.due_at is None:
        return None
    return record.due_at + waited_for_citizen(record.supplements)


def waited_for_citizen(requests: tuple[Supplement, ...], *, answered_by: datetime | None = None) -> timedelta:
    """Return the elapsed time of the answered requests that moved no due date, of those answered by a moment if one is given."""
    waited = timedelta()
    for request in requests:
        if request.answered_at is None or request.moved_due_date:
            continue
        if answered_by is None or request.answered_at <= answered_by:
            waited += max(request.answered_at - request.asked_at, timedelta())
    return waited


def ended_at(record: Record, status_since: datetime) -> datetime | None:
    """Return when a dossier ended, or None while it has not (`facts/scoring.md`, "End").

    Finished and returned: the finish, else the return date, else when the status was first seen; refused: the refusal date or
    the same; withdrawn: when the status was first seen; stopped: its end date. Dates in other statuses do not count.
    """
    if record.status in FINISHED:
        return record.finished_at or record.returned_at or status_since
    if record.status is Status.REFUSED:
        return record.refused_at or status_since
    if record.status is Status.WITHDRAWN:
        return status_since
    if record.status is Status.STOPPED:
        return record.stop_date
    return None


def digest(record: Record) -> bytes:
    """Return 16 bytes that differ when any value of the record differs."""
    return blake2b(msgspec.msgpack.encode(record), digest_size=16).digest()


def changes(old: Record, new: Record) -> dict[str, list[object]]:
    """Return the fields that differ as `{field: [old, new]}`, in JSON-ready values."""
    return {
        field: [msgspec.to_builtins(getattr(old, field)), msgspec.to_builtins(getattr(new, field))]
        for field in Record.__struct_fields__
        if getattr(old, field) != getattr(new, field)
    }
