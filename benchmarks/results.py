"""The page of results: a section for each benchmark as it was last run, with where, when and how. Text in, text out."""

import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import psutil

from benchmarks.figures import Figure, cells

_TITLE = """# Results

Written by `make bench`; what each benchmark measures is told in [README.md](README.md). A section is that of the last run of its
benchmark. `reached` is how much of the ceiling of the same run the figure comes to; `holds` whether it reaches its aim.
"""
_COLUMNS = ("what", "figure", "unit", "ceiling", "reached", "aim", "holds")
_SECTION = re.compile(r"^## (\S+)\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
_GIB = 2**30


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One benchmark that was run: by which command, when, how busy the machine was before (load of a minute), on what."""

    benchmark: str
    command: str
    began_at: datetime
    load: float
    machine: str
    figures: tuple[Figure, ...]


def updated(page: str, runs: Sequence[Run], order: Iterable[str]) -> str:
    """Return the page with the sections of these runs in place of older ones; all others stay, in `order`, unknown ones last."""
    kept: Mapping[str, str] = {name: text.strip() for name, text in _SECTION.findall(page)}
    sections = {**kept, **{run.benchmark: _section(run) for run in runs}}
    places = {name: place for place, name in enumerate(order)}
    names = sorted(sections, key=lambda name: (places.get(name, len(places)), name))
    return "\n".join([_TITLE, *(f"## {name}\n\n{sections[name]}\n" for name in names)])


def _section(run: Run) -> str:
    began = f"{run.began_at.day} {run.began_at:%B %Y, %H:%M} UTC"
    rows = [_COLUMNS, ("---", "---:", "---", "---:", "---:", "---:", "---"), *(cells(figure)[1:] for figure in run.figures)]
    told = f"`{run.command}`, {began}, load {run.load:.1f} when it began; {run.machine}."
    return "\n".join([told, "", *(f"| {' | '.join(row)} |" for row in rows)])


def machine(postgres: str) -> str:
    """Return what this machine is, in words; `postgres` is the version of its server."""
    memory = psutil.virtual_memory().total / _GIB
    system = _told("/etc/os-release", r'^PRETTY_NAME="?([^"\n]+)') or platform.system()
    model = _told("/proc/cpuinfo", r"^model name\s*: (.+)") or platform.processor() or platform.machine()
    return (
        f"{os.cpu_count()} cores of {model}, {memory:.0f} GiB, {system},"
        f" Python {platform.python_version()}, PostgreSQL {postgres}"
    )


def _told(path: str, pattern: str) -> str | None:
    """Return what a file of the system says, None where there is no such file or word."""
    try:
        found = re.search(pattern, Path(path).read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return None
    return found[1].strip() if found else None
