"""A sign of life for a service outside: it comes while cycles finish, and stops when none did for a while."""

from datetime import datetime, timedelta

import httpx
import structlog

from services.monitor.sources.http import user_agent
from shared.calls import asked
from shared.config import HeartbeatConfig
from shared.db.engine import Database, clock
from shared.db.stores import sources

log = structlog.get_logger()

_TIMEOUT = 10.0


class Heartbeat:
    """For one province. The address may hold a secret: it is never told."""

    def __init__(self, database: Database, province: str, config: HeartbeatConfig) -> None:
        self.every = config.every
        self._database = database
        self._province = province
        self._url = config.url.get_secret_value() if config.url else None
        self._stops_after = config.stops_after
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT, follow_redirects=False, trust_env=False, headers={"User-Agent": user_agent()}
        )

    @property
    def is_wanted(self) -> bool:
        return self._url is not None

    async def run(self) -> str:
        """Send the sign if every source of dossiers was read and reviewed lately; returns sent, held_back or failed."""
        if self._url is None or not await self._lives():
            log.warning("heartbeat_held_back")
            return "held_back"
        try:
            with asked("POST", self._url):
                answer = await self._client.post(self._url)
        except httpx.HTTPError as error:
            log.warning("heartbeat_failed", error=type(error).__name__)
            return "failed"
        if not answer.is_success:
            log.warning("heartbeat_failed", status=answer.status_code)
            return "failed"
        return "sent"

    async def aclose(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def _lives(self) -> bool:
        async with self._database.begin() as connection:
            now = await clock(connection)
            states = await sources.states(connection, self._province)
        return lives([state.settled_to for state in states.values()], self._stops_after, now=now)


def lives(settled_to: list[datetime | None], stops_after: timedelta, *, now: datetime) -> bool:
    """Return whether a whole cycle finished lately: every source read, reviewed and settled less than `stops_after` ago."""
    return bool(settled_to) and all(moment is not None and now - moment < stops_after for moment in settled_to)
