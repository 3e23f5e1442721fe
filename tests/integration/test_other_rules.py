"""Other rules: every dossier is judged again, a bounded batch at a time, those first that somebody is told of."""

from datetime import UTC, datetime

from sqlalchemy import insert

from shared.db.stores import dossiers
from shared.db.stores.dossiers import BATCH
from shared.db.tables import alerts
from shared.db.tables import dossiers as table
from tests.integration.world import PROVINCE, World

OVER, TOLD = "H20.1-1", "H20.3-1"
RUNNING = [f"H20.2-{number:04d}" for number in range(BATCH)]
NOW = datetime.now(UTC)
ALERT = {"family": "deadline", "rule": "deadline.overdue", "severity": "critical", "state": "open", "responsible": "handling"}
MOMENTS = {"since": NOW, "opens_at": NOW, "opened_at": NOW}


async def _judged_by_the_rules_before(world: World) -> None:
    """One that is over, a batch of those that go on, one that is over and told of, in the order of their codes."""
    rows = [{"code": code, "ended_at": None if code in RUNNING else NOW} for code in (OVER, *RUNNING, TOLD)]
    judged = {"province_code": PROVINCE, "first_seen_at": NOW, "judged_at": NOW, "rule_set": world.reviewer.rule_set}
    alert = {"province_code": PROVINCE, "subject": f"dossier:{TOLD}", "dossier_code": TOLD, "baseline": False, "details": {}}
    async with world.database.begin() as connection:
        await connection.execute(insert(table), [judged | row for row in rows])
        await connection.execute(insert(alerts).values(**ALERT, **MOMENTS, **alert))
    await world.open("other rules")


async def _next_batch(world: World) -> set[str]:
    """Make a batch due and return it, taken as judged by the rules at work."""
    latest = world.reviewer.rule_set or 0
    async with world.database.begin() as connection:
        await dossiers.make_due_by_rules(connection, PROVINCE, latest, now=NOW)
    due = "UPDATE dossiers SET next_review_at = NULL, rule_set = :latest WHERE next_review_at IS NOT NULL RETURNING code"
    return {row["code"] for row in await world.rows(due, latest=latest)}


async def test_what_is_told_comes_first_then_what_goes_on_then_what_is_over_in_bounded_batches(world: World) -> None:
    await _judged_by_the_rules_before(world)
    assert await _next_batch(world) == {TOLD, *RUNNING[:-1]}
    assert await _next_batch(world) == {RUNNING[-1], OVER}
    assert await _next_batch(world) == set()
