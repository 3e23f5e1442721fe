"""A session or a token: fetched once however many calls need it, renewed when it is refused or about to run out."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec
import structlog
from pydantic import SecretStr

from shared.errors import SourceRejected

_log = structlog.get_logger()

Seconds = Callable[[], float]
"""A clock that only runs forward, in seconds."""

_REFUSAL_STANDS = 10.0
"""Seconds a refused log-in is not tried again: a poll with many look-ups must not lock the account."""


class Grant(msgspec.Struct, frozen=True):
    """What a log-in gave; `lives` is None when the system did not say for how long."""

    secret: SecretStr
    lives: timedelta | None = None


class Credential:
    """Keeps one system's grant. `log_in` fetches one and raises `SourceError`."""

    def __init__(self, source: str, log_in: Callable[[], Awaitable[Grant]], clock: Seconds) -> None:
        self._source = source
        self._log_in = log_in
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._secret: SecretStr | None = None
        self._ends = float("inf")
        self._refusal: SourceRejected | None = None
        self._refused_at = 0.0

    async def current(self) -> str:
        """Return a secret that should still hold."""
        async with self._one_at_a_time:
            if self._secret is None or self._clock() >= self._ends:
                await self._fetch()
            return self._value()

    async def renewed(self, refused: str) -> str:
        """Return another secret than the one just refused; parallel callers share one log-in."""
        async with self._one_at_a_time:
            if self._secret is None or self._secret.get_secret_value() == refused:
                await self._fetch()
            return self._value()

    async def _fetch(self) -> None:
        if self._refusal is not None and self._clock() < self._refused_at + _REFUSAL_STANDS:
            raise SourceRejected(self._source, self._refusal.reason)
        self._secret = self._refusal = None
        try:
            grant = await self._log_in()
        except SourceRejected as refusal:
            self._refusal, self._refused_at = refusal, self._clock()
            raise
        self._keep(grant)
        _log.info("source_logged_in", source=self._source)

    def _keep(self, grant: Grant) -> None:
        self._secret, self._ends = grant.secret, float("inf")
        if grant.lives is not None:
            seconds = grant.lives.total_seconds()
            self._ends = self._clock() + seconds - min(30.0, seconds / 5)

    def _value(self) -> str:
        return self._secret.get_secret_value() if self._secret else ""
