"""Reading the outbox: how far each reader has come, and what comes next."""

from collections.abc import Sequence

from sqlalchemy import exists, not_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.outbox_order import IN_ORDER, is_after, is_settled
from shared.db.tables import outbox, outbox_readers
from shared.db.views.events import position_of, reader_is
from shared.db.views.rows import Row, all_rows
from shared.domain.events import BEGINNING, Position


async def has_news(connection: AsyncConnection, province: str, reader: str) -> bool:
    """Return whether there is anything a reader has not read; looked at without a lock, so that idling writes nothing."""
    position = await position_of(connection, province, reader) or BEGINNING
    news = exists().where(outbox.c.province_code == province, is_after(position), is_settled())
    return bool(await connection.scalar(select(news)))


async def hold(connection: AsyncConnection, province: str, reader: str) -> Position | None:
    """Lock a reader until the transaction ends and return how far it has come; None while another monitor holds it."""
    first = insert(outbox_readers).values(province_code=province, name=reader, xid=BEGINNING.xid, id=BEGINNING.id)
    await connection.execute(first.on_conflict_do_nothing())
    reading = select(outbox_readers.c.xid, outbox_readers.c.id).where(*reader_is(province, reader))
    held = (await connection.execute(reading.with_for_update(skip_locked=True))).one_or_none()
    return None if held is None else Position(held.xid, held.id)


async def read(connection: AsyncConnection, province: str, *, after: Position, to: Position, limit: int) -> Sequence[Row]:
    """Return the rows after a position up to another one that can be read, in order, at most `limit`."""
    query = select(outbox).where(outbox.c.province_code == province, is_after(after), not_(is_after(to)))
    return await all_rows(connection, query.order_by(*IN_ORDER).limit(limit))


async def move(connection: AsyncConnection, province: str, reader: str, to: Position) -> None:
    """Note how far a reader that is held has come."""
    statement = update(outbox_readers).where(*reader_is(province, reader))
    await connection.execute(statement.values(xid=to.xid, id=to.id))
