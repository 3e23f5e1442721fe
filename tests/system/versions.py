"""The code of a few schemas before, taken from the history, to be run beside the present one."""

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MIGRATIONS = Path("migrations", "versions")
PACKAGES = ("migrations", "services", "shared")


class NoHistory(Exception):
    """The history does not tell this code: a shallow clone, an unpacked archive, no git."""


@dataclass(frozen=True)
class Version:
    """Code that is not the present one: the folder it lies in, and the newest schema it knows."""

    folder: Path
    schema: str


def lay_out(folder: Path, *, schemas: int, root: Path = ROOT) -> Version:
    """Lay the last code before the newest `schemas` migrations of a tree out in a folder; raises `NoHistory`."""
    known = _revisions(root / MIGRATIONS)
    first_since = known[-schemas]
    with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", _before(root, first_since), *PACKAGES))) as archive:
        archive.extractall(folder, filter="data")
    found = [path.name for path in _revisions(folder / MIGRATIONS)]
    if found != [path.name for path in known[:-schemas]]:
        raise NoHistory(f"the history does not tell the code before {first_since.name}")
    return Version(folder, known[-schemas - 1].name[:4])


def _before(root: Path, migration: Path) -> str:
    """Return the last commit without a migration: the latest where it is not committed yet."""
    added = _git(root, "log", "-1", "--diff-filter=A", "--format=%H", "--", str(migration.relative_to(root))).decode().strip()
    return f"{added}^" if added else "HEAD"


def _revisions(folder: Path) -> list[Path]:
    return sorted(folder.glob("0*.py"))


def _git(root: Path, *arguments: str) -> bytes:
    try:
        return subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True).stdout
    except OSError as error:
        raise NoHistory(f"there is no git: {error}") from None
    except subprocess.CalledProcessError as error:
        raise NoHistory(error.stderr.decode().strip()) from None
