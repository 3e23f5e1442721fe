"""Records: the due date that counts, when a dossier ended, and what changed."""

from datetime import timedelta

import msgspec
import pytest

from shared.domain.records import Apology, Channel, changes, digest, effective_due, ended_at, waited_for_citizen
from shared.domain.statuses import Status

from .builders import DUE, at, record, stage, supplement

SEEN = at("20 09:00")
FINISHED, RETURNED, REFUSED = at("18 09:00"), at("19 09:00"), at("18 15:00")


def test_without_a_due_date_nothing_is_due():
    assert effective_due(record(due_at=None, supplements=(supplement("18 08:00", "19 08:00"),))) is None


def test_an_answered_request_that_moved_nothing_gives_its_time_back():
    told = record(supplements=(supplement("18 08:00", "19 09:30"),))
    assert effective_due(told) == DUE + timedelta(hours=25, minutes=30)


def test_a_new_date_equal_to_the_old_one_moved_nothing():
    told = record(supplements=(supplement("18 08:00", "19 08:00", old="26 16:00", new="26 16:00"),))
    assert effective_due(told) == DUE + timedelta(days=1)


def test_a_request_that_moved_the_due_date_gives_nothing_more():
    told = record(supplements=(supplement("18 08:00", "19 08:00", old="25 16:00", new="26 16:00"),))
    assert effective_due(told) == DUE


def test_a_new_date_without_an_old_one_moved_it():
    assert effective_due(record(supplements=(supplement("18 08:00", "19 08:00", new="26 16:00"),))) == DUE


def test_an_unanswered_request_gives_nothing():
    assert effective_due(record(supplements=(supplement("18 08:00"),))) == DUE


def test_an_answer_before_its_request_takes_nothing_away():
    assert effective_due(record(supplements=(supplement("19 08:00", "18 08:00"),))) == DUE


def test_several_requests_add_up():
    requests = (supplement("18 08:00", "18 10:00"), supplement("19 08:00", "19 11:00"), supplement("20 08:00"))
    assert effective_due(record(supplements=requests)) == DUE + timedelta(hours=5)


def test_an_apology_never_moves_the_due_date():
    assert effective_due(record(apology=Apology(sent_at=SEEN, new_due_at=at("30 16:00")))) == DUE


def test_only_requests_answered_by_a_moment_count_until_then():
    requests = (supplement("18 08:00", "18 10:00"), supplement("19 08:00", "19 11:00"))
    assert waited_for_citizen(requests, answered_by=at("19 11:00")) == timedelta(hours=5)
    assert waited_for_citizen(requests, answered_by=at("19 10:59")) == timedelta(hours=2)
    assert waited_for_citizen(()) == timedelta()


@pytest.mark.parametrize(
    ("status", "dates", "end"),
    [
        (Status.FINISHED, {"finished_at": FINISHED, "returned_at": RETURNED}, FINISHED),
        (Status.FINISHED, {"returned_at": RETURNED}, RETURNED),
        (Status.FINISHED, {"refused_at": REFUSED}, SEEN),
        (Status.RETURNED, {"finished_at": FINISHED, "returned_at": RETURNED}, FINISHED),
        (Status.RETURNED, {"returned_at": RETURNED}, RETURNED),
        (Status.RETURNED, {}, SEEN),
        (Status.REFUSED, {"refused_at": REFUSED, "finished_at": FINISHED}, REFUSED),
        (Status.REFUSED, {"finished_at": FINISHED}, SEEN),
        (Status.WITHDRAWN, {"finished_at": FINISHED}, SEEN),
        (Status.STOPPED, {"finished_at": FINISHED}, FINISHED),
        (Status.STOPPED, {"refused_at": REFUSED}, REFUSED),
        (Status.STOPPED, {"returned_at": RETURNED}, RETURNED),
        (Status.STOPPED, {}, None),
        (Status.NEW, {"finished_at": FINISHED}, None),
        (Status.ACCEPTED, {"finished_at": FINISHED}, None),
        (Status.PROCESSING, {"finished_at": FINISHED, "returned_at": RETURNED}, None),
        (Status.SUPPLEMENT, {"refused_at": REFUSED}, None),
        (Status.PAYMENT, {"finished_at": FINISHED}, None),
        (Status.PAUSED, {"finished_at": FINISHED}, None),
        (Status.UNKNOWN, {"finished_at": FINISHED}, None),
    ],
)
def test_when_a_dossier_ended(status, dates, end):
    told = record(status=status, **dates)
    assert ended_at(told, SEEN) == end
    assert told.has_ended is (end is not None)


def test_a_stop_stands_still_until_it_has_an_end_date():
    assert record(status=Status.STOPPED).stands_still
    assert not record(status=Status.STOPPED, returned_at=RETURNED).stands_still


def test_the_open_stages_are_the_current_ones_most_urgent_first():
    stages = (
        stage("25 08:00", id="late"),
        stage(id="without a date"),
        stage("20 08:00", id="urgent"),
        stage("18 08:00", id="done", completed_at=SEEN),
        stage("18 08:00", id="not yet", current=False),
    )
    assert [s.id for s in record(stages=stages).open_stages] == ["urgent", "late", "without a date"]


def test_requests_come_in_the_order_they_were_asked():
    first, second = supplement("18 08:00"), supplement("19 08:00")
    assert record(supplements=(second, first)).requests == (first, second)


@pytest.mark.parametrize(
    ("values", "paid"), [({}, False), ({"paid_online": True}, True), ({"paid_at": SEEN}, True), ({"fee_owed": True}, False)]
)
def test_paid_is_a_payment_online_or_a_date(values, paid):
    assert record(**values).is_paid is paid


@pytest.mark.parametrize(("channel", "online"), [(Channel.ONLINE, True), (Channel.DIRECT, False), (Channel.POSTAL, False)])
def test_online_is_one_channel(channel, online):
    assert record(channel=channel).is_online is online


def test_nothing_changed_between_equal_records():
    assert changes(record(), record()) == {}


def test_changes_name_the_old_and_the_new_value_ready_for_json():
    old, later = record(), record(status=Status.FINISHED, finished_at=FINISHED, notes=("odd",))
    told = msgspec.json.decode(msgspec.json.encode(changes(old, later)))
    assert told == {"status": [4, 9], "finished_at": [None, "2026-11-18T02:00:00Z"], "notes": [[], ["odd"]]}


def test_a_digest_tells_any_difference():
    assert digest(record()) == digest(record())
    others = [
        record(status=Status.PAYMENT),
        record(paid_online=True),
        record(due_at=None),
        record(supplements=(supplement("18 08:00"),)),
    ]
    assert len({digest(r) for r in [record(), *others]}) == 5
