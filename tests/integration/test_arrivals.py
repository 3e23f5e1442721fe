"""What is measured as waiting for a review while changes arrive."""

from datetime import UTC, datetime, timedelta

from benchmarks import items
from benchmarks.arrivals import Waiting
from benchmarks.province import Province, watched_province
from shared.db.engine import Database

EARLIER, LATER = (datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=ago) for ago in (40, 10))
CODE = items.code(1)


def changed(province: Province, waiting: Waiting, now: datetime) -> None:
    province.change(1, updated=now, due=now + timedelta(days=9))
    waiting.add(CODE, now)


async def test_a_change_waits_since_it_was_made_though_its_dossier_changes_again(database: Database) -> None:
    async with watched_province(database) as province:
        waiting = Waiting(database)
        for moment in (EARLIER, LATER):
            changed(province, waiting, moment)
        await province.load()
        await waiting.look()
        assert (len(waiting), waiting.age(LATER)) == (2, 30.0)
        await province.monitor.settle()
        await waiting.look()
    assert len(waiting) == 0
    longer, shorter = waiting.waited
    assert abs(longer - shorter - 30) < 0.001


async def test_a_change_that_is_read_on_one_side_alone_waits(database: Database) -> None:
    async with watched_province(database) as province:
        province.fill([1])
        await province.load()
        await province.monitor.settle()
        waiting = Waiting(database)
        changed(province, waiting, LATER)
        await province.monitor.poll(province.monitor.watched[0])
        await province.monitor.settle()
        await waiting.look()
        assert (len(waiting), waiting.waited) == (1, [])
