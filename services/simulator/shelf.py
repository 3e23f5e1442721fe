"""What one system shows at present: its rows, in the order of their update times."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from services.simulator.breakage import Spoil
from services.simulator.timeline import Plan


class Row(msgspec.Struct):
    """One row of a system: a dossier in its present phase, or (without a plan) a piece of junk."""

    key: str
    updated: datetime
    plan: Plan | None = None
    phase: int = 0
    spoil: Spoil | None = None
    junk: dict[str, Any] | None = None


class Shelf:
    """The rows of one system. A row is found by its key, or by the codes its system writes."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._order: list[tuple[datetime, str]] = []
        self._codes: dict[str, list[Row]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def fill(self, rows: Iterable[tuple[Row, tuple[str, ...]]]) -> None:
        """Put many rows at once, each with its codes."""
        for row, codes in rows:
            self._register(row, codes)
        self._order = sorted((row.updated, row.key) for row in self._rows.values())

    def put(self, row: Row, codes: tuple[str, ...]) -> None:
        """Add a row."""
        self._register(row, codes)
        insort(self._order, (row.updated, row.key))

    def get(self, key: str) -> Row | None:
        return self._rows.get(key)

    def hand_over(self, row: Row, plan: Plan, codes: tuple[str, ...]) -> None:
        """Let a row belong to another plan, and be found by its codes too."""
        row.plan = plan
        self._register(row, codes)

    def move(self, row: Row, updated: datetime) -> None:
        """Give a row a new update time."""
        del self._order[bisect_left(self._order, (row.updated, row.key))]
        row.updated = updated
        insort(self._order, (updated, row.key))

    def find(self, code: str) -> list[Row]:
        """Return the rows that carry a code exactly as written."""
        return self._codes.get(code, [])

    @property
    def earliest(self) -> datetime:
        """The first update time there is."""
        return self._order[0][0]

    def page(self, since: datetime, until: datetime | None, offset: int, size: int) -> tuple[list[Row], int]:
        """Return one page of the rows updated from `since` to `until`, both inclusive, and how many there are in all."""
        first = bisect_left(self._order, (since, ""))
        last = len(self._order) if until is None else bisect_left(self._order, (until, "\U0010ffff"))
        start = min(first + offset, last)
        keys = self._order[start : min(start + size, last)]
        return [self._rows[key] for _, key in keys], max(last - first, 0)

    def _register(self, row: Row, codes: tuple[str, ...]) -> None:
        self._rows[row.key] = row
        for code in codes:
            found = self._codes.setdefault(code, [])
            if not any(known is row for known in found):
                found.append(row)
