"""The life of an alert: what stands and what was found in, what is to be done out."""

from datetime import timedelta

import msgspec
import pytest

from shared.domain.alerts import Alert, AlertState, Open, Place, Resolve, Update, Worsen, differences, is_baseline, transitions
from shared.domain.findings import Finding, Responsible, Severity
from shared.domain.rules import FAMILY_OF, RULES

from .builders import MICROSECOND, at, both, find, judge

PLACE = Place("H20.14", "1.001193", "CIVIL")
SINCE = at("18 09:00")


def finding(rule: str, severity: Severity = Severity.WARNING, **values) -> Finding:
    ordinary = {"since": SINCE, "opens_at": SINCE, "responsible": Responsible.HANDLING, "ripe": True}
    return Finding(rule=rule, family=FAMILY_OF[rule], severity=severity, **(ordinary | values))


def alert(found: Finding, place: Place = PLACE, state: AlertState = AlertState.OPEN) -> Alert:
    return Alert(id=7, finding=found, place=place, state=state)


SOON = finding("deadline.due_soon")
LATE = finding("deadline.overdue", Severity.CRITICAL)
BREACHED = finding("intake.breached")
URGENT = finding("intake.breached", Severity.CRITICAL)


@pytest.mark.parametrize("rule", RULES)
def test_a_ripe_finding_opens_an_alert(rule):
    assert transitions([], [finding(rule)], PLACE) == [Open(finding(rule))]


def test_a_finding_that_is_not_ripe_tells_nobody():
    assert transitions([], [finding("main.missing", ripe=False)], PLACE) == []


@pytest.mark.parametrize("state", [AlertState.OPEN, AlertState.ACKNOWLEDGED])
def test_the_same_finding_changes_nothing(state):
    assert transitions([alert(SOON, state=state)], [SOON], PLACE) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [(SOON, LATE), (finding("intake.due_soon"), BREACHED), (finding("intake.due_soon"), URGENT), (BREACHED, URGENT)],
)
def test_worse_keeps_the_alert_and_better_resolves_it_and_opens_another(before, after):
    assert transitions([alert(before)], [after], PLACE) == [Worsen(alert(before), after)]
    assert transitions([alert(after)], [before], PLACE) == [Resolve(alert(after)), Open(before)]


@pytest.mark.parametrize(
    "values",
    [
        {"due_at": at("26 16:00")},
        {"details": {"status": 6}},
        {"responsible": Responsible.CITIZEN},
        {"responsible_agency": "H20.15"},
        {"stage": "Thẩm định"},
        {"since": SINCE + MICROSECOND},
    ],
)
def test_other_facts_update_it(values):
    changed = msgspec.structs.replace(SOON, **values)
    assert transitions([alert(SOON)], [changed], PLACE) == [Update(alert(SOON), changed)]


def test_another_agency_updates_it():
    assert transitions([alert(SOON)], [SOON], Place("H20.15", "1.001193", "CIVIL")) == [Update(alert(SOON), SOON)]


@pytest.mark.parametrize("left", [[], [msgspec.structs.replace(SOON, ripe=False)]])
def test_what_is_found_no_more_is_resolved(left):
    assert transitions([alert(SOON)], left, PLACE) == [Resolve(alert(SOON))]


def test_families_do_not_touch_each_other():
    changes = transitions([alert(SOON), alert(BREACHED)], [LATE, finding("main.missing")], PLACE)
    assert changes == [Worsen(alert(SOON), LATE), Resolve(alert(BREACHED)), Open(finding("main.missing"))]


def test_what_is_resolved_is_written_before_what_opens_in_its_place():
    changes = transitions([alert(LATE)], [SOON, BREACHED], PLACE)
    assert [type(change) for change in changes] == [Resolve, Open, Open]


def test_a_finding_read_back_from_the_database_is_the_same():
    answer = judge(both() | {"igate": both(due_at=None, updated_at=SINCE)["igate"]}, at("20 09:00"))
    ours = find(answer, "sync.field_mismatch")
    kept = msgspec.json.decode(msgspec.json.encode(ours), type=Finding)
    assert transitions([alert(msgspec.structs.replace(kept, ripe=True))], [msgspec.structs.replace(ours, ripe=True)], PLACE) == []


# Baseline

FIRST_READ = at("19 09:00")


@pytest.mark.parametrize(
    ("known_since", "opens_at", "baseline_at", "is_old"),
    [
        (FIRST_READ, FIRST_READ, FIRST_READ, True),
        (FIRST_READ + MICROSECOND, FIRST_READ, FIRST_READ, False),
        (FIRST_READ, FIRST_READ + MICROSECOND, FIRST_READ, False),
        (FIRST_READ, FIRST_READ - timedelta(days=9), None, False),
    ],
)
def test_what_was_wrong_at_the_first_complete_read_is_baseline(known_since, opens_at, baseline_at, is_old):
    assert is_baseline(finding("main.missing", opens_at=opens_at), known_since, baseline_at) is is_old


def test_differences_name_the_facts_that_changed_ready_for_json():
    after = msgspec.structs.replace(SOON, due_at=at("26 16:00"), details={"status": 6})
    assert differences(SOON, after) == {"details": [None, {"status": 6}], "due_at": [None, "2026-11-26T09:00:00Z"]}
    assert differences(SOON, SOON) == {}
