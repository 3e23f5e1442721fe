"""Values as JSON or CSV: moments in the province's time, a tag to ask again with, written once and never validated again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import Depends, Header, Request, Response

from services.api.negotiation import CSV, JSON, chosen
from services.api.problems import not_acceptable
from services.api.schemas.base import Schema
from services.api.sheets import as_json, sheet
from shared.domain.working_time import LOCAL

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_TAG = re.compile(r'(?:W/)?("[^"]*")')
_AS_THEY_ARE = frozenset({bool, int, float, type(None), msgspec.Raw})
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9]+", re.ASCII)


@dataclass(frozen=True)
class Sent:
    """An answer as it goes out, whoever it goes to. `tag`: what it is known by."""

    tag: str
    content: bytes
    media_type: str
    headers: Mapping[str, str]

    def to(self, known: frozenset[str]) -> Response:
        """Return it, or only 304 to a caller who has this very answer."""
        if self.tag in known or "*" in known:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=self.headers)
        return Response(self.content, headers=self.headers, media_type=self.media_type)


@dataclass(frozen=True)
class Answer:
    """How one request is to be answered.

    `form`: the media type chosen. `known`: the tags of the answers the caller already has.
    """

    request: Request
    form: str
    known: frozenset[str] = frozenset()

    def of(self, body: Mapping[str, Any]) -> Response:
        """Return a value as JSON, or only 304 where the caller has this very answer."""
        return self._sent(as_json(plain(body)), JSON, {})

    def computed(self, body: Mapping[str, Any]) -> Response:
        """Return as JSON what was worked out from the body of this request: nothing to keep or to ask again for."""
        return self.made(body, HTTPStatus.OK)

    def made(self, body: Mapping[str, Any], status: HTTPStatus, *, location: str | None = None) -> Response:
        """Return as JSON what a request has made or set going; `location`: where it is read from now on."""
        headers = {"Cache-Control": "no-store", "Vary": "Accept", **({"Location": location} if location else {})}
        return Response(as_json(plain(body)), status, headers, JSON)

    def _sent(self, content: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
        told = "".join(headers.values()).encode()
        tag = f'"{blake2b(content + told, digest_size=12).hexdigest()}"'
        headers = {"ETag": f"W/{tag}", "Cache-Control": "no-cache", "Vary": "Accept", **headers}
        sent = Sent(tag, content, media_type, headers)
        self.request.state.sent = sent
        return sent.to(self.known)


@dataclass(frozen=True)
class ListAnswer(Answer):
    """How a list is to be answered: as JSON, or its items as CSV."""

    def page(self, body: Mapping[str, Any], item: type[Schema], rows: Sequence[Mapping[str, Any]] | None = None) -> Response:
        """Return a list, with the address of its next page; `rows` are what CSV holds where it is not `items`."""
        headers = self._next(body.get("next_cursor"))
        if self.form == JSON:
            return self._sent(as_json(plain(body)), JSON, headers)
        content = sheet(item, plain(body["items"] if rows is None else rows)).encode("utf-8-sig")
        named = {"Content-Disposition": f'attachment; filename="{_file_name(self.request.url.path)}"'}
        return self._sent(content, f"{CSV}; charset=utf-8", {**headers, **named})

    def _next(self, cursor: str | None) -> dict[str, str]:
        if cursor is None:
            return {}
        asked = [(name, value) for name, value in self.request.query_params.multi_items() if name != "cursor"]
        return {"Link": f'<{self.request.url.path}?{urlencode([*asked, ("cursor", cursor)])}>; rel="next"'}


_IfNoneMatch = Annotated[
    str | None, Header(description="The `ETag` of an earlier answer: 304 if it would be the same", max_length=8192)
]


async def answer(request: Request, if_none_match: _IfNoneMatch = None) -> Answer:
    """Return how to answer, from the headers `Accept` and `If-None-Match`; raises the problem of a form nobody offers."""
    return Answer(request, _form(request, (JSON,)), known_tags(if_none_match))


async def computed_answer(request: Request) -> Answer:
    """Return how to answer a request that is no reading, likewise; what the caller already has does not matter."""
    return Answer(request, _form(request, (JSON,)))


async def list_answer(request: Request, if_none_match: _IfNoneMatch = None) -> ListAnswer:
    """Return how to answer with a list, likewise."""
    return ListAnswer(request, _form(request, (JSON, CSV)), known_tags(if_none_match))


AnAnswer = Annotated[Answer, Depends(answer)]
AComputedAnswer = Annotated[Answer, Depends(computed_answer)]
AListAnswer = Annotated[ListAnswer, Depends(list_answer)]


def plain(value: Any) -> Any:
    """Return a value in JSON's own types, every field present, every moment in local time, also those kept as text."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, str):
        return _moment(value) if value[10:11] == "T" and _MOMENT.fullmatch(value) else value
    if isinstance(value, datetime):
        return _local(value)
    if isinstance(value, Mapping):
        return {
            name: item if type(item) in _AS_THEY_ARE or (type(item) is str and item[10:11] != "T") else plain(item)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    return value


def _form(request: Request, offered: Sequence[str]) -> str:
    form = chosen(",".join(request.headers.getlist("accept")), offered)
    if form is None:
        raise not_acceptable(offered)
    return form


def known_tags(if_none_match: str | None) -> frozenset[str]:
    """Return the tags a header `If-None-Match` names, or `*`; none where there is no such header."""
    if if_none_match is None:
        return frozenset()
    return frozenset({"*"} if if_none_match.strip() == "*" else _TAG.findall(if_none_match))


def _file_name(path: str) -> str:
    """Return the name a list is saved under: `/v1/sources/igate/rejects` is `sources-igate-rejects.csv`."""
    return _NOT_A_NAME.sub("-", path.removeprefix("/v1/")).strip("-") + ".csv"


def _moment(text: str) -> datetime | str:
    try:
        return _local(datetime.fromisoformat(text))
    except ValueError:
        return text


def _local(moment: datetime) -> datetime:
    try:
        return moment.astimezone(LOCAL)
    except OverflowError:  # the last day of the year 9999 has no morning seven hours later
        return moment
