"""Ports for the servers of the tests."""

import random
import socket
from contextlib import ExitStack

_CANDIDATES = range(20_000, 30_000)
"""Below the ports that systems give to outgoing connections: none of these is taken between being chosen and being used."""


def free_ports(count: int) -> list[int]:
    """Return so many different ports on which nobody listens."""
    with ExitStack() as held:
        found: list[int] = []
        for port in random.sample(_CANDIDATES, len(_CANDIDATES)):
            if len(found) == count:
                break
            probe = held.enter_context(socket.socket())
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    return found
