"""One page is written while the next is read."""

import asyncio

import pytest

from services.monitor.steps.write_behind import Write, WriteBehind
from shared.db.stores.sources import Counts
from shared.errors import LeaseLost, SourceUnavailable


class Pages:
    """Pages being written, each stored when it is let go."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.started: list[int] = []
        self.stored: list[int] = []
        self._gates: dict[int, asyncio.Event] = {}

    async def write(self, number: int) -> Counts:
        self.started.append(number)
        await self._gate(number).wait()
        self.stored.append(number)
        return Counts(pages=1)

    def let_go(self, number: int) -> None:
        self._gate(number).set()

    def _gate(self, number: int) -> asyncio.Event:
        return self._gates.setdefault(number, asyncio.Event())


async def _lost() -> Counts:
    raise LeaseLost("portal: taken by another monitor")


async def _broken_off(counts: Counts, write: Write) -> None:
    async with WriteBehind(counts) as writes:
        await writes.add(write)
        raise SourceUnavailable("portal", "no answer")


async def _both(first: Write, second: Write) -> None:
    async with WriteBehind(Counts()) as writes:
        await writes.add(first)
        await writes.add(second)


async def test_the_block_goes_on_while_a_page_is_written() -> None:
    pages = Pages()
    async with WriteBehind(pages.counts) as writes:
        await writes.add(lambda: pages.write(1))
        assert pages.stored == []
        pages.let_go(1)
    assert pages.stored == [1]
    assert pages.counts.pages == 1


async def test_a_page_is_written_only_after_the_one_before() -> None:
    pages = Pages()
    async with WriteBehind(pages.counts) as writes:
        await writes.add(lambda: pages.write(1))
        second = asyncio.create_task(writes.add(lambda: pages.write(2)))
        while not pages.started:
            await asyncio.sleep(0)
        pages.let_go(2)
        assert pages.started == [1]
        pages.let_go(1)
        await second
    assert pages.stored == [1, 2]
    assert pages.counts.pages == 2


async def test_what_was_read_before_a_source_broke_off_is_stored() -> None:
    pages = Pages()
    pages.let_go(1)
    with pytest.raises(SourceUnavailable):
        await _broken_off(pages.counts, lambda: pages.write(1))
    assert pages.counts.pages == 1


async def test_a_write_that_fails_stops_the_next_one() -> None:
    pages = Pages()
    with pytest.raises(LeaseLost):
        await _both(_lost, lambda: pages.write(2))
    assert pages.started == []


async def test_the_last_write_fails_with_the_block() -> None:
    pages = Pages()
    pages.let_go(1)
    with pytest.raises(LeaseLost):
        await _both(lambda: pages.write(1), _lost)
    assert pages.stored == [1]


async def test_who_lost_the_source_hears_that_rather_than_that_it_broke_off() -> None:
    with pytest.raises(LeaseLost):
        await _broken_off(Counts(), _lost)


async def test_a_block_that_is_cancelled_leaves_no_write_behind() -> None:
    pages = Pages()

    async def read_on() -> None:
        async with WriteBehind(pages.counts) as writes:
            await writes.add(lambda: pages.write(1))
            await asyncio.Event().wait()

    reading = asyncio.create_task(read_on())
    while not pages.started:
        await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    pages.let_go(1)
    await asyncio.sleep(0)
    assert pages.stored == []
