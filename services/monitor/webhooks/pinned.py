"""Connections only to addresses that were checked: a name is resolved once, by us, at the moment of connecting."""

from collections.abc import Iterable

import httpcore

from shared.domain.addresses import Allowed
from shared.receivers import Resolve, addresses_of

SocketOptions = Iterable[httpcore.SOCKET_OPTION]


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Resolves and checks a host, then connects to one of the very addresses that were checked.

    TLS and the header Host go by the name all the same: httpcore takes them from the request, not from the connection.
    `connect_tcp` raises `AddressRefused` before anything is sent.
    """

    def __init__(self, allowed: Allowed, resolve: Resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await addresses_of(host, port, self._allowed, self._resolve)
        except OSError:
            raise httpcore.ConnectError("not resolved") from None
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)
