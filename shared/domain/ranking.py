"""Who stands where: competition ranking, equal points share the better rank and the next one is skipped."""

from collections.abc import Mapping
from decimal import Decimal


def ranks(points: Mapping[str, Decimal]) -> dict[str, int]:
    """Return the rank of each by its points, the most first: 1, 2, 2, 4."""
    best_first = sorted(points.values(), reverse=True)
    first_place = {found: place for place, found in reversed(list(enumerate(best_first, start=1)))}
    return {code: first_place[found] for code, found in points.items()}
