"""The one order in which the outbox is read: by transaction, then by number, and only what no running transaction can precede.

Numbers are given before their transactions commit: whoever reads by number alone skips what commits late.
"""

from sqlalchemy import BigInteger, ColumnElement, cast, func, literal, tuple_

from shared.db.tables import Xid8, outbox
from shared.domain.events import Position

IN_ORDER = (outbox.c.xid, outbox.c.id)


def is_settled() -> ColumnElement[bool]:
    """Return whether nothing can come before a row any more: every transaction that began before its own has ended."""
    return outbox.c.xid < func.pg_snapshot_xmin(func.pg_current_snapshot())


def is_after(position: Position) -> ColumnElement[bool]:
    """Return whether a row comes after a position."""
    return tuple_(*IN_ORDER) > tuple_(cast(literal(position.xid, Xid8()), Xid8), literal(position.id, BigInteger))
