"""A span for a call to an outside system: method, host and status; the path may hold a code or a secret."""

from contextlib import AbstractContextManager
from urllib.parse import urlsplit

from shared.tracing import Kind, Span, span


def asked(method: str, address: str, **attributes: str) -> AbstractContextManager[Span]:
    """Trace a call; of the address only host and port are told."""
    parts = urlsplit(address)
    port = parts.port or {"https": 443}.get(parts.scheme, 80)
    told = {"http__request__method": method, "server__address": parts.hostname or "", **attributes}
    return span(method, Kind.CLIENT, server__port=port, **told)
