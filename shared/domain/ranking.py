"""Who stands where: competition ranking, equal points share the better rank and the next one is skipped."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

import msgspec

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


class Rank(msgspec.Struct, frozen=True):
    """A place: so many-th of so many units that are ranked with each other."""

    position: int
    of: int
    among: Of


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


def among(kind: AgencyKind | None) -> Of | None:
    """Return which units an agency of a kind is ranked with; None for one whose kind is not known."""
    return next((of for of in Of if kind in of.kinds), None)


def rank_of(code: str, points: Mapping[str, Decimal], of: Of) -> Rank | None:
    """Return the place of one among those ranked; None where it is not one of them."""
    return Rank(ranks(points)[code], len(points), of) if code in points else None
