"""One sending to one receiver, whatever it does: bounded in time and in what is read, and its outcome a value."""

import asyncio
import ssl
from collections.abc import Mapping
from datetime import timedelta

import httpcore
import httpx
import msgspec

from services.monitor.sources.http import gateway_message, retry_after, user_agent
from services.monitor.webhooks.pinned import PinnedBackend
from shared.calls import asked
from shared.domain.addresses import Allowed, Receiver, receiver
from shared.domain.delivery import Answer
from shared.errors import AddressRefused
from shared.receivers import Resolve, resolved

MOST_READ = 16 * 2**10
MOST_KEPT = 2**10

_IDLE = 2.0
"""Seconds an unused connection is kept: servers close theirs after five or more, and one closed under a request is a failure."""


class Sent(msgspec.Struct, frozen=True):
    """What came of one sending; `beginning` is that of the answer, fit to store."""

    answer: Answer
    milliseconds: int
    beginning: str | None = None


class Sender:
    """Sends to many receivers at once. Nothing of the environment is heeded: no proxy, no `.netrc`.

    Args:
        timeout: of one whole sending, however slowly anything comes.
        at_once: how many are under way at the same time at most.
        tls: how certificates are verified; None: as everywhere, by the authorities of certifi.
    """

    def __init__(
        self,
        allowed: Allowed,
        timeout: timedelta,
        at_once: int,
        *,
        resolve: Resolve = resolved,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = allowed
        self._seconds = timeout.total_seconds()
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(trust_env=False),
            max_connections=at_once,
            keepalive_expiry=_IDLE,
            network_backend=PinnedBackend(allowed, resolve),
        )
        self._headers = {"Content-Type": "application/json", "User-Agent": user_agent(), "Accept-Encoding": "identity"}

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """Post a body; whatever goes wrong is the outcome, never an error."""
        clock = asyncio.get_running_loop().time
        started = clock()
        answer, beginning = await self._outcome(url, headers, body)
        return Sent(answer, int((clock() - started) * 1000), beginning)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def _outcome(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[Answer, str | None]:
        try:
            to = receiver(url, self._allowed)
            async with asyncio.timeout(self._seconds):
                return await self._exchange(to, headers, body)
        except AddressRefused as refused:
            return Answer(None, f"the address is not sent to: {refused}"), None
        except (TimeoutError, httpcore.TimeoutException):
            return Answer(None, f"no complete answer within {self._seconds:g} s"), None
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            return Answer(None, "no answer, or none in HTTP"), None
        except (httpcore.NetworkError, OSError) as error:
            return Answer(None, _why_not_connected(error)), None

    async def _exchange(self, to: Receiver, headers: Mapping[str, str], body: bytes) -> tuple[Answer, str]:
        url = httpcore.URL(scheme=to.scheme, host=to.host, port=to.port, target=to.path)
        every = {"Host": to.authority, "Content-Length": str(len(body)), **self._headers, **headers}
        with asked("POST", f"{to.scheme}://{to.authority}") as traced:
            async with self._pool.stream("POST", url, headers=list(every.items()), content=body) as response:
                traced.set_attribute("http.response.status_code", response.status)
                beginning = await _beginning(response)
                return _answer(response), _storable(beginning)


async def _beginning(response: httpcore.Response) -> bytes:
    """Return the first bytes of an answer. The rest of a long one is not read: the connection is closed instead."""
    kept, read = bytearray(), 0
    async for chunk in response.aiter_stream():
        kept += chunk[: MOST_KEPT - len(kept)]
        read += len(chunk)
        if read > MOST_READ:
            break
    return bytes(kept)


def _answer(response: httpcore.Response) -> Answer:
    status = response.status
    if 200 <= status < 300:
        return Answer(status)
    asked = retry_after(httpx.Headers(response.headers))
    return Answer(status, "a redirect, which is not followed" if 300 <= status < 400 else f"HTTP {status}", asked)


def _storable(beginning: bytes) -> str:
    """Return the beginning of an answer as text: printable, without NUL, addresses or numbers as long as a citizen's."""
    return gateway_message(beginning.decode("utf-8", "replace"), longest=MOST_KEPT)


def _why_not_connected(error: Exception) -> str:
    if isinstance(error.__cause__ or error.__context__ or error, ssl.SSLCertVerificationError):
        return "its certificate is not accepted"
    if isinstance(error.__cause__ or error.__context__ or error, ssl.SSLError):
        return "no TLS connection"
    return "no connection, or it broke"
