"""What a record said earlier comes back from what changed on the way."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.dossiers import Absent, Seen
from shared.domain.pasts import REMOVED, Change, Past, versions
from shared.domain.records import Record, Stage, Supplement, changes
from shared.domain.statuses import Status
from tests.unit.builders import ACCEPTED, DUE, MICROSECOND, SUBMITTED, at, record

FIRST = {"status": Status.NEW, "accepted_at": None, "due_at": None, "updated_at": SUBMITTED}
STORED = ACCEPTED + timedelta(minutes=1)


def history(*records: Record, every: timedelta = timedelta(hours=1)) -> list[Change]:
    """What the monitor keeps of records that replace each other, stored an hour apart."""
    pairs = pairwise(records)
    return [Change(STORED + number * every, changes(old, new)) for number, (old, new) in enumerate(pairs)]


def stored(last: Record, first: Record, **values: Any) -> Seen:
    return Seen(record=last, updated_at=last.updated_at, first_updated_at=first.updated_at, **({"status_since": STORED} | values))


def test_a_record_that_never_changed_has_one_version_from_its_first_update_on() -> None:
    only = record()
    (version,) = versions(stored(only, only, status_since=only.updated_at), [])
    assert (version.at, version.seen.record) == (only.updated_at, only)
    assert version.seen.status_since == version.seen.updated_at == only.updated_at


def test_every_version_comes_back_with_the_moment_it_was_stored() -> None:
    told = [record(**FIRST), record(), record(updated_at=at("18 08:00"), due_at=DUE + timedelta(days=1))]
    found = versions(stored(told[-1], told[0]), history(*told))
    assert [version.seen.record for version in found] == told
    assert [version.at for version in found] == [SUBMITTED, STORED, STORED + timedelta(hours=1)]


def test_a_status_is_as_old_as_the_update_that_brought_it() -> None:
    told = [record(**FIRST), record(), record(updated_at=ACCEPTED + timedelta(minutes=30), due_at=DUE + timedelta(days=1))]
    found = versions(stored(told[-1], told[0]), history(*told))
    assert [version.seen.status_since for version in found] == [SUBMITTED, ACCEPTED, ACCEPTED]


def test_an_update_is_never_later_than_the_moment_it_was_stored() -> None:
    told = [record(**FIRST), record(updated_at=STORED + timedelta(days=1))]
    assert versions(stored(told[-1], told[0]), history(*told))[-1].seen.updated_at == STORED


def test_what_came_before_a_record_was_taken_away_is_not_known() -> None:
    told = [record(**FIRST), record(), record(due_at=DUE + timedelta(days=1))]
    first, second = history(*told)
    gone = Change(STORED + timedelta(minutes=10), {REMOVED: [4, None]})
    found = versions(stored(told[-1], told[0]), [first, gone, second])
    assert [(version.at, version.seen.record) for version in found] == [(gone.at, told[1]), (second.at, told[2])]


def test_what_changed_in_a_way_that_could_not_be_kept_hides_what_came_before() -> None:
    told = [record(**FIRST), record()]
    (change,) = history(*told)
    (version,) = versions(stored(told[-1], told[0]), [msgspec.structs.replace(change, fields={})])
    assert (version.at, version.seen.record) == (change.at, told[-1])


moments = st.datetimes(min_value=at("1 00:00").replace(tzinfo=None), max_value=at("30 00:00").replace(tzinfo=None)).map(
    lambda moment: moment.replace(tzinfo=SUBMITTED.tzinfo)
)
records = st.builds(
    record,
    status=st.sampled_from(Status),
    updated_at=moments,
    accepted_at=st.none() | moments,
    due_at=st.none() | moments,
    fee_owed=st.booleans(),
    supplements=st.lists(st.builds(Supplement, asked_at=moments, answered_at=st.none() | moments), max_size=2).map(tuple),
    stages=st.lists(st.builds(Stage, id=st.text(max_size=3), due_at=st.none() | moments), max_size=2).map(tuple),
    notes=st.lists(st.text(max_size=5), max_size=2).map(tuple),
)


@given(st.lists(records, min_size=1, max_size=6))
def test_whatever_changed_all_of_it_comes_back(told: list[Record]) -> None:
    kept = [told[0], *(new for old, new in pairwise(told) if new != old)]
    found = versions(stored(kept[-1], kept[0]), history(*kept))
    assert [version.seen.record for version in found] == kept


def test_a_dossier_has_the_side_a_source_had_at_a_moment() -> None:
    told = [record(**FIRST), record()]
    past = Past(code="H20.14-261117-0001", records={"igate": [versions(stored(told[-1], told[0]), history(*told))]})
    asked = {"portal": SUBMITTED}
    assert past.sides(SUBMITTED - MICROSECOND, {})["igate"] == Absent()
    assert past.sides(SUBMITTED, {})["igate"].record == told[0]  # type: ignore[union-attr]
    assert past.sides(STORED - MICROSECOND, {})["igate"].record == told[0]  # type: ignore[union-attr]
    assert past.sides(STORED, asked)["igate"].record == told[1]  # type: ignore[union-attr]
    assert past.sides(STORED, asked)["portal"] == Absent(SUBMITTED)


def test_the_moments_of_a_span_are_those_after_its_beginning_up_to_its_end() -> None:
    told = [record(**FIRST), record(), record(due_at=None)]
    past = Past(code="H20.14-261117-0001", records={"igate": [versions(stored(told[-1], told[0]), history(*told))]})
    assert past.moments(SUBMITTED, STORED) == [STORED]
    assert past.moments(STORED, STORED + timedelta(hours=1)) == [STORED + timedelta(hours=1)]
    assert past.moments(SUBMITTED - MICROSECOND, STORED - MICROSECOND) == [SUBMITTED]
