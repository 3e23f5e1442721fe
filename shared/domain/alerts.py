"""The life of an alert: opened, worsened, resolved. Pure: what stands and what was found in, what is to be done out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from shared.domain.dossiers import Place
from shared.domain.findings import Finding, Severity
from shared.domain.rules import RULES

_RULE_ORDER = {rule: index for index, rule in enumerate(RULES)}
_SEVERITY_ORDER = {Severity.WARNING: 0, Severity.CRITICAL: 1}


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Reason(StrEnum):
    """Why an alert changed, or is told again, where it was not the dossier itself."""

    BASELINE = "baseline"
    MERGED = "merged"
    RULES_CHANGED = "rules_changed"
    SILENCE_ENDED = "silence_ended"
    INCIDENT = "incident"
    INCIDENT_CLOSED = "incident_closed"


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An unresolved alert as it is kept."""

    id: int
    finding: Finding
    place: Place
    state: AlertState = AlertState.OPEN


class Open(msgspec.Struct, frozen=True):
    finding: Finding


class Worsen(msgspec.Struct, frozen=True):
    """The same alert, now under a worse rule or severity, or of more indicators: it keeps its id and takes the new facts."""

    alert: Alert
    finding: Finding


class Update(msgspec.Struct, frozen=True):
    """The same alert with other facts: its due date, its details, who is asked, or the agency it concerns."""

    alert: Alert
    finding: Finding


class Resolve(msgspec.Struct, frozen=True):
    alert: Alert


Change = Open | Worsen | Update | Resolve


def transitions(standing: Iterable[Alert], findings: Iterable[Finding], place: Place) -> list[Change]:
    """Return what happens to the unresolved alerts of one subject, in the order in which it must be written.

    A ripe finding opens an alert or keeps that of its family; a milder one resolves it and opens a new one; none resolves it.
    """
    wanted = {finding.family: finding for finding in findings if finding.ripe}
    changes: list[Change] = []
    for alert in standing:
        changes += _continue(alert, wanted.pop(alert.finding.family, None), place)
    return changes + [Open(finding) for finding in wanted.values()]


def _continue(alert: Alert, finding: Finding | None, place: Place) -> list[Change]:
    if finding is None:
        return [Resolve(alert)]
    before, after = _badness(alert.finding), _badness(finding)
    if after > before or (after == before and set(listed(finding.details)) - set(listed(alert.finding.details))):
        return [Worsen(alert, finding)]
    if after < before:
        return [Resolve(alert), Open(finding)]
    return [Update(alert, finding)] if finding != alert.finding or place != alert.place else []


def _badness(finding: Finding) -> tuple[int, int]:
    return _RULE_ORDER.get(finding.rule, 0), _SEVERITY_ORDER[finding.severity]


def listed(details: Mapping[str, Any]) -> list[str]:
    """Return the indicators an alert about several of them lists, and `total` where that is told of: one that joins is news."""
    ids = [found["id"] for found in details.get("indicators", ())]
    return [*ids, "total"] if details.get("total_below") else ids


def is_baseline(finding: Finding, known_since: datetime, baseline_at: datetime | None) -> bool:
    """Return whether a finding was already wrong when every source had been read completely for the first time.

    `known_since`: when the dossier was first seen or last changed; `baseline_at`: when that first read was complete, None before.
    """
    return baseline_at is not None and known_since <= baseline_at and finding.opens_at <= baseline_at


def differences(before: Finding, after: Finding) -> Mapping[str, list[Any]]:
    """Return the facts of a finding that changed as `{field: [old, new]}`, in JSON-ready values."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    return {name: [old.get(name), new.get(name)] for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)}
