"""A poll moves by time and loses nothing, however rows tie, move or carry a wrong clock."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.monitor.sources.source import Head
from services.monitor.steps.paging import Position, following, stored_up_to

START = datetime(2026, 11, 20, tzinfo=UTC)
REQUESTED = START + timedelta(days=1)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def rows(*minutes: int) -> list[Head]:
    return [Head(f"id-{index}", at(minute)) for index, minute in enumerate(minutes)]


def test_a_page_that_is_not_full_is_the_last():
    assert following(Position(since=START), rows(1, 2), full=False, requested_at=REQUESTED) is None


def test_after_a_full_page_it_goes_on_from_the_last_rows_time():
    assert following(Position(since=START), rows(1, 2), full=True, requested_at=REQUESTED) == Position(since=at(2))


def test_an_instant_that_fills_a_page_is_paged_by_number():
    position = following(Position(since=at(1)), rows(1, 1), full=True, requested_at=REQUESTED)
    assert position
    assert (position.since, position.number, position.passing) == (at(1), 1, True)


def test_it_is_passed_again_until_a_pass_brings_nothing_new():
    first = following(Position(since=at(1)), rows(1, 1), full=True, requested_at=REQUESTED)
    assert first
    again = following(first, [Head("id-9", at(1))], full=False, requested_at=REQUESTED)
    assert again
    assert (again.number, again.news) == (0, False)
    second = following(again, rows(1, 1), full=True, requested_at=REQUESTED)
    assert second
    assert following(second, [Head("id-9", at(1))], full=False, requested_at=REQUESTED) is None


def test_a_row_from_the_future_does_not_carry_the_others_past_what_was_not_read():
    page = [*rows(1, 2), Head("ahead", REQUESTED + timedelta(days=9))]
    position = following(Position(since=START), page, full=True, requested_at=REQUESTED)
    assert position == Position(since=at(2))


def test_the_cursor_is_never_later_than_the_request():
    ahead = [Head("ahead", REQUESTED + timedelta(days=9))]
    assert stored_up_to(None, Position(since=START), ahead, requested_at=REQUESTED) == REQUESTED


def test_a_page_without_a_readable_head_is_stepped_over_by_number():
    position = following(Position(since=START), [], full=True, requested_at=REQUESTED)
    assert position
    assert (position.since, position.number) == (START, 1)


@given(
    minutes=st.lists(st.integers(0, 12), max_size=40),
    size=st.integers(1, 9),
    unreadable=st.sets(st.integers(0, 39), max_size=6),
    ahead=st.sets(st.integers(0, 39), max_size=3),
)
def test_a_source_at_rest_is_read_completely_and_the_poll_ends(minutes, size, unreadable, ahead):
    times = [REQUESTED + timedelta(days=n) if n in ahead else at(minute) for n, minute in enumerate(minutes)]
    served = [Head(f"id-{n:02d}", time) for n, time in enumerate(times)]
    assert read(served, size, unreadable) == {row.source_id for row in served}


@given(
    minutes=st.lists(st.integers(0, 300), min_size=1, max_size=60),
    size=st.integers(4, 9),
    moved=st.integers(1, 3),
    seed=st.integers(0, 99),
)
def test_rows_that_move_while_one_pages_are_not_lost(minutes, size, moved, seed):
    """Fewer rows move at a page than a page holds; each keeps its own later time."""
    chance, clock = random.Random(seed), [400]

    def move(served: list[Head]) -> None:
        for _ in range(moved if clock[0] < 600 else 0):
            clock[0] += 1
            served.append(Head(served.pop(chance.randrange(len(served))).source_id, at(clock[0])))

    served = [Head(f"id-{n:02d}", at(minute)) for n, minute in enumerate(minutes)]
    assert read(list(served), size, set(), move) == {row.source_id for row in served}


def read(served, size, unreadable, change=lambda _: None):
    """Poll as the monitor does and return every key that was served; an item without a readable head is read but has no row."""
    seen: set[str] = set()
    position: Position | None = Position(since=START)
    for _ in range(2000):
        if position is None:
            return seen
        change(served)
        matching = sorted(
            (row for row in served if row.updated_at >= position.since), key=lambda row: (row.updated_at, row.source_id)
        )
        page = matching[position.number * size : (position.number + 1) * size]
        seen |= {row.source_id for row in page}
        readable = [row for row in page if int(row.source_id[3:]) not in unreadable]
        position = following(position, readable, full=len(page) == size, requested_at=REQUESTED)
    raise AssertionError("the poll does not end")


@given(minutes=st.lists(st.integers(0, 6), max_size=40), size=st.integers(1, 5))
def test_a_poll_ends_though_every_page_is_answered_as_the_first_time(minutes, size):
    table = sorted(rows(*minutes), key=lambda row: row.updated_at)
    kept: dict[int, list[Head]] = {}
    position: Position | None = Position(since=START)
    for _ in range(10 * (len(table) + 1) ** 2):
        page = [row for row in table if row.updated_at >= position.since][position.number * size :][:size]
        page = kept.setdefault(position.number, page)
        position = following(position, page, full=len(page) == size, requested_at=REQUESTED)
        if position is None:
            return
    raise AssertionError("it goes on for ever")
