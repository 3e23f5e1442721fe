"""Since when which policies are at work is in the audit log, each change once."""

import asyncio

from sqlalchemy import select

from services.monitor.steps.policies import note_policies
from shared.db.engine import Database
from shared.db.tables import audit_log
from shared.policy import policy_marks

PROVINCE = "H20"


async def told(database: Database) -> list[tuple[str, str, dict[str, str]]]:
    query = select(audit_log.c.actor, audit_log.c.subject, audit_log.c.details).order_by(audit_log.c.id)
    async with database.begin() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def test_a_policy_is_noted_when_it_is_another_than_before(database: Database) -> None:
    assert await note_policies(database, PROVINCE, {"rules": "a", "targets": "t"}) == ["rules", "targets"]
    assert await note_policies(database, PROVINCE, {"rules": "b", "targets": "t"}) == ["rules"]
    assert await note_policies(database, PROVINCE, {"rules": "a", "targets": "t"}) == ["rules"], "back is a change, too"
    assert await told(database) == [
        ("monitor", "policy:rules", {"mark": "a", "before": None}),
        ("monitor", "policy:targets", {"mark": "t", "before": None}),
        ("monitor", "policy:rules", {"mark": "b", "before": "a"}),
        ("monitor", "policy:rules", {"mark": "a", "before": "b"}),
    ]


async def test_monitors_that_start_together_note_it_once(database: Database) -> None:
    noted = await asyncio.gather(*(note_policies(database, PROVINCE, {"rules": "a"}) for _ in range(4)))
    assert sorted(noted) == [[], [], [], ["rules"]]


async def test_every_policy_file_has_a_mark() -> None:
    assert {"scoring-766-2026", "targets", "measures", "score-watch", "calendar"} <= policy_marks().keys()
    assert len(set(policy_marks().values())) == len(policy_marks())
