"""What a review says: findings, and the phases they are read off. `details` hold data, never a length counted to now."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

import msgspec

from shared.domain.counters import Mark
from shared.domain.moves import Repair
from shared.domain.petitions import Step
from shared.domain.ranking import Of


class Severity(StrEnum):
    WARNING = "warning"
    CRITICAL = "critical"


class Responsible(StrEnum):
    """Who is asked to act. Nobody is accused without evidence in the records."""

    RECEIVING = "receiving"
    HANDLING = "handling"
    OTHER_AGENCY = "other_agency"
    CITIZEN = "citizen"
    CONNECTION = "connection"
    OPS = "ops"
    UNKNOWN = "unknown"


class Duty(msgspec.Struct, frozen=True):
    """Who is responsible, and the code of the agency meant (None: a citizen, ops, or nobody known)."""

    responsible: Responsible
    agency: str | None = None


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as it will be from one moment to another if no record changes.

    `since`: when it became true. `starts_at`: from when it stands (a due date is passed one microsecond after it).
    `opens_at`: since + hold, when it becomes an alert. `ends_at`: until when, exclusive; None: for ever.
    `ask`: sources to be read singly at or after `opens_at` before anyone is told.
    """

    rule: str
    severity: Severity
    since: datetime
    starts_at: datetime
    opens_at: datetime
    ends_at: datetime | None = None
    duty: Duty
    due_at: datetime | None = None
    stage: str | None = None
    officer_id: str | None = None
    details: Any = None
    ask: frozenset[str] = frozenset()


class Waits(msgspec.Struct, frozen=True):
    """The rule cannot tell now: what stood stands, nothing opens, nothing resolves."""


WAITS = Waits()

Judgement = tuple[Phase, ...] | Waits


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong, or soon will be, with one dossier.

    `ripe`: it lasted its hold, and whoever had to be asked was asked; it is time to tell someone.
    """

    rule: str
    family: str
    severity: Severity
    since: datetime
    opens_at: datetime
    responsible: Responsible
    responsible_agency: str | None = None
    due_at: datetime | None = None
    stage: str | None = None
    officer_id: str | None = None
    details: dict[str, Any] = {}
    ripe: bool = False


def of_operations(rule: str, details: object, *, since: datetime) -> Finding:
    """Return what is wrong with our own work: critical, for operations, told at once."""
    return Finding(
        rule=rule,
        family=rule,
        severity=Severity.CRITICAL,
        since=since,
        opens_at=since,
        responsible=Responsible.OPS,
        details=msgspec.to_builtins(details),
        ripe=True,
    )


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of one review.

    `look_ups`: sources to be asked singly for this dossier now. `next_review_at`: the earliest later moment at which the answer
    changes by itself, None for never. `waits_for`: sources whose next complete poll may change it. `held`: sources whose news
    waits for another side that was last read before it. `repairs`: what could be done, or is lost, for its score.
    """

    findings: tuple[Finding, ...]
    marks: tuple[Mark, ...] = ()
    repairs: tuple[Repair, ...] = ()
    look_ups: frozenset[str] = frozenset()
    next_review_at: datetime | None = None
    waits_for: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()


# What each rule tells beyond the finding itself. Plain dataclasses: the API documents them, the database keeps JSON.


@dataclass(frozen=True, kw_only=True)
class MissingDetails:
    """`sync.missing_*`: the side that has the dossier and the sources that do not."""

    present: Literal["home", "portal"]
    absent_from: list[str]
    status: int
    submitted_at: datetime | None
    accepted_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class StatusMismatchDetails:
    """`lags`: the side with the older update time, None where both are equal. Statuses are the portal's codes; 11 is paused."""

    home_status: int
    portal_status: int
    home_updated_at: datetime
    portal_updated_at: datetime
    lags: Literal["home", "portal"] | None


@dataclass(frozen=True, kw_only=True)
class FieldDifference:
    field: Literal["due_at", "accepted_at", "agency", "procedure"]
    home: str | None
    portal: str | None


@dataclass(frozen=True, kw_only=True)
class FieldMismatchDetails:
    fields: list[FieldDifference]


@dataclass(frozen=True, kw_only=True)
class ResultMissingDetails:
    """`finished_at`: when the dossier ended at home."""

    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PaymentMismatchDetails:
    paid_on: Literal["home", "portal"]
    paid_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class StatusUnknownDetails:
    """`words`: per source, the status it used, cleaned and cut short."""

    words: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class MainMissingDetails:
    found_in: str
    absent_from: str
    accepted_at: datetime


@dataclass(frozen=True, kw_only=True)
class PortalIntakeDetails:
    submitted_at: datetime
    window_ends_at: datetime
    home_status: int
    home_updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class PortalDeadlineDetails:
    """Why the portal is wrong: home ended in time, stands still, or has a later due date."""

    reason: Literal["ended_in_time", "stands_still", "later_due_date"]
    portal_due_at: datetime
    home_due_at: datetime | None
    home_status: int
    home_ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class IntakeDetails:
    """Both readings of "8 hours": elapsed, as the portal scores, and working hours, as the decrees are read."""

    submitted_at: datetime
    window_ends_at: datetime
    working_window_ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class StageDetails:
    stage: str
    stage_agency: str | None
    stage_due_at: datetime
    dossier_due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class DeadlineDetails:
    """`stood_still_since`: when the clock stopped on a dossier that was late already."""

    due_at: datetime
    accepted_at: datetime | None
    status: int
    stood_still_since: datetime | None


@dataclass(frozen=True, kw_only=True)
class DeadlineMissingDetails:
    accepted_at: datetime
    legal_limit_days: int


@dataclass(frozen=True, kw_only=True)
class SupplementDetails:
    """`asked_at`: the request the finding is about; `due_then_at`: the due date as it stood when that was asked."""

    requests: int
    asked_at: datetime
    due_then_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PauseDetails:
    status: int
    began_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentDetails:
    paid_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ApologyDetails:
    due_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PetitionDetails:
    """`step`: what is owed: a refusal or a request for more, the answer, or its publication. `status` and `kind` are the portal's
    codes.
    """

    step: Step
    status: int
    kind: int | None
    received_at: datetime
    answered_at: datetime | None
    due_at: datetime
    dossier_code: str | None


@dataclass(frozen=True, kw_only=True)
class PublicationDetails:
    """`publish_by`: the last day on which it is in time."""

    decided_on: date
    publish_by: date
    effective_on: date | None


@dataclass(frozen=True, kw_only=True)
class OverdueRateDetails:
    """`open`, `overdue`: an agency's own dossiers on the portal at `counted_at`. `own`: of those overdue there how many are late
    by home's records, or untouched on every side, too; the others only lag. `limit`: the percentage to stay below; `ends_below`:
    below which the alert ends.
    """

    open: int
    overdue: int
    own: int
    limit: float
    counted_at: datetime
    ends_below: float | None = None


@dataclass(frozen=True, kw_only=True)
class IndicatorBelow:
    id: str
    name: str
    agency: str
    percent: float
    target: float
    gap: float
    missing_count: int | None


@dataclass(frozen=True, kw_only=True)
class TotalBelow:
    points: float
    target: float
    gap: float


@dataclass(frozen=True, kw_only=True)
class BelowTargetDetails:
    """Figures as they were when first told on `day`. In each indicator `agency` is whose they are, `gap` percentage points
    missing to the target, `missing_count` how many more cases would reach it (null where not even all would). `total_below`: the
    total, where it is short of what every agency must reach, in points of 100.
    """

    period: str
    day: date
    indicators: list[IndicatorBelow]
    total_below: TotalBelow | None = None


@dataclass(frozen=True, kw_only=True)
class IndicatorFallen:
    id: str
    name: str
    points: float
    before: float
    drop: float


@dataclass(frozen=True, kw_only=True)
class ScoreDroppedDetails:
    """`total` as it was when told on `day`, `before` at the end of the day `against`; `fallen`: what lost most, in points."""

    period: str
    day: date
    against: date
    total: float
    before: float
    drop: float
    fallen: list[IndicatorFallen]


@dataclass(frozen=True, kw_only=True)
class RankDroppedDetails:
    """`rank` as it was when told on `day`, `before` at the end of the day `against`, both among the same `units`."""

    period: str
    of: Of
    units: int
    day: date
    against: date
    rank: int
    before: int


@dataclass(frozen=True, kw_only=True)
class IndicatorApart:
    id: str
    name: str
    ours: float
    portal: float
    tolerance: float


@dataclass(frozen=True, kw_only=True)
class ScoreDiffersDetails:
    """Percentages as they were when first told on `day`; up to `tolerance` percentage points apart is no difference."""

    period: str
    day: date
    indicators: list[IndicatorApart]


@dataclass(frozen=True, kw_only=True)
class SourceStaleDetails:
    """`read_to`: when the last complete poll started; `interval_seconds`: how often it should be read."""

    read_to: datetime | None
    interval_seconds: float


@dataclass(frozen=True, kw_only=True)
class ReviewFailedDetails:
    """`error`: the kind of error, without its text, which may hold values."""

    error: str


@dataclass(frozen=True, kw_only=True)
class AuditDiffersDetails:
    """`differences`: how many; `told`: the first ten, as a dossier's code and what differs, or the key of a tally."""

    differences: int
    told: tuple[str, ...]
