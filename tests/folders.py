"""Where the servers of the tests keep their files."""

import shutil
import tempfile
from pathlib import Path

import psutil

_MEMORY = Path("/dev/shm")
_PLENTY = 4 * 2**30
"""Bytes: so much must be free that two servers and whatever else runs do not miss it."""


def server_folder() -> Path:
    """Make a folder for a server's files, not pytest's own, which only its user may enter.

    In memory where there is plenty: each test has a database of its own, and to make and remove hundreds of files takes a disk
    longer than most tests take.
    """
    return Path(tempfile.mkdtemp(prefix="watch766-tests-", dir=_MEMORY if _is_roomy() else None))


def _is_roomy() -> bool:
    return _MEMORY.is_dir() and min(shutil.disk_usage(_MEMORY).free, psutil.virtual_memory().available) >= _PLENTY
