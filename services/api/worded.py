"""Alerts of a list as JSON, each worded once a minute as long as it stays as it is.

A page is made anew whenever anything was written, and most of its alerts are those of a moment ago: the same row, minute and
`data_as_of` read the same. The minute is that of whole answers from memory (docs/decisions/0008).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import Depends, Request

from services.api.answers import plain
from services.api.bodies.alerts import alert_body
from services.api.sheets import as_json
from shared.db.views.rows import Row
from shared.db.views.snapshot import Snapshot
from shared.domain.working_time import WorkingTime

MOST = 5_000
"""Alerts kept at most, some 4 kB each."""


class Worded:
    """Built once by the composition root: the alerts of one minute and one `data_as_of`; a page of another forgets them all."""

    def __init__(self, calendar: WorkingTime, most: int = MOST) -> None:
        self._calendar = calendar
        self._most = most
        self._of: tuple[datetime, bool, datetime | None] | None = None
        self._alerts: dict[bytes, msgspec.Raw] = {}

    def alerts(self, rows: Sequence[Row], snapshot: Snapshot) -> list[msgspec.Raw]:
        """Return alerts as they read in the minute of the snapshot, each as JSON."""
        of = (*minute_of(snapshot.now), snapshot.data_as_of)
        if self._of != of or len(self._alerts) + len(rows) > self._most:
            self._of = of
            self._alerts.clear()
        return [self._alert(row, snapshot) for row in rows]

    def _alert(self, row: Row, snapshot: Snapshot) -> msgspec.Raw:
        key = msgspec.msgpack.encode(tuple(row.values()))
        found = self._alerts.get(key)
        if found is None:
            found = self._alerts[key] = msgspec.Raw(as_json(plain(alert_body(row, snapshot, self._calendar))))
        return found


def minute_of(now: datetime) -> tuple[datetime, bool]:
    """Return the minute texts are counted to; the instant it begins is apart: what is due by then is late right after it."""
    minute = now.replace(second=0, microsecond=0)
    return minute, now == minute


async def worded(request: Request) -> Worded:
    """Return the alerts the application that answers has worded."""
    found = request.app.state.worded
    if not isinstance(found, Worded):
        raise TypeError("the application was not built by create_app")
    return found


TheWorded = Annotated[Worded, Depends(worded)]
