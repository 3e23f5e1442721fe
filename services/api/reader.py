"""What every route needs to answer: the database, the province and its working time."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from shared.db.engine import Database, translated
from shared.db.views.seen import Seen, look
from shared.db.views.snapshot import Moment, Snapshot, open_snapshot
from shared.domain.working_time import WorkingTime


@dataclass(frozen=True)
class Reader:
    """Built once by the composition root. `public_url`: where others find the API, None where nobody said."""

    database: Database
    province: str
    calendar: WorkingTime
    moment: Moment | None = None
    public_url: str | None = None

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """Open the one transaction of a request."""
        return open_snapshot(self.database, self.province, moment=self.moment)

    async def look(self) -> Seen:
        """Return which state of the database is to be seen; raises `DatabaseUnavailable`."""
        with translated():
            async with self.database.engine.connect() as connection:
                seen = await look(connection)
                return Seen(await self.moment(connection), seen.state) if self.moment else seen


async def reader(request: Request) -> Reader:
    """Return the reader of the application that answers."""
    found = request.app.state.reader
    if not isinstance(found, Reader):
        raise TypeError("the application was not built by create_app")
    return found


TheReader = Annotated[Reader, Depends(reader)]
