"""The delays of a dossier's stages are kept as they were last judged."""

from datetime import datetime
from typing import Any

from shared.domain.records import Stage
from shared.domain.statuses import Status
from tests.integration.test_cycle import ago, both
from tests.integration.world import World, record

KEPT = "SELECT stage, agency, officer_id, since, until, minutes IS NULL AS goes_on FROM delays ORDER BY position"


def _put(world: World, *stages: Stage, hours: float, status: Status = Status.PROCESSING) -> datetime:
    """Both sides know a dossier with these stages, changed so many hours ago; returns when."""
    changed_at = ago(hours)
    accepted = {"status": status, "accepted_at": ago(99), "due_at": ago(-300)}
    both(world, record(at=ago(99), updated_at=changed_at, stages=stages, **accepted))
    return changed_at


def _stage(number: int, due_at: datetime, completed_at: datetime | None = None, **values: Any) -> Stage:
    return Stage(id=str(number), name=f"Bước {number}", due_at=due_at, completed_at=completed_at, **values)


def _row(number: int, since: datetime, until: datetime | None, **values: object) -> dict[str, object]:
    told = {"stage": f"Bước {number}", "agency": "H20.14", "officer_id": None, "since": since, "until": until}
    return told | {"goes_on": until is None} | values


async def test_a_review_keeps_the_delay_of_every_late_stage_in_place_of_those_before(world: World) -> None:
    first, second, third = ago(80), ago(40), ago(20)
    late, due = _stage(1, first, second), _stage(2, third, agency="H20.7", officer_id="cb-7")
    _put(world, late, due, hours=10)
    await world.monitor.once()
    goes_on = _row(2, third, None, agency="H20.7", officer_id="cb-7")
    assert await world.rows(KEPT) == [_row(1, first, second), goes_on]
    _put(world, late, _stage(2, third, third), hours=1)
    await world.monitor.once()
    assert await world.rows(KEPT) == [_row(1, first, second)]
    _put(world, _stage(1, first, first), hours=0)
    await world.monitor.once()
    assert await world.rows(KEPT) == []


async def test_a_delay_stands_while_its_dossier_stands_still_and_goes_on_with_it(world: World) -> None:
    due = ago(40)
    late = _stage(1, due, current=True)
    stopped = _put(world, late, hours=10, status=Status.SUPPLEMENT)
    await world.monitor.once()
    assert await world.rows(KEPT) == [_row(1, due, stopped)]
    _put(world, late, hours=1)
    await world.monitor.once()
    assert await world.rows(KEPT) == [_row(1, due, None)]
