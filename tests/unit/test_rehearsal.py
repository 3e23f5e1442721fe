"""A dossier's past lived through again tells what happened to its alerts, and what other rules would have made of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from shared.domain.dossiers import Rules
from shared.domain.pasts import Past, Version
from shared.domain.records import Record
from shared.domain.rehearsal import Happening, Span, Volume, rehearsed, volumes
from shared.domain.statuses import Status
from tests.unit.builders import ACCEPTED, CODE, DUE, MICROSECOND, RULES, SUBMITTED, at, calendar, record, seen

HOUR = timedelta(hours=1)
TAKEN_UP = at("17 15:00")
NEW = {"status": Status.NEW, "accepted_at": None, "due_at": None, "updated_at": SUBMITTED}


def past(**sides: list[tuple[datetime, Record]]) -> Past:
    """A dossier whose sources said these records from these moments on."""
    return Past(
        code=CODE,
        records={
            source: [tuple(Version(moment, seen_at(told, moment)) for moment, told in of_source)]
            for source, of_source in sides.items()
        },
    )


def seen_at(told: Record, moment: datetime):
    return msgspec.structs.replace(
        seen(), record=told, updated_at=min(told.updated_at, moment), status_since=told.updated_at, first_updated_at=SUBMITTED
    )


def lived(dossier: Past, begins: datetime, ends: datetime, rules: Rules = RULES) -> list[tuple[str, str]]:
    return [(one.event, one.rule) for one in rehearsed(dossier, None, rules, calendar(), Span(begins, ends))]


UNTOUCHED = past(portal=[(SUBMITTED, record("portal", **NEW))], igate=[(SUBMITTED, record(**NEW))])


def test_an_alert_opens_at_its_moment_and_gets_worse_at_its() -> None:
    due_soon, breached = SUBMITTED + 6 * HOUR, SUBMITTED + 8 * HOUR
    assert lived(UNTOUCHED, SUBMITTED, due_soon - MICROSECOND) == []
    assert lived(UNTOUCHED, SUBMITTED, due_soon) == [("opened", "intake.due_soon")]
    assert lived(UNTOUCHED, SUBMITTED, breached - MICROSECOND) == [("opened", "intake.due_soon")]
    assert lived(UNTOUCHED, SUBMITTED, breached) == [("opened", "intake.due_soon"), ("worsened", "intake.breached")]


def test_what_stood_when_the_span_began_is_no_news() -> None:
    due_soon = SUBMITTED + 6 * HOUR
    assert lived(UNTOUCHED, due_soon, SUBMITTED + 7 * HOUR) == []
    assert lived(UNTOUCHED, due_soon - MICROSECOND, due_soon) == [("opened", "intake.due_soon")]


def test_other_rules_tell_it_at_another_moment() -> None:
    early = msgspec.structs.replace(RULES, intake_warn_before=4 * HOUR)
    assert lived(UNTOUCHED, SUBMITTED, SUBMITTED + 4 * HOUR - MICROSECOND, early) == []
    assert lived(UNTOUCHED, SUBMITTED, SUBMITTED + 4 * HOUR, early) == [("opened", "intake.due_soon")]


def test_a_change_of_the_records_resolves_what_it_mended() -> None:
    mended = record(updated_at=TAKEN_UP, accepted_at=TAKEN_UP)
    told = {"igate": mended, "portal": msgspec.structs.replace(mended, source="portal", source_id="portal-1")}
    both = past(
        portal=[(SUBMITTED, record("portal", **NEW)), (TAKEN_UP, told["portal"])],
        igate=[(SUBMITTED, record(**NEW)), (TAKEN_UP, told["igate"])],
    )
    assert lived(both, SUBMITTED, TAKEN_UP - MICROSECOND) == [("opened", "intake.due_soon")]
    assert lived(both, SUBMITTED, TAKEN_UP) == [("opened", "intake.due_soon"), ("resolved", "intake.due_soon")]


def test_a_source_answers_at_once_whoever_is_asked_before_anyone_is_accused() -> None:
    alone = past(igate=[(ACCEPTED, record())], portal=[])
    opens = ACCEPTED + timedelta(minutes=15)
    assert lived(alone, SUBMITTED, opens - MICROSECOND) == []
    assert lived(alone, SUBMITTED, opens) == [("opened", "sync.missing_on_portal")]
    slower = msgspec.structs.replace(RULES, sync_hold=2 * HOUR)
    assert lived(alone, SUBMITTED, opens + HOUR, slower) == []
    assert lived(alone, SUBMITTED, ACCEPTED + 2 * HOUR, slower) == [("opened", "sync.missing_on_portal")]


def test_what_ends_within_a_longer_hold_is_never_told() -> None:
    portal = msgspec.structs.replace(record("portal"), updated_at=ACCEPTED + HOUR)
    home = [(SUBMITTED, record(**NEW)), (ACCEPTED, record())]
    late = past(igate=home, portal=[(SUBMITTED, record("portal", **NEW)), (ACCEPTED + HOUR, portal)])
    assert lived(late, SUBMITTED, at("18 08:00"))[:1] == [("opened", "sync.status_mismatch")]
    slower = msgspec.structs.replace(RULES, sync_hold=HOUR + MICROSECOND)
    assert lived(late, SUBMITTED, at("18 08:00"), slower) == []


def test_a_dossier_that_moves_is_news_to_the_new_agency() -> None:
    elsewhere = record(agency="H20.15", updated_at=at("30 08:00"))
    told = {"igate": elsewhere, "portal": msgspec.structs.replace(elsewhere, source="portal", source_id="portal-1")}
    moved = past(
        igate=[(ACCEPTED, record()), (at("30 08:00"), told["igate"])],
        portal=[(ACCEPTED, record("portal")), (at("30 08:00"), told["portal"])],
    )
    span = Span(DUE + timedelta(days=3), at("30 09:00"))
    found = list(rehearsed(moved, None, RULES, calendar(), span))
    assert Happening("moved", "deadline.overdue", "H20.15") in found


def test_asking_again_costs_no_reviews() -> None:
    alone = past(igate=[(ACCEPTED, record(due_at=None))], portal=[])
    year = lived(alone, SUBMITTED, SUBMITTED + timedelta(days=365))
    assert year.count(("opened", "sync.missing_on_portal")) == 1


def test_volumes_count_alerts_and_messages_by_agency_and_rule() -> None:
    happened = [
        Happening("opened", "intake.due_soon", "H20.14"),
        Happening("worsened", "intake.breached", "H20.14"),
        Happening("opened", "intake.due_soon", "H20.14"),
        Happening("resolved", "intake.due_soon", "H20.15"),
    ]
    found: Mapping[tuple[str | None, str], Volume] = volumes(happened)
    assert found == {
        ("H20.14", "intake.due_soon"): Volume(2, 2),
        ("H20.14", "intake.breached"): Volume(0, 1),
        ("H20.15", "intake.due_soon"): Volume(0, 1),
    }


def test_a_dossier_nobody_has_had_yet_has_no_past() -> None:
    assert lived(past(portal=[], igate=[]), SUBMITTED, DUE) == []
