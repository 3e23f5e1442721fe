"""What becomes of a delivery is decided from the answer alone, and says why."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.delivery import (
    DISABLE_AFTER,
    FAILING_MATTERS_AFTER,
    RETRY_WAITS,
    Answer,
    DeliveryState,
    Health,
    Reason,
    Retrying,
    Switch,
    after,
    decide,
)

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
BROKEN = Answer(None, "no connection")
TICK = timedelta(microseconds=1)
MIDDLE = 0.5


def outcome(answer: Answer, tried: int = 1, *, jitter: float = MIDDLE, expires_at: datetime | None = None):
    return decide(answer, tried, Retrying(), now=NOW, jitter=jitter, expires_at=expires_at)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    found = outcome(Answer(status))
    assert (found.state, found.reason, found.due_at) == (DeliveryState.DELIVERED, Reason.ACCEPTED, None)


@pytest.mark.parametrize("status", [100, 199, 300, 301, 302, 307, 400, 401, 404, 409, 411, 429, 500, 503, None])
def test_everything_else_is_tried_again_redirects_too(status: int | None) -> None:
    found = outcome(Answer(status, "so it is"))
    assert (found.state, found.reason) == (DeliveryState.WAITING, Reason.TRY_AGAIN)


def test_410_is_the_end_of_it() -> None:
    found = outcome(Answer(410, "HTTP 410", timedelta(seconds=5)))
    assert (found.state, found.reason, found.due_at) == (DeliveryState.CANCELLED, Reason.GONE, None)


def test_the_waits_grow_from_seconds_to_a_day_and_then_it_has_failed() -> None:
    waits = [found.due_at - NOW for tried in range(1, 10) if (found := outcome(BROKEN, tried)).due_at]
    assert tuple(waits) == RETRY_WAITS
    assert [wait.total_seconds() for wait in waits] == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    last = outcome(BROKEN, 10)
    assert (last.state, last.reason, last.due_at) == (DeliveryState.FAILED, Reason.GIVEN_UP, None)


def test_a_wait_is_spread_by_a_tenth_either_way() -> None:
    assert outcome(BROKEN, jitter=0).due_at == NOW + timedelta(seconds=4.5)
    assert outcome(BROKEN, jitter=1).due_at == NOW + timedelta(seconds=5.5)


def test_retry_after_makes_the_wait_longer_and_never_shorter() -> None:
    longer = outcome(Answer(429, "HTTP 429", timedelta(seconds=7)))
    assert (longer.due_at, longer.reason) == (NOW + timedelta(seconds=7), Reason.ASKED_TO_WAIT)
    shorter = outcome(Answer(503, "HTTP 503", timedelta(seconds=1)))
    assert (shorter.due_at, shorter.reason) == (NOW + timedelta(seconds=5), Reason.TRY_AGAIN)


def test_nobody_can_ask_for_more_than_a_day() -> None:
    assert outcome(Answer(429, "", timedelta(days=300))).due_at == NOW + timedelta(days=1)
    assert outcome(Answer(429, "", timedelta(days=1))).due_at == NOW + timedelta(days=1)


def test_retry_after_does_not_add_an_attempt() -> None:
    assert outcome(Answer(429, "", timedelta(seconds=1)), 10).state is DeliveryState.FAILED


def test_what_would_be_sent_when_nobody_needs_it_any_more_expires() -> None:
    due_at = NOW + timedelta(seconds=5)
    late = outcome(BROKEN, expires_at=due_at)
    assert (late.state, late.reason, late.due_at) == (DeliveryState.EXPIRED, Reason.TOO_LATE, None)
    assert outcome(BROKEN, expires_at=due_at + TICK).state is DeliveryState.WAITING


def test_what_was_accepted_does_not_expire_any_more() -> None:
    assert outcome(Answer(200), expires_at=NOW - TICK).state is DeliveryState.DELIVERED


def test_a_receiver_that_fails_for_five_days_is_switched_off() -> None:
    since = NOW - DISABLE_AFTER
    assert after(Health(since), BROKEN, DISABLE_AFTER, now=NOW) == (Health(since), Switch.FAILING)
    assert after(Health(since + TICK), BROKEN, DISABLE_AFTER, now=NOW) == (Health(since + TICK), Switch.NONE)


def test_failing_begins_with_the_first_failure_and_ends_with_whatever_is_accepted() -> None:
    first, _ = after(Health(None, NOW - TICK), BROKEN, DISABLE_AFTER, now=NOW)
    assert first == Health(NOW, NOW - TICK)
    second, _ = after(first, BROKEN, DISABLE_AFTER, now=NOW + TICK)
    assert second == first
    assert after(second, Answer(204), DISABLE_AFTER, now=NOW + TICK)[0] == Health(None, NOW + TICK)


def test_a_recovery_is_told_when_the_failing_lasted_an_hour() -> None:
    since = NOW - FAILING_MATTERS_AFTER
    assert after(Health(since), Answer(200), DISABLE_AFTER, now=NOW)[1] is Switch.RECOVERED
    assert after(Health(since + TICK), Answer(200), DISABLE_AFTER, now=NOW)[1] is Switch.NONE
    assert after(Health(), Answer(200), DISABLE_AFTER, now=NOW)[1] is Switch.NONE


def test_410_switches_off_at_once() -> None:
    assert after(Health(), Answer(410), DISABLE_AFTER, now=NOW) == (Health(NOW), Switch.GONE)


@given(
    status=st.none() | st.integers(100, 599),
    tried=st.integers(1, 20),
    jitter=st.floats(0, 1),
    asked=st.none() | st.timedeltas(timedelta(), timedelta(days=400)),
    expires_in=st.none() | st.timedeltas(timedelta(days=-1), timedelta(days=9)),
)
def test_only_what_waits_is_due_again_later_and_before_it_expires(status, tried, jitter, asked, expires_in) -> None:
    expires_at = None if expires_in is None else NOW + expires_in
    found = decide(Answer(status, "", asked), tried, Retrying(), now=NOW, jitter=jitter, expires_at=expires_at)
    assert (found.due_at is not None) == (found.state is DeliveryState.WAITING)
    if found.due_at:
        assert NOW < found.due_at <= NOW + timedelta(days=1) * 1.1
        assert expires_at is None or found.due_at < expires_at
