"""What the routes need that change something: one transaction, at one moment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request

from services.api.caller import Caller
from shared.db.engine import Connection, Database, clock, translated
from shared.db.stores import audit_log
from shared.db.views.snapshot import Moment


@dataclass(frozen=True)
class Change:
    """A transaction of a province that commits when its block ends, and the moment everything in it carries."""

    connection: Connection
    province: str
    now: datetime

    async def tell(self, caller: Caller, action: str, subject: str, **details: Any) -> None:
        """Write to the audit log, in this transaction, what a caller did to what; never a secret."""
        place = (self.connection, self.province)
        await audit_log.record(*place, caller.actor, action, subject, details, agency=caller.agency, now=self.now)


@dataclass(frozen=True)
class Writer:
    """Built once by the composition root."""

    database: Database
    province: str
    moment: Moment = clock

    @asynccontextmanager
    async def change(self) -> AsyncIterator[Change]:
        """Open the transaction of a request; raises `DatabaseUnavailable`, also for what happens inside the block."""
        with translated():
            async with self.database.begin() as connection:
                yield Change(connection, self.province, await self.moment(connection))


async def writer(request: Request) -> Writer:
    """Return the writer of the application that answers."""
    found = request.app.state.writer
    if not isinstance(found, Writer):
        raise TypeError("the application was not built by create_app")
    return found


TheWriter = Annotated[Writer, Depends(writer)]
