"""iGate's API: a bearer token, slices without a total, and HTTP statuses that mean what they say."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from pydantic import SecretStr

from services.monitor.sources.credentials import Credential, Grant, Seconds
from services.monitor.sources.decoding import FieldRefused, decode_answer
from services.monitor.sources.http import Http, Limits, Retry, Unauthorised
from services.monitor.sources.igate import mapping, wire
from services.monitor.sources.moments import to_home
from services.monitor.sources.source import MAPPING_VERSION, Head, Page, Reading
from services.monitor.sources.values import Word, flag, many, word
from shared.config import IgateConfig
from shared.domain.dossiers import fingerprint
from shared.errors import SourcePayload, SourceRejected

_TOKEN = "/auth/realms/digo/protocol/openid-connect/token"  # noqa: S105 - an address
_SEARCH = "/pa/dossier/search"
_LOOK_UP_SIZE = 50
"""One code has one dossier, or a few where a system keeps old versions."""


class IgateSource:
    """One of the province's systems as a `DossierSource`."""

    def __init__(
        self,
        config: IgateConfig,
        province: str,
        *,
        retry: Retry | None = None,
        limits: Limits | None = None,
        clock: Seconds = time.monotonic,
    ) -> None:
        self.name = config.name
        self.mark = fingerprint(MAPPING_VERSION, config.statuses, config.channels)
        self._config = config
        self._province = province
        self._http = Http(self.name, config.url, limits or Limits(config.timeout), retry or Retry(), {})
        self._token = Credential(self.name, self._fetch_token, clock)

    async def page(self, *, since: datetime, number: int, size: int) -> Page:
        """Return page `number` (from 0) of the dossiers updated at or after `since`."""
        return await self._search({"page": number, "size": size, "updated-from": to_home(since)})

    async def look_up(self, spellings: Sequence[str]) -> tuple[msgspec.Raw, ...]:
        """Return what the system has under a dossier code, asked in each spelling until one answers."""
        for spelling in spellings:
            found = await self._search({"page": 0, "size": _LOOK_UP_SIZE, "code": spelling})
            if found.items:
                return found.items
        return ()

    def head(self, item: msgspec.Raw) -> Head:
        """Return key and update time of an item; raises `RecordRefused`."""
        return mapping.head(item)

    def reading(self, item: msgspec.Raw, *, requested_at: datetime) -> Reading:
        """Translate an item asked for at `requested_at`; raises `RecordRefused`."""
        return mapping.reading(item, config=self._config, province=self._province, requested_at=requested_at)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _search(self, asked: dict[str, str | int]) -> Page:
        return await self._http.retried(lambda: self._ask(asked))

    async def _ask(self, asked: dict[str, str | int]) -> Page:
        query = {"spec": "slice", "sort": "updatedDate,asc", **asked}
        token = await self._token.current()
        try:
            body = await self._get(query, token)
        except Unauthorised:
            body = await self._get(query, await self._token.renewed(token))
        return self._slice(decode_answer(self.name, body, wire.SLICE), int(asked["size"]))

    async def _get(self, query: dict[str, str | int], token: str) -> bytes:
        return await self._http.exchange("GET", _SEARCH, params=query, headers={"Authorization": f"Bearer {token}"})

    async def _fetch_token(self) -> Grant:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._config.client_id,
            "client_secret": self._config.client_secret.get_secret_value(),
        }
        try:
            body = await self._http.exchange("POST", _TOKEN, data=form)
        except SourceRejected as refusal:
            raise SourceRejected(self.name, f"token: {refusal.reason}") from None
        answer = decode_answer(self.name, body, wire.TOKEN)
        token = word(answer.access_token)
        if not token.isascii() or not token.isprintable() or not token:
            raise SourcePayload(self.name, "token: an answer without a usable one")
        return Grant(SecretStr(token), _lives(answer.expires_in))

    def _slice(self, found: wire.Slice, size: int) -> Page:
        """Return the items, and as `full` whether more may follow: what the system says of it, else by the count.

        A system may give fewer rows than it was asked for; it then says that they are not the last.
        """
        try:
            items = many(found.content, "content")
        except FieldRefused:
            raise SourcePayload(self.name, "JSON of another shape than the contract's") from None
        last = flag(found.last, set())
        return Page(tuple(items), full=bool(items) and (len(items) >= size if last is None else not last))


def _lives(seconds: Word) -> timedelta | None:
    written = word(seconds).partition(".")[0]
    return timedelta(seconds=int(written)) if written.isascii() and written.isdigit() and len(written) < 9 else None
