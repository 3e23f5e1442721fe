"""The streams that are open: how many, whose, and until when each has to be asked for anew."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request

from services.api.problems import Problem, too_many_requests

MOST = 500
"""Streams of one process."""

MOST_OF_ONE = 20
"""Streams with the same credentials."""

_WAIT = 30  # seconds


class Streams:
    """Counts streams by who asked for them. `longest`: how long one may last."""

    def __init__(self, longest: timedelta, *, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self.longest = longest
        self._most = most
        self._most_of_one = most_of_one
        self.open: Counter[str] = Counter()

    def check(self, actor: str) -> None:
        """Raise the problem of one stream more than there may be."""
        if self.open[actor] >= self._most_of_one:
            raise too_many_requests(_WAIT)
        if self.open.total() >= self._most:
            detail = "too many streams are open here: ask again later, or ask /v1/events"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, kind="too-many-streams", headers={"Retry-After": str(_WAIT)})

    @contextmanager
    def one(self, actor: str) -> Iterator[None]:
        """Count a stream as long as it is open."""
        self.open[actor] += 1
        try:
            yield
        finally:
            self.open[actor] -= 1


async def streams(request: Request) -> Streams:
    """Return the streams of the application that answers."""
    found = request.app.state.streams
    if not isinstance(found, Streams):
        raise TypeError("the application was not built by create_app")
    return found


TheStreams = Annotated[Streams, Depends(streams)]
