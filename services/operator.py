"""Who runs a command."""

import getpass

from shared.domain.access import Actor


def operator() -> Actor:
    """Return who runs this command, as the audit log names him."""
    try:
        return Actor(f"command:{getpass.getuser()}")
    except (OSError, KeyError):  # a container's user may have no name
        return Actor("command:unknown")
