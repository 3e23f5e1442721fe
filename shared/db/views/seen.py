"""Which state of the database a question saw: whoever sees the same state again finds the same in it."""

from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

STATE = "concat(pg_current_snapshot(), ' ', pg_last_wal_replay_lsn())"
"""Names the state a statement sees, so that two states never have the same name: a transaction that writes has a number, and
the snapshot says which numbers have committed. On a replica it does not say so of all of them; how far the replica has come does.
"""

_LOOK = text(f"SELECT clock_timestamp() AS now, {STATE} AS state")


class Seen(msgspec.Struct, frozen=True):
    """The database's clock, and the name of the state that was seen then."""

    now: datetime
    state: str


async def look(connection: AsyncConnection) -> Seen:
    """Return what there is to be seen at the moment. The state is the transaction's, where its snapshot outlives a statement."""
    found = (await connection.execute(_LOOK)).one()
    return Seen(found.now, found.state)
