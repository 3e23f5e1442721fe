"""Who stands where: competition ranking, equal points share the better rank and the next one is skipped."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from shared.domain.indicators import AgencyKind


class Of(StrEnum):
    """Which units are ranked with each other."""

    PROVINCES = "provinces"
    DEPARTMENTS = "departments"
    COMMUNES = "communes"

    @property
    def kinds(self) -> frozenset[AgencyKind]:
        """The kinds of agency meant."""
        return _KINDS[self]


_KINDS = {
    Of.PROVINCES: frozenset({AgencyKind.PROVINCE}),
    Of.DEPARTMENTS: frozenset({AgencyKind.SPECIALISED, AgencyKind.ECONOMIC_ZONE}),
    Of.COMMUNES: frozenset({AgencyKind.COMMUNE}),
}


def ranks(points: Mapping[str, Decimal]) -> dict[str, int]:
    """Return the rank of each by its points, the most first: 1, 2, 2, 4."""
    best_first = sorted(points.values(), reverse=True)
    first_place = {found: place for place, found in reversed(list(enumerate(best_first, start=1)))}
    return {code: first_place[found] for code, found in points.items()}
