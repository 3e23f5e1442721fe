"""How an alert ended, from what it was about and where its dossier stands."""

from datetime import timedelta

import pytest

from shared.domain.alert_endings import Resolution, resolution
from shared.domain.alerts import Reason
from shared.domain.findings import Finding, Responsible, Severity
from shared.domain.rules import FAMILY_OF
from shared.domain.standing import Standing
from shared.domain.statuses import Status

from .builders import MICROSECOND, at

DUE = at("20 17:00")


def finding(rule: str = "deadline.due_soon", responsible: Responsible = Responsible.HANDLING, **values) -> Finding:
    ordinary = {"severity": Severity.WARNING, "since": at("18 09:00"), "opens_at": at("18 09:00"), "ripe": True, "due_at": DUE}
    return Finding(rule=rule, family=FAMILY_OF[rule], responsible=responsible, **(ordinary | values))


@pytest.mark.parametrize(
    ("ended_at", "expected"),
    [(DUE - MICROSECOND, "in_time"), (DUE, "in_time"), (DUE + MICROSECOND, "late")],
)
def test_a_dossier_is_late_once_its_due_date_has_passed(ended_at, expected):
    stands = Standing(status=Status.FINISHED, ended_at=ended_at, due_at=DUE)
    assert resolution(finding(), None, stands, now=DUE + timedelta(days=3)) == expected


@pytest.mark.parametrize(("now", "expected"), [(DUE, "in_time"), (DUE + MICROSECOND, "late")])
def test_what_is_no_dossier_is_late_by_when_it_was_resolved(now, expected):
    assert resolution(finding("petition.overdue"), None, None, now=now) == expected


def test_what_has_no_due_date_is_never_late():
    assert resolution(finding("supplement.repeated", due_at=None), None, Standing(), now=DUE) is Resolution.IN_TIME


@pytest.mark.parametrize("side", ["status", "portal_status"])
def test_a_dossier_withdrawn_on_either_side_was_withdrawn(side):
    stands = Standing(**{side: Status.WITHDRAWN}, ended_at=DUE + MICROSECOND)
    assert resolution(finding(), None, stands, now=DUE + MICROSECOND) is Resolution.WITHDRAWN


@pytest.mark.parametrize("responsible", [Responsible.CONNECTION, Responsible.OPS])
def test_what_systems_must_mend_ends_when_they_are_corrected(responsible):
    assert resolution(finding(responsible=responsible), None, None, now=DUE) is Resolution.SOURCE_CORRECTED


def test_a_deadline_that_moved_while_the_dossier_runs_was_corrected():
    running = Standing(status=Status.PROCESSING, due_at=DUE + MICROSECOND)
    assert resolution(finding("deadline.overdue"), None, running, now=DUE + MICROSECOND) is Resolution.SOURCE_CORRECTED


@pytest.mark.parametrize("reason", [Reason.MERGED, Reason.RULES_CHANGED])
def test_what_is_nothing_of_the_dossier_goes_by_its_reason(reason):
    stands = Standing(status=Status.WITHDRAWN, ended_at=DUE)
    assert resolution(finding(), reason, stands, now=DUE) == reason.value
