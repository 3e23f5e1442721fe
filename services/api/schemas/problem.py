"""Errors, as RFC 9457 problem documents."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from services.api.schemas.base import Schema


class ParameterProblem(Schema):
    """What is wrong with one parameter."""

    parameter: str = Field(description="Its name; in a body, the way to it, such as `ratios.2.1.numerator`")
    reason: str


class ProblemDocument(Schema):
    """Why a request could not be answered."""

    type: str = Field(description="`urn:watch766:problem:` and what kind it is")
    title: str
    status: int
    detail: str = Field(description="What to do about it")
    instance: str = Field(description="The path that was asked for")
    errors: list[ParameterProblem]


Responses = dict[int | str, dict[str, Any]]


def _problems(described: Mapping[int, str]) -> Responses:
    return {status: {"model": ProblemDocument, "description": text} for status, text in described.items()}


_UNCHANGED: Responses = {304: {"description": "Nothing changed since the answer whose `ETag` was sent"}}
_ACCESS = {
    401: "No credentials, or none that are good; why, nobody is told",
    403: "The credentials have not the scope this needs",
    429: "Too many requests with these credentials, or too many bad ones from this address; `Retry-After` says when again",
}
_ALWAYS = _ACCESS | {
    405: "Another method than the header `Allow` names",
    406: "`Accept` names no form this path answers in",
    422: "A parameter that is unknown or cannot be used, by name",
    431: "The address and the headers are too large",
    500: "Our mistake; the log tells why under the request's id",
    503: "The database does not answer, or not in time; it may work later",
}
_BODY = {
    408: "The body did not come in time",
    413: "The body is too large",
    422: "A body, or a place in it, that cannot be used, by name",
}
_CHANGED = {
    409: "It cannot be done as things stand; the detail tells what to do first",
}
_BAD_CURSOR = {400: "A cursor of another list, other filters or another sort, or none at all"}
_MISSING = {404: "There is none, or it may not be seen"}
_NEXT = {"Link": {"description": 'The next page, as `<address>; rel="next"`', "schema": {"type": "string"}}}
_LOCATED: Responses = {
    201: {"description": "It is made", "headers": {"Location": {"description": "Where it is read", "schema": {"type": "string"}}}}
}
_TABLE: Responses = {200: {"description": "The answer, as `Accept` asks", "content": {"text/csv": {}}}}
_STREAM: Responses = {200: {"description": "Events as they happen", "content": {"text/event-stream": {}}}}
_PAGES: Responses = {200: {**_TABLE[200], "headers": _NEXT}}

ACCESS_ANSWERS = _problems(_ACCESS)
ANSWERS = _UNCHANGED | _problems(_ALWAYS)
COMPUTED_ANSWERS = _problems(_ALWAYS | _BODY)
TABLE_ANSWERS = ANSWERS | _TABLE
ONE_ANSWERS = ANSWERS | _problems(_MISSING)
CHANGE_ANSWERS = _problems(_ALWAYS | _BODY | _CHANGED | _MISSING)
MADE_ANSWERS = _problems(_ALWAYS | _BODY | _CHANGED) | _LOCATED
FEED_ANSWERS = ANSWERS | _problems(_BAD_CURSOR)
STREAM_ANSWERS = _problems(_ALWAYS) | _problems(_BAD_CURSOR) | _STREAM
LIST_ANSWERS = ANSWERS | _PAGES | _problems(_BAD_CURSOR)
BOTH_ANSWERS = LIST_ANSWERS | ONE_ANSWERS
"""What a path may answer beside its model: about who asks, anything, what is worked out from a body, a table, one thing, what was
changed, what was made, what a feed has next, a live stream, a page of a list, a page of what belongs to one.
"""
