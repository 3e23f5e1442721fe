"""Whether its sides agree is kept with a dossier as it was last judged, for the lists that count it."""

import msgspec
import pytest

from shared.domain.statuses import Status
from tests.integration.test_cycle import ago, both
from tests.integration.world import World, record


async def _out_of_step(world: World) -> list[str]:
    await world.monitor.once()
    (kept,) = await world.rows("SELECT out_of_step FROM dossiers")
    return list(kept["out_of_step"])


@pytest.mark.parametrize(("hours", "wrong"), [(0.1, []), (0.5, ["sync.field_mismatch"])])
async def test_a_dossier_is_out_of_step_by_what_has_lasted_its_hold(world: World, hours: float, wrong: list[str]) -> None:
    running = record(at=ago(30), status=Status.PROCESSING, accepted_at=ago(30), due_at=ago(-300))
    both(world, running)
    assert await _out_of_step(world) == []
    moved = msgspec.structs.replace(running, due_at=ago(-400), updated_at=ago(hours))
    world.home.put(moved)
    assert await _out_of_step(world) == wrong
    world.portal.put(msgspec.structs.replace(moved, updated_at=ago(0)))
    assert await _out_of_step(world) == []


async def test_it_is_in_step_until_the_other_side_was_asked(world: World) -> None:
    world.home.put(record(at=ago(3), status=Status.PROCESSING, accepted_at=ago(3), due_at=ago(-300)))
    for item in world.monitor.watched:
        await world.monitor.poll(item)
    await world.monitor.review()
    assert await world.rows("SELECT out_of_step FROM dossiers") == [{"out_of_step": []}]
    assert await _out_of_step(world) == ["sync.missing_on_portal"]
