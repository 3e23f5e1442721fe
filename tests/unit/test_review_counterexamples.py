"""Worlds in which a property of the review once did not hold, made as small as they get."""

from datetime import timedelta

import msgspec

from shared.domain.dossiers import Absent, HomeSystem
from shared.domain.statuses import Status

from .builders import ACCEPTED, RULES, absent, at, both, find, found, judge, new, seen

READ = at("18 10:00")
NOW = at("18 18:00")
HOUR = timedelta(hours=1)
TWO = msgspec.structs.replace(RULES, homes=(HomeSystem("igate"), HomeSystem("land")))


def test_the_review_that_opens_an_alert_says_when_to_ask_again():
    gone = {"igate": seen(status=Status.FINISHED), "portal": Absent(READ)}
    assert found(gone, READ, "sync.missing_on_portal").ripe
    assert judge(gone, READ).next_review_at == READ + HOUR


def test_a_payment_the_portal_brings_opens_nothing_while_home_is_stale():
    """Home may have noticed it since it was last read."""
    unpaid = both(status=Status.PAYMENT, status_since=ACCEPTED)
    paid = seen("portal", status=Status.PAYMENT, paid_at=at("17 08:30"), updated_at=NOW)
    stale = {"igate": READ}
    assert absent(unpaid, NOW, "payment.unnoticed", read_to=stale)
    told = find(judge(unpaid | {"portal": paid}, NOW, read_to=stale), "payment.unnoticed")
    assert told is None or not told.ripe


def test_a_record_that_went_away_resolves_nothing_while_the_other_side_is_stale():
    """Its code changed, and the other side may have followed since it was last read."""
    different = {"portal": seen("portal"), "igate": seen(status=Status.PAYMENT)}
    first = judge(different, READ)
    gone = {"portal": seen("portal"), "igate": Absent(gone_at=NOW)}
    assert not absent(gone, NOW, "sync.status_mismatch", standing=first, read_to={"portal": READ})


def test_a_record_that_went_away_accuses_nobody_while_the_other_side_is_stale():
    sides = {"portal": new("portal"), "igate": Absent(NOW, gone_at=NOW)}
    assert absent(sides, NOW, "sync.missing_at_home", standing=judge(both(), READ), read_to={"portal": READ})


def test_a_dossier_that_becomes_central_resolves_nothing_while_the_portal_is_stale():
    rules = msgspec.structs.replace(TWO, central_procedures=frozenset({"9.9"}))
    first = judge({"land": seen("land")}, READ, rules=rules)
    sides = {"land": seen("land"), "igate": seen(procedure="9.9", updated_at=NOW)}
    assert not absent(sides, NOW, "sync.missing_on_portal", rules=rules, standing=first, read_to={"portal": READ})
