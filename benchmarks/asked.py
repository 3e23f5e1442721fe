"""How often the database is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import msgspec
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


class Asked(msgspec.Struct):
    """Transactions that were committed, and statements sent through the engine; one that is sent for many rows counts once.

    `seconds`: what the statements took, of those that followed one another. COPY and what is asked of the driver itself are
    not among them.
    """

    transactions: int = 0
    statements: int = 0
    seconds: float = 0.0


@contextmanager
def counting(engine: AsyncEngine) -> Iterator[Asked]:
    """Count what is asked inside the block."""
    asked, began = Asked(), 0.0

    def statement(*_: Any) -> None:
        nonlocal began
        asked.statements += 1
        began = perf_counter()

    def answered(*_: Any) -> None:
        asked.seconds += perf_counter() - began

    def transaction(*_: Any) -> None:
        asked.transactions += 1

    listeners = {"before_cursor_execute": statement, "after_cursor_execute": answered, "commit": transaction}
    for name, listener in listeners.items():
        event.listen(engine.sync_engine, name, listener)
    try:
        yield asked
    finally:
        for name, listener in listeners.items():
            event.remove(engine.sync_engine, name, listener)
