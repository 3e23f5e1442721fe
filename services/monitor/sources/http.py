"""Calls to one outside system: limits, short retries, and the one place where errors of the wire become ours."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NoReturn, TypeVar

import httpx
import msgspec
import stamina

from services.monitor.sources.values import text
from shared.calls import asked
from shared.errors import SourcePayload, SourceRejected, SourceUnavailable

T = TypeVar("T")

_AT_ONCE = 3
_LARGEST_BODY = 64 * 2**20
_LONGEST_MESSAGE = 200
_TRY_LATER = frozenset({httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS})
_PRIVATE = re.compile(r"\S+@\S+|\d(?:[ .]?\d){8,}")
"""E-mail addresses, and runs of digits as long as a telephone or identity number."""


class Unauthorised(SourceRejected):
    """HTTP 401: a new token may help, once."""


class Retry(msgspec.Struct, frozen=True):
    """How often and how long after each other a call is tried; waits in seconds.

    `longest_asked` caps what a system may ask for with Retry-After: the next poll is soon enough for anything longer.
    """

    attempts: int = 3
    first_wait: float = 0.2
    longest_wait: float = 2.0
    jitter: float = 0.3
    longest_asked: float = 30.0

    def back_off(self, error: Exception) -> bool | float:
        """Return whether to try again, or after how many seconds."""
        if isinstance(error, SourceUnavailable) and error.retry_after is not None:
            return max(0.0, min(error.retry_after.total_seconds(), self.longest_asked))
        return isinstance(error, SourceUnavailable | SourcePayload)


class Limits(msgspec.Struct, frozen=True):
    """What one exchange may cost: time in all, and bytes of the answer."""

    timeout: timedelta
    largest_body: int = _LARGEST_BODY


class Http:
    """One system's HTTP client.

    Args:
        source: the source's configured name, for errors.
        base_url: without a slash at its end.
        headers: sent with every call, besides the User-Agent.
    """

    def __init__(self, source: str, base_url: str, limits: Limits, retry: Retry, headers: dict[str, str]) -> None:
        self.source = source
        self._base_url = base_url
        self._limits = limits
        self._retry = retry
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._client = httpx.AsyncClient(
            headers=httpx.Headers({"User-Agent": user_agent(), "Accept": "application/json", **headers}, encoding="utf-8"),
            timeout=httpx.Timeout(limits.timeout.total_seconds(), pool=None),
            limits=httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE),
            verify=not base_url.startswith("http:"),  # plain HTTP has nothing to verify; loading the authorities takes a while
            follow_redirects=False,
            trust_env=False,
        )

    async def retried(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return what `call` returns, tried again while the system is unavailable or its answer unreadable."""
        retry = self._retry
        async for attempt in stamina.retry_context(
            on=retry.back_off,
            attempts=retry.attempts,
            timeout=None,
            wait_initial=retry.first_wait,
            wait_max=retry.longest_wait,
            wait_jitter=retry.jitter,
        ):
            with attempt:
                return await call()
        raise AssertionError("the last attempt returns or raises")  # pragma: no cover

    async def exchange(self, method: str, path: str, **request: Any) -> bytes:
        """Return the body of a successful answer; raises `SourceError`, `Unauthorised` for 401."""
        url = self._base_url + path
        with asked(method, url, watch766__source=self.source) as traced:
            async with self._slots, self._translated(), self._client.stream(method, url, **request) as response:
                traced.set_attribute("http.response.status_code", response.status_code)
                self._check(response)
                return await self._body(response)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        seconds = self._limits.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                yield
        except (TimeoutError, httpx.TimeoutException):
            raise SourceUnavailable(self.source, f"no complete answer within {seconds:g} s") from None
        except httpx.DecodingError:
            raise SourcePayload(self.source, "an answer whose compression is broken") from None
        except httpx.InvalidURL:
            raise SourceRejected(self.source, "the address cannot be used") from None
        except (httpx.HTTPError, OSError) as error:
            raise SourceUnavailable(self.source, f"no connection, or it broke ({type(error).__name__})") from None

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        if response.is_success:
            return
        if status in _TRY_LATER or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise SourceUnavailable(self.source, f"HTTP {status}", retry_after(response.headers))
        if status == httpx.codes.UNAUTHORIZED:
            raise Unauthorised(self.source, "HTTP 401: it does not accept our credentials")
        if response.is_redirect:
            raise SourceRejected(self.source, f"HTTP {status}: a redirect, which is not followed")
        raise SourceRejected(self.source, f"HTTP {status}")

    async def _body(self, response: httpx.Response) -> bytes:
        declared = response.headers.get("Content-Length", "")
        if declared.isdecimal() and int(declared[:20]) > self._limits.largest_body:
            self._too_large()
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self._limits.largest_body:
                self._too_large()
        return bytes(body)

    def _too_large(self) -> NoReturn:
        raise SourcePayload(self.source, f"an answer of more than {self._limits.largest_body} bytes")


def user_agent() -> str:
    """Return how the monitor names itself to other systems."""
    try:
        return f"Watch766/{version('watch766')}"
    except PackageNotFoundError:
        return "Watch766/0"


def retry_after(headers: httpx.Headers) -> timedelta | None:
    """Return how long a system asks us to wait, in seconds or until a date; None where it does not, or not readably.

    A date is compared with the system's own Date where it sends one: its clock need not be ours.
    """
    asked = headers.get("Retry-After", "").strip()
    if asked.isdecimal():
        return timedelta(seconds=int(asked[:6]))
    until = _http_date(asked)
    if until is None:
        return None
    now = _http_date(headers.get("Date", "")) or datetime.now(UTC)
    return max(until - now, timedelta())


def gateway_message(message: object, secrets: Iterable[str] = (), *, longest: int = _LONGEST_MESSAGE) -> str:
    """Return another system's own words, fit to store: short, and without secrets, addresses or long numbers."""
    words = message if isinstance(message, str) else ""
    for secret in secrets:
        words = words.replace(secret, "…") if secret else words
    return text(_PRIVATE.sub("…", words), set(), longest)


def _http_date(written: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
