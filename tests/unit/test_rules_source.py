"""`source.stale`, and that every rule has its family."""

from datetime import timedelta

import pytest

from shared.domain.findings import Duty, Responsible, Severity
from shared.domain.rules import FAMILIES, FAMILY_OF, RULES
from shared.domain.rules.source import stale, stale_after

from .builders import MICROSECOND, at

READ = at("17 08:00")


@pytest.mark.parametrize(("interval", "span"), [(60, 180), (10, 120), (40, 120), (41, 123), (3600, 10800)])
def test_a_source_may_be_three_intervals_old_and_at_least_two_minutes(interval, span):
    assert stale_after(timedelta(seconds=interval)) == timedelta(seconds=span)


def test_a_source_is_stale_just_after_that_and_critical():
    phase = stale(READ, at("1 08:00"), timedelta(seconds=60))
    assert phase.starts_at == phase.opens_at == READ + timedelta(minutes=3) + MICROSECOND
    assert (phase.since, phase.severity, phase.duty) == (READ, Severity.CRITICAL, Duty(Responsible.OPS))
    assert (phase.details.read_to, phase.details.interval_seconds) == (READ, 60)


def test_a_source_never_read_counts_from_its_latest_progress():
    phase = stale(None, READ, timedelta(seconds=60))
    assert (phase.since, phase.details.read_to) == (READ, None)


def test_every_rule_is_in_one_family_and_families_have_one_name():
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)
    rules = [rule for family in FAMILIES for rule in family.rules]
    assert len(set(rules)) == len(rules)
    beside = {
        "petition.due_soon",
        "petition.overdue",
        "publication.due_soon",
        "publication.late",
        "overdue_rate.high",
        "indicator.below_target",
        "score.dropped",
        "rank.dropped",
        "score.differs",
        "source.stale",
        "review.failed",
        "audit.differs",
    }
    assert set(RULES) == set(rules) | beside == set(FAMILY_OF)


def test_a_rule_alone_gives_its_family_its_name():
    assert {name for rule, name in FAMILY_OF.items() if rule != name} == {"intake", "deadline", "petition", "publication"}
