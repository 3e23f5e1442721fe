"""Keys, looked up in the database at every request: what is revoked is revoked at once, in every process."""

import asyncio
from datetime import datetime

import structlog

from services.api.access.refused import Refused
from services.api.caller import Caller
from shared.db.engine import Database, translated
from shared.db.stores import api_keys
from shared.db.views.api_keys import find_key, reach
from shared.db.views.seen import Seen
from shared.db.views.snapshot import Moment
from shared.domain.access import Actor, Key, prefix_of, scopes_of, why_refused
from shared.domain.agencies import AgencyTree
from shared.errors import DatabaseUnavailable

_log = structlog.get_logger(__name__)


class Keys:
    """The keys of one province. `moment` tells `now` instead of the database's clock where a test says so."""

    def __init__(self, database: Database, province: str, moment: Moment | None = None) -> None:
        self._database = database
        self._province = province
        self._moment = moment
        self._noting: dict[str, asyncio.Task[None]] = {}
        self._failed_at: dict[str, datetime] = {}

    async def holder(self, text: str, request_id: str) -> Caller:
        """Return who holds a key; raises `Refused` for one that is not good, `DatabaseUnavailable` when nobody can tell."""
        try:
            key, within, seen = await self._find(text)
        except DatabaseUnavailable:  # the connection may have broken while it was idle: the next one is new
            key, within, seen = await self._find(text)
        self._note_use(key, seen.now)
        return Caller(within, Actor(f"key:{key.prefix}", request_id), scopes_of(key.scopes), key.agency, seen)

    async def settle(self) -> None:
        """Wait until every use that is being noted is noted."""
        await asyncio.gather(*self._noting.values())

    async def _find(self, text: str) -> tuple[Key, AgencyTree, Seen]:
        prefix = prefix_of(text)
        with translated():
            async with self._database.single() as connection:
                key, seen = await find_key(connection, self._province, prefix)
                seen = Seen(await self._moment(connection), seen.state) if self._moment else seen
                reason = why_refused(key, text, now=seen.now)
                if key is None or reason:
                    raise Refused(reason or "unknown", prefix)
                return key, await reach(connection, self._province, key.agency), seen

    def _note_use(self, key: Key, now: datetime) -> None:
        """Have it written that a key was used, at most once a minute and while the request goes on."""
        told = [at for at in (key.last_used_at, self._failed_at.get(key.prefix)) if at]
        is_fresh = bool(told) and now - max(told) < api_keys.USE_TOLD_EVERY
        if not is_fresh and key.prefix not in self._noting:
            noting = asyncio.create_task(self._write_use(key.prefix, now))
            self._noting[key.prefix] = noting
            noting.add_done_callback(lambda _: self._noting.pop(key.prefix, None))

    async def _write_use(self, prefix: str, now: datetime) -> None:
        """Write it; what cannot be written, on a standby nothing can, is tried again after a minute."""
        try:
            with translated():
                async with self._database.begin() as connection:
                    await api_keys.used(connection, self._province, prefix, now=now)
        except DatabaseUnavailable:
            self._failed_at[prefix] = now
            _log.warning("key_use_not_noted", prefix=prefix)
