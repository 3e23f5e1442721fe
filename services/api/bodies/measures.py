"""Measures as they go out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from services.api.bodies.lists import named
from services.api.bodies.summary import Names
from shared.db.views.measures import Place
from shared.domain.measures import Counted, Figure, Level, Measures, Tally, added
from shared.domain.units import Unit


def figure_body(
    figure: Figure, measures: Measures, *, agency: dict[str, str] | None = None, sector: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return one measure of all, of an agency or of a sector."""
    measure, goal = figure.measure, figure.goal
    return {
        "id": measure.id,
        "name": measure.name,
        "agency": agency,
        "sector": sector,
        "level": figure.level,
        "of": measure.over,
        "rule": measure.rule,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "percent": figure.percent,
        "target": goal and goal.percent,
        "must": goal and goal.must,
        "reached": figure.reached,
        "average_days": figure.days,
        "source": next(source.title for source in measures.sources if source.id == measure.source),
    }


def by_level(cells: Mapping[Place, Tally], levels: Mapping[str, Level]) -> Counted:
    """Return what is counted of these dossiers by the level of the agency they stand at."""
    found: dict[Level | None, list[Tally]] = defaultdict(list)
    for (agency, _), tally in cells.items():
        found[levels.get(agency or "")].append(tally)
    return {level: added(tallies) for level, tallies in found.items()}


def cells_of_units(cells: Mapping[Place, Tally], units: Iterable[Unit]) -> list[tuple[Unit, dict[Place, Tally]]]:
    """Return the cells of each unit, which is an agency with everything below it, in their order; no unit without any."""
    at: dict[str | None, dict[Place, Tally]] = defaultdict(dict)
    for place, tally in cells.items():
        at[place[0]][place] = tally
    found = [(unit, {place: tally for code in unit.agencies for place, tally in at.get(code, {}).items()}) for unit in units]
    return [(unit, of_unit) for unit, of_unit in found if of_unit]


def cells_of_sectors(cells: Mapping[Place, Tally]) -> list[tuple[str | None, dict[Place, Tally]]]:
    """Return the cells of each sector, by code; those without one come last."""
    found: dict[str | None, dict[Place, Tally]] = defaultdict(dict)
    for place, tally in cells.items():
        found[place[1]][place] = tally
    return sorted(found.items(), key=lambda item: (item[0] is None, item[0] or ""))


def sector_body(code: str | None, names: Names) -> dict[str, str] | None:
    """Return a sector with its name."""
    return named(code, names.get(code))
