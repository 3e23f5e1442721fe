"""What keeps silent, and what it leaves to be told at its end."""

from typing import Any

import pytest

from shared.domain.events import Event, EventType
from shared.domain.fan_out import sort_out
from shared.domain.quiet import Held, Hush, Hushed, Of, Quiet, Silence
from shared.domain.recipients import Role, Why, decide

from .builders import CODE, MICROSECOND, at
from .events import HAPPENED, changed, happened, subscription, told_alert

ALERT = (Of.ALERT, 1042)
STARTS, ENDS = at("18 09:00"), at("18 12:00")
OPENED, WORSENED, MOVED, RESOLVED = (
    EventType.ALERT_OPENED,
    EventType.ALERT_WORSENED,
    EventType.ALERT_MOVED,
    EventType.ALERT_RESOLVED,
)


def silence(**values: Any) -> Silence:
    return Silence(**({"id": 7, "starts_at": STARTS, "ends_at": ENDS} | values))


def quiet(*silences: Silence, **values: Any) -> Quiet:
    return Quiet(silences=silences or (silence(),), **values)


def event(of: EventType, **values: Any) -> Event:
    return happened(of, **values)


def after(*events: Event, by: Quiet | None = None) -> Quiet:
    found = by or quiet()
    for one in events:
        found = found.after(one)
    return found


@pytest.mark.parametrize(
    ("covers", "is_silent"),
    [
        ({}, True),
        ({"rules": {"deadline"}}, True),
        ({"rules": {"deadline.due_soon"}}, True),
        ({"rules": {"deadline.overdue"}}, False),
        ({"agencies": {"H20.14"}}, True),
        ({"agencies": {"H20.15"}}, False),
        ({"agencies": set()}, False),
        ({"procedures": {"1.001193"}}, True),
        ({"procedures": {"2.1"}}, False),
        ({"dossier": CODE}, True),
        ({"dossier": "H20.1"}, False),
        ({"rules": {"deadline"}, "agencies": {"H20.15"}}, False),
    ],
)
def test_a_silence_covers_what_fits_everything_it_names(covers: dict[str, Any], *, is_silent: bool) -> None:
    named = {name: frozenset(value) if isinstance(value, set) else value for name, value in covers.items()}
    decision = decide(subscription(), happened(), quiet(silence(**named)))
    assert (decision.why is Why.SILENCED) is is_silent
    assert decision.is_told is not is_silent


@pytest.mark.parametrize(
    ("moment", "is_silent"),
    [(STARTS - MICROSECOND, False), (STARTS, True), (ENDS - MICROSECOND, True), (ENDS, False)],
)
def test_a_silence_begins_at_its_first_moment_and_has_ended_at_its_last(moment: Any, *, is_silent: bool) -> None:
    assert (quiet().hushed(happened(at=moment)) == Hushed(Hush.SILENCED, 7)) is is_silent


def test_nobody_is_told_of_rules_that_are_for_digests_alone_also_not_that_they_ended() -> None:
    alone = Quiet(digest_only=frozenset({"apology.missing"}))
    late = told_alert("apology.missing")
    for of in (OPENED, RESOLVED):
        assert decide(subscription(), happened(of, late), alone).why is Why.DIGEST_ONLY
    assert decide(subscription(), happened(), alone).is_told


def test_the_first_that_is_held_back_is_kept_until_the_end() -> None:
    assert after(event(OPENED), event(WORSENED)).held == {ALERT: Held(7, OPENED)}
    assert after(event(WORSENED), event(MOVED)).held == {ALERT: Held(7, WORSENED)}


def test_an_alert_that_nobody_was_told_of_is_not_told_to_be_resolved() -> None:
    held = after(event(OPENED))
    assert held.hushed(event(RESOLVED)) == Hushed(Hush.SILENCED, 7)
    assert held.after(event(RESOLVED)).held == {}


def test_an_alert_that_was_told_is_told_to_be_resolved_whatever_keeps_silent() -> None:
    assert quiet().hushed(event(RESOLVED)) is None
    assert after(event(WORSENED)).hushed(event(RESOLVED)) is None
    assert after(event(WORSENED), event(RESOLVED)).held == {}


def test_what_is_told_meanwhile_is_not_held_any_more() -> None:
    only = quiet(silence(rules=frozenset({"deadline.due_soon"})))
    worse = happened(WORSENED, changed(told_alert("deadline.overdue"), sequence=2))
    held = after(event(OPENED), by=only)
    assert held.hushed(worse) is None
    assert held.after(worse).held == {}


def test_the_silence_that_held_it_first_tells_it_at_its_end() -> None:
    both = quiet(silence(), silence(id=8))
    assert after(event(OPENED), by=both).held == {ALERT: Held(7, OPENED)}
    other = quiet(silence(id=8), held={ALERT: Held(7, OPENED)})
    assert after(event(WORSENED), by=other).held == {ALERT: Held(7, OPENED)}


def test_events_of_a_batch_are_sorted_out_one_after_the_other() -> None:
    other = told_alert(id=9, agency="H20.15", responsible_agency="H20.15")
    events = [event(OPENED), happened(alert=other, id=8), event(WORSENED), event(RESOLVED)]
    found = sort_out(events, [subscription(Role.OFFICE)], quiet(silence(agencies=frozenset({"H20.14"}))))
    assert [one.alert.id for one, _ in found.addressed if one.alert] == [9]
    assert (found.silenced, found.quiet.held) == ({7: 3}, {})


def test_what_is_held_back_is_counted_also_where_nobody_listens() -> None:
    found = sort_out([event(OPENED)], [], quiet())
    assert (found.addressed, found.silenced, dict(found.quiet.held)) == ((), {7: 1}, {ALERT: Held(7, OPENED)})


def test_nothing_keeps_silent_about_what_is_no_alert() -> None:
    about = happened(EventType.ENDPOINT_DISABLED)
    gone = type(about)(xid=1, id=1, at=HAPPENED, event=EventType.ENDPOINT_DISABLED, subject="webhook:4")
    assert quiet().hushed(gone) is None
    assert quiet().after(gone) == quiet()
