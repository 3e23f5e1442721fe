"""What dossiers are judged and scored by, noted in the audit log whenever a monitor starts with something else than before."""

from collections.abc import Mapping

from shared.db.engine import Database, clock, fence
from shared.db.stores import audit_log
from shared.domain.access import Actor

ACTION = "policy.changed"
_BY = Actor("monitor")


async def note_policies(database: Database, province: str, marks: Mapping[str, str]) -> list[str]:
    """Note each policy whose mark is another than the last one noted; returns their names.

    `marks` tells one state of a policy from another, by its name. Two monitors that start at once note it once.
    """
    changed = []
    async with database.begin() as connection:
        await fence(connection, province, alone=True)
        now = await clock(connection)
        for name, mark in marks.items():
            last = await audit_log.latest(connection, province, f"policy:{name}")
            before = last["mark"] if last else None
            if before != mark:
                details = {"mark": mark, "before": before}
                await audit_log.record(connection, province, _BY, ACTION, f"policy:{name}", details, now=now)
                changed.append(name)
    return changed
