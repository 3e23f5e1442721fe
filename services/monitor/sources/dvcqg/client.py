"""The portal's integration gateway: one address for everything, a session, and refusals inside HTTP 200."""

import time
from collections.abc import Sequence
from datetime import datetime

import msgspec
from pydantic import SecretStr

from services.monitor.sources.credentials import Credential, Grant, Seconds
from services.monitor.sources.decoding import decode_answer
from services.monitor.sources.dvcqg import catalogue, mapping, wire
from services.monitor.sources.dvcqg.petitions import DvcqgPetitions
from services.monitor.sources.http import Http, Limits, Retry, gateway_message
from services.monitor.sources.moments import to_portal
from services.monitor.sources.source import MAPPING_VERSION, Head, Page, Reading
from services.monitor.sources.values import number_word, text, word
from shared.config import PortalConfig
from shared.domain.catalogue import Agency, Procedure
from shared.domain.dossiers import fingerprint
from shared.errors import SourcePayload, SourceRejected

_ACCEPTED = "0"
_EXPIRED = "3"
_CATALOGUE_PAGE = 500
_MOST_CATALOGUE_PAGES = 200
"""100,000 procedures: more than the country has."""


class DvcqgSource:
    """The national portal as a `DossierSource` and a `CatalogueSource`; its `petitions` are a source of their own."""

    def __init__(
        self,
        config: PortalConfig,
        province: str,
        *,
        retry: Retry | None = None,
        limits: Limits | None = None,
        clock: Seconds = time.monotonic,
    ) -> None:
        self.name = config.name
        self.mark = fingerprint(MAPPING_VERSION)
        self._config = config
        self._province = province
        headers = {"dstcode": config.dst_code} if config.dst_code else {}
        self._http = Http(self.name, config.url, limits or Limits(config.timeout), retry or Retry(), headers)
        self._session = Credential(self.name, self._log_in, clock)
        self.petitions = DvcqgPetitions(config.petitions_name, province, self._page_of)

    async def page(self, *, since: datetime, number: int, size: int) -> Page:
        """Return page `number` (from 0) of the dossiers updated at or after `since`."""
        return await self._page_of("DanhSachHoSo", since, number, size)

    async def look_up(self, spellings: Sequence[str]) -> tuple[msgspec.Raw, ...]:
        """Return what the portal has under a dossier code, asked in each spelling until one answers."""
        for spelling in spellings:
            if items := await self._call("TraCuuHoSo", mahoso=spelling):
                return items
        return ()

    def head(self, item: msgspec.Raw) -> Head:
        """Return key and update time of an item; raises `RecordRefused`."""
        return mapping.head(item)

    def reading(self, item: msgspec.Raw, *, requested_at: datetime) -> Reading:
        """Translate an item asked for at `requested_at`; raises `RecordRefused`."""
        return mapping.reading(item, source=self.name, province=self._province, requested_at=requested_at)

    async def agencies(self) -> tuple[list[Agency], list[str]]:
        """Return every agency of the province, and what was refused."""
        return catalogue.agencies(await self._call("LayDanhMucCoQuan"), self._province)

    async def procedures(self) -> tuple[list[Procedure], list[str]]:
        """Return every procedure, and what was refused."""
        items: list[msgspec.Raw] = []
        last: tuple[msgspec.Raw, ...] = ()
        for number in range(1, _MOST_CATALOGUE_PAGES + 1):
            page = await self._call("LayDanhSachTTHC", trang=number, sobanghi=_CATALOGUE_PAGE)
            if page == last:  # it knows one page only, whatever number is asked for
                break
            items += page
            if len(page) < _CATALOGUE_PAGE:
                break
            last = page
        else:
            raise SourcePayload(self.name, "LayDanhSachTTHC: a list without an end")
        return catalogue.procedures(items)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _page_of(self, service: str, since: datetime, number: int, size: int) -> Page:
        body: dict[str, str | int] = {"ngaycapnhat1": to_portal(since), "trang": number + 1, "sobanghi": size}
        items, total = await self._http.retried(lambda: self._ask(service, body))
        more = total is not None and number * size + len(items) < total  # it may give fewer rows than it was asked for
        return Page(items, full=bool(items) and (len(items) >= size or more))

    async def _call(self, service: str, **body: str | int) -> tuple[msgspec.Raw, ...]:
        items, _ = await self._http.retried(lambda: self._ask(service, body))
        return items

    async def _ask(self, service: str, body: dict[str, str | int]) -> tuple[tuple[msgspec.Raw, ...], int | None]:
        """Return the items of an answer, and how many there are in all if it says so."""
        session = await self._session.current()
        answer = await self._post_service(service, body, session)
        if _code(answer) == _EXPIRED:
            session = await self._session.renewed(session)
            answer = await self._post_service(service, body, session)
        self._refuse_unless_accepted(service, answer, session)
        return self._items(answer.result), _count(answer.tongso)

    async def _post_service(self, service: str, body: dict[str, str | int], session: str) -> wire.Answer:
        envelope = {"session": session, "madonvi": self._config.unit_code, "service": service}
        return await self._post("/mapi/g", {**envelope, **body})

    async def _log_in(self) -> Grant:
        password = self._config.password.get_secret_value()
        answer = await self._post("/mapi/login", {"username": self._config.username, "password": password})
        self._refuse_unless_accepted("log-in", answer, "")
        session = word(answer.session)
        if not session:
            raise SourcePayload(self.name, "log-in: accepted, but without a session")
        return Grant(SecretStr(session))

    async def _post(self, path: str, body: dict[str, str | int]) -> wire.Answer:
        answer = decode_answer(self.name, await self._http.exchange("POST", path, json=body), wire.ANSWER)
        if not _code(answer):
            raise SourcePayload(self.name, "JSON of another shape than the contract's")
        return answer

    def _refuse_unless_accepted(self, call: str, answer: wire.Answer, session: str) -> None:
        if _code(answer) == _ACCEPTED:
            return
        secrets = (self._config.password.get_secret_value(), self._config.username, session, word(answer.session))
        code = gateway_message(_code(answer), secrets)[:20]
        message = gateway_message(answer.message, secrets)
        raise SourceRejected(self.name, f"{call}: refused with code {code}" + (f", {message}" if message else ""))

    def _items(self, result: msgspec.Raw) -> tuple[msgspec.Raw, ...]:
        """Return the items of a result; a look-up may answer with the one dossier itself instead of a list."""
        written = bytes(result)
        if written[:1] == b"[":
            items = decode_answer(self.name, written, wire.ITEMS)
            return tuple(items)
        if written[:1] == b"{":
            return (result,)
        if written in (b"null", b'""'):
            return ()
        raise SourcePayload(self.name, "JSON of another shape than the contract's")


def _code(answer: wire.Answer) -> str:
    return number_word(text(answer.error_code, set()))


def _count(written: object) -> int | None:
    """Return a number of rows, None for anything that is none."""
    digits = str(written)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None
