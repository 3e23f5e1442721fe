"""A mass of one cause becomes one incident: what fell out of step about together, and what it has in common. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from enum import StrEnum

import msgspec

from shared.domain.alerts import Reason
from shared.domain.dossiers import Place, Rules
from shared.domain.findings import Finding, Severity

SYNC = "sync."
"""The families of which a mass has one cause: they say that two systems do not agree, whoever works on the dossiers."""

_MOST_OF = 0.8
_TENTHS = 10


class CauseKind(StrEnum):
    """What the dossiers of an incident have in common, the narrowest first."""

    AGENCY = "agency"
    PROCEDURE = "procedure"
    SOURCE = "source"


class Cause(msgspec.Struct, frozen=True):
    """The code of an agency or a procedure, or the name of a source."""

    kind: CauseKind
    code: str


class Mass(msgspec.Struct, frozen=True, kw_only=True):
    """From how many on, within how long, it is one incident and not so many alerts."""

    least: int = 20
    within: timedelta = timedelta(minutes=15)


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier that fell out of step, or is about to be found so: what it may share with others."""

    rule: str
    severity: Severity
    agency: str | None = None
    procedure: str | None = None
    source: str | None = None

    def shares(self, cause: Cause) -> bool:
        """Return whether it may be out of step by this cause."""
        return cause in self.causes()

    def causes(self) -> list[Cause]:
        """Return by what it may be out of step, the narrowest first."""
        named = ((kind, getattr(self, kind.value)) for kind in CauseKind)
        return [Cause(kind, code) for kind, code in named if code is not None]


class Standing(msgspec.Struct, frozen=True):
    """How an incident stands: how many alerts it ever had, how many still stand, how many are about to be found."""

    alerts: int
    standing: int
    coming: int = 0


def suspect(finding: Finding, place: Place, rules: Rules) -> Suspect:
    """Return what a dossier that is out of step may share with others."""
    return Suspect(
        rule=finding.rule,
        severity=finding.severity,
        agency=place.agency,
        procedure=place.procedure,
        source=behind(finding, rules),
    )


def is_suspect(finding: Finding, reason: Reason | None) -> bool:
    """Return whether an alert may open inside an incident; what was wrong from the start, or by other rules, has its digest."""
    return finding.family.startswith(SYNC) and reason is None


def behind(finding: Finding, rules: Rules) -> str | None:
    """Return the source that lags or lacks the dossier, None where the finding does not tell."""
    details = finding.details
    absent: Sequence[str] = details.get("absent_from") or ()
    if len(absent) == 1:
        return absent[0]
    side = details.get("lags") or ("home" if details.get("paid_on") == "portal" else None)
    if side == "portal" or details.get("paid_on") == "home" or finding.rule == "sync.result_missing":
        return rules.portal
    return (rules.main or next((home.name for home in rules.homes), None)) if side == "home" else None


def mass_cause(suspects: Collection[Suspect], mass: Mass) -> Cause | None:
    """Return what a mass of dossiers has in common, None where there is no mass.

    The narrowest that explains most of it: an agency before a procedure before a source.
    """
    counts = Counter(cause for suspect in suspects for cause in suspect.causes())
    widest = max(counts.values(), default=0)
    if widest < mass.least:
        return None
    order = list(CauseKind)
    told = [cause for cause, count in counts.items() if count >= mass.least and count >= _MOST_OF * widest]
    return min(told, key=lambda cause: (order.index(cause.kind), -counts[cause], cause.code))


def masses(opening: Sequence[Suspect], others: Sequence[Suspect], mass: Mass) -> list[Cause]:
    """Return the causes of which incidents open now, with something of `opening` inside each.

    `others`: what opened lately, or is about to be found.
    """
    left, around, found = list(opening), list(others), []
    while left and (cause := mass_cause([*left, *around], mass)):
        if any(one.shares(cause) for one in left):
            found.append(cause)
        left = [one for one in left if not one.shares(cause)]
        around = [one for one in around if not one.shares(cause)]
    return found


def has_ended(standing: Standing, mass: Mass) -> bool:
    """Return whether what still stands of an incident is no mass any more: less than one by itself, and less than a tenth."""
    left = standing.standing + standing.coming
    return left < mass.least and left * _TENTHS < max(standing.alerts, 1)


def worst(severities: Iterable[Severity]) -> Severity:
    """Return the severity of an incident: that of the worst inside it."""
    return Severity.CRITICAL if Severity.CRITICAL in severities else Severity.WARNING
