"""The stock of each day: written during the day, kept once it is over."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import stock_days
from shared.domain.stock import STOCK, Stock


async def keep(connection: AsyncConnection, province: str, found: Mapping[str, Stock], *, day: date, now: datetime) -> None:
    """Keep what was counted at `now` of each agency's own dossiers, by its code, unless something later is kept of that day.

    An agency that was kept earlier on the day and is not found any more has nothing open.
    """
    gone = update(stock_days).where(
        stock_days.c.province_code == province,
        stock_days.c.day == day,
        stock_days.c.kept_at < now,
        stock_days.c.agency.not_in(found.keys()),
    )
    await connection.execute(gone.values(kept_at=now, **msgspec.structs.asdict(Stock())))
    rows = [
        {"province_code": province, "agency": code, "day": day, "kept_at": now, **msgspec.structs.asdict(stock)}
        for code, stock in sorted(found.items())
    ]
    if not rows:
        return
    statement = upsert(stock_days)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["province_code", "agency", "day"],
            set_={name: statement.excluded[name] for name in ("kept_at", *STOCK)},
            where=stock_days.c.kept_at < statement.excluded.kept_at,
        ),
        rows,
    )
