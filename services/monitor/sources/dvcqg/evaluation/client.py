"""The portal's public evaluation over HTTP: no log-in, status 201, and a `code` that decides whether it is an answer."""

import re
from collections.abc import Collection
from functools import partial
from typing import Any

import msgspec

from services.monitor.sources.decoding import FieldRefused, decode_answer, decode_item
from services.monitor.sources.dvcqg.evaluation import mapping, wire
from services.monitor.sources.http import Http, Limits, Retry, gateway_message
from services.monitor.sources.values import many, text, word
from shared.config import EVALUATION, EvaluationConfig
from shared.domain import codes
from shared.domain.periods import Period, PeriodKind
from shared.domain.published import Endpoint, PublishedUnit
from shared.errors import SourcePayload, SourceRejected

_PATH = "/api/v1/reporting/evaluation/"
_OK = "OK"
_PROVINCE = re.compile(r"[A-Z]\d{2}", re.ASCII)
_CODE = re.compile(r"[A-Z]\d{2}(\.\d{1,4}){0,3}", re.ASCII)
_PAGE_SIZES = {Endpoint.PROGRESS: 100, Endpoint.PAYMENT: 100}
_LARGEST_PAGE = 200
_MOST_PAGES = 50
"""10,000 units: as many as the country has."""


class UnitRefused(msgspec.Struct, frozen=True):
    """A unit that could not be used: its code in normal form, else its place in the list; which field, and why."""

    code: str
    field: str
    reason: str


class Reading(msgspec.Struct, frozen=True):
    """One answer, all its pages: the units that can be used, those that cannot, and what is kept of it."""

    units: list[PublishedUnit]
    refused: list[UnitRefused]
    pages: int
    kept: bytes


class _Pages(msgspec.Struct, frozen=True):
    """The units of the pages read so far; what stands above them is that of the first."""

    above: msgspec.Raw
    below: list[msgspec.Raw]
    count: int = 1


class EvaluationSource:
    """The public evaluation of one province. Every call raises `SourceError` and nothing else when it cannot be read.

    Args:
        base_url: without a slash at its end.
        province: the code of the province whose units are asked for.
    """

    def __init__(
        self,
        config: EvaluationConfig,
        base_url: str,
        province: str,
        *,
        retry: Retry | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.name = EVALUATION
        self.root = config.root_department_id
        self._province = province
        self._http = Http(self.name, base_url, limits or Limits(timeout=config.timeout), retry or Retry(), {})

    async def read(self, endpoint: Endpoint, period: Period, root: str | None) -> Reading:
        """Return what one part of the evaluation says of a period; `root` is the province's id there.

        The ranking of the provinces needs no root, everything else does. Never ask for a month that has not ended.
        """
        if root is None and endpoint is not Endpoint.RESULTS:
            raise SourceRejected(self.name, f"{endpoint}: the province's id is not known (evaluation.root_department_id)")
        pages = await self._pages(endpoint, _asked(endpoint, period, root))
        try:
            above = decode_item(pages.above, wire.UNIT)
            first = [] if endpoint is Endpoint.RESULTS else [mapping.unit(above, endpoint, self._root_code(above))]
        except FieldRefused as refused:
            raise SourcePayload(self.name, f"{endpoint}: {_above(endpoint)}: {refused}") from None
        return self._reading(endpoint, above, first, pages)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _reading(self, endpoint: Endpoint, above: wire.Unit, first: list[PublishedUnit], pages: _Pages) -> Reading:
        found = {unit.code: unit for unit in first}
        kept, refused = [], []
        for place, item in enumerate(pages.below):
            try:
                written = decode_item(item, wire.UNIT)
                kept.append(written)
                unit = mapping.unit(written, endpoint, self._code(endpoint, written, found))
            except FieldRefused as problem:
                refused.append(UnitRefused(_name(item, place), problem.field, problem.reason))
            else:
                found.setdefault(unit.code, unit)  # the province may stand above and in the list
        if self._province not in found:
            why = next((f"{each.field}: {each.reason}" for each in refused if each.code == self._province), "missing")
            raise SourcePayload(self.name, f"{endpoint}: the province itself: {why}")
        return Reading(list(found.values()), refused, pages.count, mapping.kept(above, kept))

    def _root_code(self, above: wire.Unit) -> str:
        """Return the province's code, which stands above its units; it may be left out, another one may not be there."""
        code = mapping.code_of(above) or self._province
        if code != self._province:
            raise FieldRefused("departmentCode", "another province")
        return code

    def _code(self, endpoint: Endpoint, unit: wire.Unit, found: Collection[str]) -> str:
        code = mapping.code_of(unit)
        if code in found and code != self._province:
            raise FieldRefused("departmentCode", "listed twice")
        if not code:
            raise FieldRefused("departmentCode", "missing")
        if endpoint is Endpoint.RESULTS and not _PROVINCE.fullmatch(code):
            raise FieldRefused("departmentCode", "not a province's code")
        if endpoint is not Endpoint.RESULTS and not codes.is_within(code, self._province):
            raise FieldRefused("departmentCode", "outside the province")
        return code

    async def _pages(self, endpoint: Endpoint, body: dict[str, Any]) -> _Pages:
        size = _PAGE_SIZES.get(endpoint, _LARGEST_PAGE)
        pages = page = await self._http.retried(partial(self._page, endpoint, {**body, "currentPage": 1, "pageSize": size}))
        while len(page.below) >= size:
            if pages.count == _MOST_PAGES:
                raise SourcePayload(self.name, f"{endpoint}: a list without an end")
            asked = {**body, "currentPage": pages.count + 1, "pageSize": size}
            following = await self._http.retried(partial(self._page, endpoint, asked))
            if following.below == page.below:  # it knows one page only, whatever number is asked for
                break
            pages, page = _Pages(pages.above, pages.below + following.below, pages.count + 1), following
        return pages

    async def _page(self, endpoint: Endpoint, body: dict[str, Any]) -> _Pages:
        answer = decode_answer(self.name, await self._http.exchange("POST", _PATH + endpoint, json=body), wire.ENVELOPE)
        if word(answer.code) != _OK:
            told = ", ".join(filter(None, (gateway_message(text(answer.code, set()))[:40], gateway_message(answer.message))))
            raise SourceRejected(self.name, f"{endpoint}: refused" + (f" with {told}" if told else " without a code"))
        listing = decode_answer(self.name, bytes(answer.data), wire.LISTING)
        above, below = (
            (listing.parent, listing.children) if _above(endpoint) == "parent" else (listing.overview, listing.evaluation)
        )
        if bytes(above) == b"null":
            raise SourcePayload(self.name, f"{endpoint}: without its {_above(endpoint)}")
        try:
            return _Pages(above, many(below, "list"))
        except FieldRefused:
            raise SourcePayload(self.name, f"{endpoint}: JSON of another shape than the contract's") from None


def _above(endpoint: Endpoint) -> str:
    """Return what the unit above the others is called."""
    return "parent" if endpoint in (Endpoint.PROGRESS, Endpoint.ONLINE, Endpoint.PAYMENT) else "overview"


def _asked(endpoint: Endpoint, period: Period, root: str | None) -> dict[str, Any]:
    """Return what is asked for, without the page."""
    if endpoint is Endpoint.RESULTS:
        return {**_time(period), "departmentType": "ADMINISTRATIVE_UNIT"}
    if endpoint is Endpoint.SATISFACTION:
        return {"fromDate": str(period.first_day), "toDate": str(period.last_day), "rootDepartmentId": root}
    return {**_time(period), "rootDepartmentId": root}


def _time(period: Period) -> dict[str, Any]:
    asked: dict[str, Any] = {"timeType": period.kind.value, "year": period.year}
    if period.kind is PeriodKind.MONTH:
        asked["month"] = period.first_month
    if period.kind is PeriodKind.QUARTER:
        asked["quarter"] = (period.first_month + 2) // 3
    return asked


def _name(item: msgspec.Raw, place: int) -> str:
    """Return how a unit that is refused is called: its code, else its place."""
    try:
        written = word(decode_item(item, wire.KEY).department_code)
    except FieldRefused:
        written = ""
    code = codes.agency(written)
    return code if _CODE.fullmatch(code) else f"#{place + 1}"
