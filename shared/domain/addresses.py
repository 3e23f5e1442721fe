"""To which addresses may be sent: a webhook must not be a way into the administration's own network.

Pure: what is written in a URL, and what a name resolved to, judged by what the configuration allows.
"""

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

import msgspec

from shared.errors import AddressRefused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS = frozenset({443, 80, 8443})
LONGEST_URL = 2000

_PRINTABLE = re.compile(r"[!-~]+")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_TRANSLATED = IPv6Network("64:ff9b::/96")
_GLOBAL_V6 = IPv6Network("2000::/3")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
_NEVER_PUBLIC: tuple[Network, ...] = (
    IPv4Network("168.63.129.16/32"),  # a cloud's metadata behind a public address
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv6Network("2002::/16"),  # 6to4
    IPv6Network("2001::/23"),  # Teredo and other protocols
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),
)


class Allowed(msgspec.Struct, frozen=True):
    """What the configuration allows besides public addresses over HTTPS on the usual ports."""

    networks: tuple[Network, ...] = ()
    http_hosts: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset()


class Receiver(msgspec.Struct, frozen=True):
    """A URL that may be sent to, taken apart: `host` is a name or an address without brackets, `path` has its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the header Host says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _default_port(self.scheme) else f"{host}:{self.port}"


def receiver(url: str, allowed: Allowed) -> Receiver:
    """Return a URL taken apart; raises `AddressRefused` for one that is never sent to, whatever its name resolves to."""
    if len(url) > LONGEST_URL:
        raise AddressRefused(f"must not be longer than {LONGEST_URL} characters")
    if not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise AddressRefused("must be printable ASCII without spaces or backslashes")
    parts = _split(url)
    host = _host(parts)
    if parts.scheme != "https" and (parts.scheme != "http" or host not in allowed.http_hosts):
        raise AddressRefused("must begin with https://")
    port = _port(parts)
    if port not in PORTS | allowed.ports:
        raise AddressRefused("must name port 443, 80 or 8443, or none")
    if (address := literal(host)) and not may_be_sent_to(address, allowed):
        raise AddressRefused("must not name an address in a private network")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Receiver(parts.scheme, host, port, path)


def vetted(addresses: Iterable[str], allowed: Allowed) -> tuple[str, ...]:
    """Return all addresses a name resolved to; raises `AddressRefused` when one of them may not be sent to, or there is none.

    One is enough: a name with a public and a private address would be sent to either, as it happens. Which one is not told.
    """
    found = tuple(dict.fromkeys(addresses))
    for written in found:
        try:
            address = ip_address(written)
        except ValueError:
            raise AddressRefused("its name resolves to what is no address") from None
        if not may_be_sent_to(address, allowed):
            raise AddressRefused("its name resolves to an address that is not allowed")
    if not found:
        raise AddressRefused("its name has no address")
    return found


def may_be_sent_to(address: Address, allowed: Allowed) -> bool:
    """Return whether an address is public, or in a network that is allowed.

    An IPv4 address inside an IPv6 one (mapped, or translated by NAT64) is judged as itself; of the other ways to hide one (6to4,
    Teredo, ISATAP, compatible) none is public.
    """
    if isinstance(address, IPv6Address):
        if address.scope_id:
            return False
        address = _inner(address) or address
    if address.is_unspecified or address.is_multicast or address == IPv4Address("255.255.255.255"):
        return False
    return any(address in network for network in allowed.networks) or _is_public(address)


def literal(host: str) -> Address | None:
    """Return the address that a host is written as, None for a name. Raises `AddressRefused` for odd spellings of one."""
    if ":" in host:
        try:
            return IPv6Address(host)
        except AddressValueError:
            raise AddressRefused("must name a host") from None
    if not _NUMBER.fullmatch(host.rpartition(".")[2]):
        return None
    try:
        return IPv4Address(host)  # four decimal numbers, none with a leading zero
    except AddressValueError:
        raise AddressRefused("must write an address as four decimal numbers") from None


def _is_public(address: Address) -> bool:
    if not address.is_global or address.is_reserved or any(address in network for network in _NEVER_PUBLIC):
        return False
    if isinstance(address, IPv6Address):
        return address in _GLOBAL_V6 and (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP
    return True


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that packets to this one really go to."""
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise AddressRefused("must be a URL") from None
    if "@" in parts.netloc:
        raise AddressRefused("must hold no user and no password")
    if parts.fragment or "#" in url:
        raise AddressRefused("must have no fragment")
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").removesuffix(".")
    if "[" in parts.netloc:
        if "%" in host or ":" not in host:
            raise AddressRefused("must name a host")
        return host
    if not host or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise AddressRefused("must name a host")
    return host


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise AddressRefused("must name a port from 1 to 65535") from None
    return _default_port(parts.scheme) if port is None else port


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
