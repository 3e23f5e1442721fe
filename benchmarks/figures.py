"""A measured figure beside the best that could be hoped for in the same run, and how it is shown."""

from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter

import msgspec
from rich.console import Console
from rich.table import Table


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement. `aim`: at least so much, or at most for what is better small."""

    benchmark: str
    what: str
    value: float
    unit: str
    ceiling: float | None = None
    ceiling_is: str = ""
    aim: float | None = None
    small_is_good: bool = False

    @property
    def share(self) -> float | None:
        """How much of the ceiling is reached: 1 is all of it."""
        if not self.ceiling or not self.value:
            return None
        return self.ceiling / self.value if self.small_is_good else self.value / self.ceiling

    @property
    def holds(self) -> bool | None:
        """Whether the aim is reached, None where there is none."""
        if self.aim is None:
            return None
        return self.value <= self.aim if self.small_is_good else self.value >= self.aim


class Settings(msgspec.Struct, frozen=True):
    """How large a benchmark runs."""

    dossiers: int


def seconds(run: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = perf_counter()
    run()
    return perf_counter() - start


def typical(runs: Sequence[float]) -> float:
    """Return the median: another process on the machine disturbs some runs, never in our favour."""
    return median(runs)


def show(figures: Sequence[Figure]) -> None:
    """Print the figures as a table."""
    table = Table("benchmark", "what", "figure", "unit", "ceiling", "reached", "aim", "holds", title_justify="left")
    for column in table.columns[2::2][:1] + table.columns[4:7]:
        column.justify = "right"
    for figure in figures:
        table.add_row(*cells(figure))
    Console(width=None if Console().is_terminal else 160).print(table)


def cells(figure: Figure) -> tuple[str, ...]:
    """Return a figure in words: benchmark, what, figure, unit, ceiling, reached, aim and whether it holds."""
    ceiling = f"{_number(figure.ceiling)} {figure.ceiling_is}" if figure.ceiling is not None else "–"
    share = f"{figure.share:.0%}" if figure.share is not None else "–"
    aim = f"{'≤' if figure.small_is_good else '≥'} {_number(figure.aim)}" if figure.aim is not None else "–"
    holds = {None: "–", True: "yes", False: "no"}[figure.holds]
    return figure.benchmark, figure.what, _number(figure.value), figure.unit, ceiling, share, aim, holds


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
