"""Names of receivers: resolved once, every address checked, and only what was checked is connected to."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence

from shared.domain.addresses import Allowed, literal, receiver, vetted
from shared.errors import AddressRefused

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a name, for a port. Raises `OSError` when it cannot be resolved."""

_CHECKING = 5.0  # seconds


async def check(url: str, allowed: Allowed, resolve: Resolve | None = None) -> None:
    """Raise `AddressRefused` for a URL that nothing would be sent to as it is now. The reason names no address."""
    found = receiver(url, allowed)
    try:
        async with asyncio.timeout(_CHECKING):
            await addresses_of(found.host, found.port, allowed, resolve or resolved)
    except (OSError, TimeoutError):
        raise AddressRefused("its name cannot be resolved") from None


async def addresses_of(host: str, port: int, allowed: Allowed, resolve: Resolve) -> tuple[str, ...]:
    """Return the addresses of a host, all of them checked. Raises `AddressRefused`, `OSError` when there is none."""
    written = literal(host)
    return vetted([str(written)] if written else await resolve(host, port), allowed)


async def resolved(host: str, port: int) -> Sequence[str]:
    """Return what the system's resolver says, asked in a thread of its own.

    A name whose servers do not answer would keep the few threads that all share busy, and the process from ending.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[str]] = loop.create_future()

    def settle(found: Sequence[str] | OSError | UnicodeError) -> None:
        if answer.done():
            return
        if isinstance(found, Exception):
            answer.set_exception(OSError("not resolved"))
        else:
            answer.set_result(found)

    def ask() -> None:
        try:
            found: Sequence[str] | OSError | UnicodeError = [
                str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            ]
        except (OSError, UnicodeError) as error:
            found = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    return await answer
