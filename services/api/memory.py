"""Answers from memory: as long as nobody has written anything, the answer to the same question is the same.

Whoever lets a caller in asks the database anyhow, and hears which state of it is to be seen. An answer is kept under that state:
what was committed, by whatever process, is in the very next answer. It is kept for the minute, since texts count in minutes; the
instant a minute begins is apart, so that what is due by then is late right after it (docs/decisions/0008).
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.api.answers import Sent, known_tags
from services.api.caller import Caller
from services.api.metrics import Metrics
from services.api.problems import respond, unavailable
from services.api.reader import Reader
from services.api.worded import minute_of
from shared.db.views.seen import Seen
from shared.domain.access import Scope as AccessScope
from shared.errors import DatabaseUnavailable

MOST = 32 * 1024 * 1024
"""Bytes kept at most, in all."""

_KEPT = ("/v1/alerts", "/v1/dossiers", "/v1/scores")
"""What is read below these says nothing but what the database has, as this caller may see it, counted to the minute."""

_LARGEST_TAGS = 8192
"""A longer `If-None-Match` is refused by the route."""

_OVERHEAD = 1024
"""Bytes about what an answer takes beside its content."""


class Question(NamedTuple):
    """What an answer depends on beside the database: what is asked, in which form, and what the caller may see."""

    path: str
    query: bytes
    accepts: str
    agency: str | None
    scopes: frozenset[AccessScope]


@dataclass(frozen=True)
class Kept:
    """An answer, and the route that made it, for the log and the metrics."""

    sent: Sent
    route: Any


class Kepts:
    """The answers of one state of the database in one minute; a question that sees another forgets them all."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._of: tuple[str, datetime, bool] | None = None
        self._answers: OrderedDict[Question, Kept] = OrderedDict()
        self.size = 0

    def find(self, seen: Seen, question: Question) -> Kept | None:
        """Return the answer to a question, None where there is none of what is seen."""
        if self._of != _of(seen):
            self._of = _of(seen)
            self._answers.clear()
            self.size = 0
        return self._answers.get(question)

    def keep(self, seen: Seen, question: Question, kept: Kept) -> None:
        """Keep an answer, if nobody has seen anything else since; the oldest go where all are too large.

        It may have been made a moment after what was seen, of a later state: that one has another name, so nobody who sees
        the former gets anything older than he saw.
        """
        if self._of != _of(seen) or question in self._answers:
            return
        self._answers[question] = kept
        self.size += _size(question, kept)
        while self.size > self._most:
            self.size -= _size(*self._answers.popitem(last=False))


class Memory:
    """Stands behind the gate: keeps what is read of alerts, dossiers and scores, and gives it to whoever may see the same."""

    def __init__(self, app: ASGIApp, *, reader: Reader, metrics: Metrics, kepts: Kepts) -> None:
        self._app = app
        self._reader = reader
        self._metrics = metrics
        self._kepts = kepts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        question = _question(scope)
        if question is None:
            await self._app(scope, receive, send)
            return
        caller: Caller = scope["state"]["caller"]
        try:
            seen = caller.seen or await self._reader.look()
        except DatabaseUnavailable as error:
            await respond(unavailable(error), scope["path"])(scope, receive, send)
            return
        if kept := self._kepts.find(seen, question):
            await self._again(kept, scope, receive, send)
            return
        await self._app(scope, receive, send)
        if sent := scope["state"].get("sent"):
            self._kepts.keep(seen, question, Kept(sent, scope["route"]))

    async def _again(self, kept: Kept, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = kept.route
        self._metrics.remembered(kept.route.path)
        known = known_tags(Headers(scope=scope).get("if-none-match"))
        await kept.sent.to(known)(scope, receive, send)


def _question(scope: Scope) -> Question | None:
    """Return what is asked, None where the answer is not one that is kept."""
    if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(_KEPT):
        return None
    headers, caller = Headers(scope=scope), scope["state"]["caller"]
    if len(headers.get("if-none-match", "")) > _LARGEST_TAGS:
        return None
    return Question(scope["path"], scope["query_string"], ",".join(headers.getlist("accept")), caller.agency, caller.scopes)


def _of(seen: Seen) -> tuple[str, datetime, bool]:
    return seen.state, *minute_of(seen.now)


def _size(question: Question, kept: Kept) -> int:
    return _OVERHEAD + len(question.path) + len(question.query) + len(question.accepts) + len(kept.sent.content)
