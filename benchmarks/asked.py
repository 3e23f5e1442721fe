"""How often the database is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


class Asked(msgspec.Struct):
    """Transactions that were committed, and statements sent through the engine; one that is sent for many rows counts once.

    COPY and what a store asks the driver itself are not among the statements.
    """

    transactions: int = 0
    statements: int = 0


@contextmanager
def counting(engine: AsyncEngine) -> Iterator[Asked]:
    """Count what is asked inside the block."""
    asked = Asked()

    def statement(*_: Any) -> None:
        asked.statements += 1

    def transaction(*_: Any) -> None:
        asked.transactions += 1

    event.listen(engine.sync_engine, "before_cursor_execute", statement)
    event.listen(engine.sync_engine, "commit", transaction)
    try:
        yield asked
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", statement)
        event.remove(engine.sync_engine, "commit", transaction)
