"""What a monitor does once an hour: due an hour after it worked, at once where it failed."""

from datetime import UTC, datetime, timedelta

import pytest

from services.monitor.hourly import EVERY, Hourly

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)


class Work:
    """A step that fails as often as it is told to, and may be made due while it works; a clock that stands."""

    def __init__(self, *, fails: int = 0, due_again: bool = False) -> None:
        self.at, self.fails, self.due_again, self.done = NOON, fails, due_again, 0
        self.hourly = Hourly(self.now, self.step)

    async def now(self) -> datetime:
        return self.at

    async def step(self) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError
        self.done += 1
        if self.due_again:
            self.due_again = False
            self.hourly.make_due()


async def test_it_is_due_an_hour_after_it_worked() -> None:
    work = Work()
    for passed, done in ((timedelta(), 1), (EVERY - timedelta(microseconds=1), 1), (EVERY, 2)):
        work.at = NOON + passed
        await work.hourly.run()
        assert work.done == done, passed


async def test_what_failed_is_done_at_the_next_turn_and_then_an_hour_later() -> None:
    work = Work(fails=1)
    with pytest.raises(OSError):
        await work.hourly.run()
    for _ in range(2):
        await work.hourly.run()
        assert work.done == 1


async def test_what_makes_it_due_while_it_works_stands() -> None:
    work = Work(due_again=True)
    for done in (1, 2, 2):
        await work.hourly.run()
        assert work.done == done
