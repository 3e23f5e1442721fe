"""Ports for the servers of the tests."""

import os
import random
import socket
from contextlib import ExitStack
from itertools import cycle

_PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PROCESSES = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_CANDIDATES = range(20_000 + _PROCESS, 30_000, _PROCESSES)
"""Below the ports that systems give to outgoing connections, and others than those of the processes that test beside this one:
none of these is taken between being chosen and being used."""
_IN_TURN = cycle(random.sample(_CANDIDATES, len(_CANDIDATES)))
"""Nor is one chosen again that was chosen and is not used yet."""


def free_ports(count: int) -> list[int]:
    """Return so many different ports on which nobody listens."""
    with ExitStack() as held:
        found: list[int] = []
        while len(found) < count:
            port = next(_IN_TURN)
            probe = held.enter_context(socket.socket())
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    return found
