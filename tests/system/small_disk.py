"""A file system of its own for a server, so small that it can be filled to the last byte."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = 256
"""MiB: nearly three times what a seed needs, its write-ahead log among it; what is filled is memory."""

_PIECE = bytes(2**20)

_KEEPER = """
trap '' INT TERM HUP
mount -t tmpfs -o size=$2m,mode=755 watch766-tests "$1" || exit 1
echo mounted
read -r _
rm -rf "$1"/*
umount --lazy "$1" && rmdir "$1"
"""
"""Mounts, and unmounts when its standard input ends: that is when the tests are done with it, or were killed.

A server they left behind ends within a minute without its files, and holds no memory until then.
"""


class SmallDisk:
    """A folder that is a file system of its own; where that could not be made, `refusal` says why, and it is any folder."""

    def __init__(self, folder: Path, refusal: str = "") -> None:
        self.folder, self.refusal = folder, refusal
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no byte to anybody else, until it is emptied."""
        assert not self.refusal, self.refusal
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(_PIECE)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def empty(self) -> None:
        """Give everything back."""
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Mount a small disk at an empty folder, for the length of the block; however this process ends, it is unmounted."""
    with subprocess.Popen(
        ["/bin/sh", "-c", _KEEPER, "sh", str(folder), str(SIZE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "LC_ALL": "C"},
    ) as keeper:
        assert keeper.stdout
        told = keeper.stdout.readline().strip()
        yield SmallDisk(folder, "" if told == "mounted" else told)
