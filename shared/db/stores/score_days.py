"""What was counted at the end of each day: written during the day, kept once it is over."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import score_days
from shared.domain.counters import View
from shared.domain.figures import Counted
from shared.domain.periods import Period


async def keep(
    connection: AsyncConnection, province: str, view: View, period: Period, found: Mapping[str, Counted], *, day: date
) -> int:
    """Keep what is counted on a day of each unit, by its code, where it differs from what was last kept; returns how many do."""
    latest = (
        select(score_days.c.agency, score_days.c.counted)
        .ext(distinct_on(score_days.c.agency))
        .where(
            score_days.c.province_code == province,
            score_days.c.view == view,
            score_days.c.period == str(period),
            score_days.c.day <= day,
        )
        .order_by(score_days.c.agency, score_days.c.day.desc())
    )
    kept = {row.agency: row.counted for row in await connection.execute(latest)}
    rows = [
        {"province_code": province, "view": view, "period": str(period), "agency": code, "day": day, "counted": counted}
        for code, counted in sorted(found.items())
        if kept.get(code, Counted()) != counted
    ]
    if rows:
        statement = upsert(score_days)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=["province_code", "view", "period", "agency", "day"],
                set_={"counted": statement.excluded.counted},
            ),
            rows,
        )
    return len(rows)
