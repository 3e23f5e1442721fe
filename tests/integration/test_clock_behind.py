"""A source whose clock is behind stamps its news where the monitor has passed already: no day passes before they are read."""

import msgspec

from shared.domain.statuses import Status
from tests.integration.test_cycle import ago, both
from tests.integration.world import World, record

BEHIND = 0.5
"""Hours: further than the overlap of a poll goes back."""

ENDED, UNTOUCHED, LATEST = "H20.14-261120-0001", "H20.14-261120-0002", "H20.14-261120-0003"


async def sweep(world: World) -> bool:
    read = await world.monitor.sweep(world.monitor.watched[1])
    await world.monitor.settle()
    return read


async def test_what_was_saved_while_a_clock_was_behind_is_missed_at_most_until_the_next_daily_sweep(world: World) -> None:
    running = record(1, at=ago(99), updated_at=ago(9), status=Status.PROCESSING, accepted_at=ago(99), due_at=ago(1))
    both(world, running, record(2, at=ago(7), updated_at=ago(7)), record(3, at=ago(0), updated_at=ago(0)))
    await world.monitor.once()
    assert await sweep(world), "once after the first load"
    before = {(ENDED, "deadline.overdue"), (UNTOUCHED, "intake.due_soon")}
    assert await world.open_alerts() == before

    # Home's clock is behind: it moves a due date, and takes up a dossier that is late now, both stamped where nobody reads again.
    moved = msgspec.structs.replace(running, due_at=ago(-300), updated_at=ago(BEHIND))
    late = record(2, at=ago(7), updated_at=ago(BEHIND), status=Status.PROCESSING, accepted_at=ago(6), due_at=ago(0.1))
    world.portal.put(msgspec.structs.replace(moved, updated_at=ago(0)))
    world.portal.put(msgspec.structs.replace(late, updated_at=ago(0)))
    world.home.put(moved)
    world.home.put(late)
    await world.monitor.poll(world.monitor.watched[1])
    stamps = await world.rows(
        "SELECT count(*) AS n FROM records WHERE source = 'igate' AND updated_at = :at", at=moved.updated_at
    )
    assert stamps == [{"n": 0}], "missed"

    # The clock is right again, which alone brings nothing back.
    world.home.put(record(3, at=ago(0), updated_at=ago(0), status=Status.PROCESSING, accepted_at=ago(0), due_at=ago(-300)))
    await world.monitor.poll(world.monitor.watched[1])
    await world.monitor.settle()
    assert (ENDED, "deadline.overdue") in await world.open_alerts()
    assert not await sweep(world), "a day has not passed"

    await world.rows("UPDATE sources SET swept_at = swept_at - interval '1 day' RETURNING 1")
    assert await sweep(world)
    await world.monitor.once()
    swept = await world.open_alerts()
    assert swept == {(UNTOUCHED, "deadline.overdue")}
    await world.rows("UPDATE dossiers SET next_review_at = now() RETURNING 1")
    await world.monitor.settle()
    assert await world.open_alerts() == swept
