"""Faults on demand: what a real system does on a bad day. They live in memory, and are counted per system.

What is true of the dossiers never depends on them: those that change how calls are answered change no dossier, and those that
change rows (`effects`) choose dossiers of which nothing else is true than before.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta
from starlette.responses import Response

LARGEST_MOVE = 50
LARGEST_DELAY = 280
"""Seconds: less than the five minutes that a reader goes back."""

Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]

_PAGE = b"<!DOCTYPE html><html><head><title>Request Rejected</title></head><body>Yeu cau bi tu choi.</body></html>"


EVALUATION = "evaluation"
"""The portal's public evaluation: a system of its own, that answers beside the gateway and has no rows."""


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """One fault of one system."""

    system: str


class AnswerFault(Fault):
    """A fault in how a system answers."""

    system: Literal["portal", "home", "special", "evaluation"]


class RowFault(Fault):
    """A fault in what a system knows: of its rows, its callers, the time."""

    system: Literal["portal", "home", "special"]


class Counted(AnswerFault):
    """A fault that the next `n` calls use up."""

    n: Count = 3


class Expired(RowFault, tag="expired"):
    """Every session and token given so far is invalid; once."""


class TooMany(Counted, tag="too_many"):
    """The next `n` (3) calls answer 429, to come back in a second."""


class ServerError(Counted, tag="server_error"):
    """The next `n` (3) calls answer 502."""


class Html(Counted, tag="html"):
    """The next `n` (3) calls answer 201 with an HTML page, as a firewall does."""


class Truncated(Counted, tag="truncated"):
    """The bodies of the next `n` (3) answers are cut short."""


class Down(AnswerFault, tag="down"):
    """Every call answers 503, until cleared."""


class PartialOutage(AnswerFault, tag="partial_outage"):
    """Every `n`-th (3rd) call answers 503, until cleared."""

    n: Count = 3


class Slow(AnswerFault, tag="slow"):
    """Every answer takes `seconds` (5), until cleared."""

    seconds: Seconds = 5


class Nulls(Fault, tag="nulls"):
    """No figure of the evaluation is known: all are null, until cleared."""

    system: Literal["evaluation"]


class BrokenRecords(RowFault, tag="broken_records"):
    """Every `every`-th (5th) quiet dossier cannot be read, until cleared; it has news when it breaks and when it is mended."""

    every: Count = 5


class MovingRows(RowFault, tag="moving_rows"):
    """Before each page, `n` (3, at most 50) quiet dossiers move to the end of the listing, until cleared.

    They come from all over the listing, so a reader in the middle of it finds rows skipped and rows repeated. Never more than a
    quarter of the page asked for, so that it comes to an end.
    """

    n: Annotated[int, Meta(ge=1, le=LARGEST_MOVE)] = 3


class Ties(RowFault, tag="ties"):
    """At once, `n` (600) quiet dossiers of the system get one common new update second, in every system that has them."""

    n: Count = 600


class LateRows(RowFault, tag="late_rows"):
    """At once, `n` (20) quiet dossiers have news in this system whose update time lies `behind_seconds` (120, at most 280) back.

    They stand in the listing where a reader has passed already, within the five minutes that it goes back.
    """

    n: Count = 20
    behind_seconds: Annotated[int, Meta(ge=1, le=LARGEST_DELAY)] = 120


class Replayed(RowFault, tag="replayed"):
    """Every page of the listing is answered as the first time since this was set, whatever is asked for, until cleared.

    So does a cache in front of a system. What was missed is there again within the five minutes that a reader goes back.
    """


class WrongClock(RowFault):
    """The system's clock is wrong: `n` (3) quiet dossiers have news by it at once."""

    seconds: Seconds = 600
    n: Annotated[int, Meta(ge=0)] = 3


class ClockAhead(WrongClock, tag="clock_ahead"):
    """Update times are stamped `seconds` (600) ahead of the true time, until cleared; no other date is.

    This holds for the dossiers of which nothing true depends on it: brief ones of the steady stream that carry no alert ever and
    are in step, and quiet ones, of which `n` (3) have news at once. Whatever goes wrong or is planted keeps right times, so that
    what lasts since when, on either side, stays what it was. The listing is in the order of what was stamped. A row's own time
    never goes back while this is set; in the second after it is cleared, every row stamped wrongly gets a right update time.
    """


class ClockBehind(WrongClock, tag="clock_behind"):
    """Update times are stamped `seconds` (600) behind the true time, until cleared; otherwise as `clock_ahead`.

    Further behind than a reader goes back, it misses rows until the clock is right again; a brief dossier bears that for hours.
    """


AnyFault = (
    Expired | TooMany | ServerError | Html | Truncated | Down | PartialOutage | Slow | Nulls
    | BrokenRecords | MovingRows | Ties | LateRows | Replayed | ClockAhead | ClockBehind
)  # fmt: skip

KINDS = {str(kind.__struct_config__.tag): " ".join((kind.__doc__ or "").split()) for kind in AnyFault.__args__}
"""What each kind does, by its name."""

_F = TypeVar("_F", bound=Fault)


class Faults:
    """The faults set at present, by system and kind."""

    def __init__(self) -> None:
        self._set: dict[tuple[str, type[Fault]], Fault] = {}
        self._calls: Counter[str] = Counter()
        self._pages: dict[tuple[str, int, int], dict[str, Any]] = {}

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._set.values()))

    def add(self, fault: Fault) -> None:
        self._set[fault.system, type(fault)] = fault

    def clear(self, system: str | None = None, kind: str | None = None) -> list[Fault]:
        """Forget the faults of a system and a kind, None standing for any; return what was forgotten."""
        gone = [f for f in self._set.values() if system in (None, f.system) and kind in (None, f.__struct_config__.tag)]
        for fault in gone:
            del self._set[fault.system, type(fault)]
        self._pages = {page: kept for page, kept in self._pages.items() if self.get(page[0], Replayed)}
        return gone

    def get(self, system: str, kind: type[_F]) -> _F | None:
        fault = self._set.get((system, kind))
        return fault if isinstance(fault, kind) else None

    async def wait(self, system: str) -> None:
        """Take the time that a slow system takes."""
        if slow := self.get(system, Slow):
            await asyncio.sleep(slow.seconds)

    def refusal(self, system: str) -> Response | None:
        """Return the answer that a fault gives in place of a system's own, and count it."""
        if self.get(system, Down) or self._is_out(system):
            return Response("Service Unavailable", 503, media_type="text/plain")
        if self._use(system, TooMany):
            return Response("Too Many Requests", 429, {"Retry-After": "1"}, "text/plain")
        if self._use(system, ServerError):
            return Response("Bad Gateway", 502, media_type="text/plain")
        if self._use(system, Html):
            return Response(_PAGE, 201, media_type="text/html")
        return None

    def page(self, system: str, offset: int, size: int, answered: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a request for a page, or the first one there was where old pages are replayed."""
        return self._pages.setdefault((system, offset, size), answered) if self.get(system, Replayed) else answered

    def cut(self, system: str, body: bytes) -> bytes:
        """Return a body, cut short where that fault is set."""
        return body[: len(body) // 2] if self._use(system, Truncated) else body

    def _is_out(self, system: str) -> bool:
        """Count a call of a system that is partly out; return whether this is one it does not answer."""
        outage = self.get(system, PartialOutage)
        if outage is None:
            return False
        self._calls[system] += 1
        return self._calls[system] % outage.n == 0

    def _use(self, system: str, kind: type[Counted]) -> bool:
        fault = self.get(system, kind)
        if fault is None:
            return False
        fault.n -= 1
        if fault.n <= 0:
            del self._set[system, kind]
        return True
