"""What a repair is worth: the exact points of a unit's card after it less those now, nothing of it rounded.

Points do not grow by the dossier: a ratio is cut at full marks, 3.3 carries 1.4, a procedure counts once however many dossiers
use it. So the card is counted anew each time, also for many repairs together, whose worth is not the sum of theirs one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor
from operator import attrgetter

import msgspec

from shared.domain.counters import COUNTERS, Counters, View
from shared.domain.figures import Counted, Services, ratios
from shared.domain.indicators import Policy
from shared.domain.moves import Move, Repair
from shared.domain.periods import Period
from shared.domain.scoring import ScoreCard, score
from shared.domain.units import Unit

_HALF = Fraction(1, 2)
_MILLION = 10**6
_values = attrgetter(*COUNTERS)


class Uses(msgspec.Struct, frozen=True):
    """How many dossiers of a unit used a procedure online (3.2), and paid online (3.4)."""

    used: int = 0
    paid: int = 0


class Shift(msgspec.Struct, frozen=True):
    """What some moves change in one unit and period: its counters, and the uses of procedures, in the order of their codes."""

    counters: Counters = Counters()
    uses: tuple[tuple[str, Uses], ...] = ()


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What decides the card of a unit in a period, in the portal's view.

    `uses`: of every procedure whose services the moves in question touch; one that is missing was not used. `settled`: procedures
    that stay in or out of 3.2 and 3.4 whichever of the moves in question are made.
    """

    unit: Unit
    period: Period
    policy: Policy
    counted: Counted
    uses: Mapping[str, Uses] = {}
    settled: frozenset[str] = frozenset()

    def shift(self, moves: Iterable[Move]) -> Shift:
        """Return what moves change here; those of other agencies and other times change nothing."""
        here = [move for move in moves if move.agency in self.unit.agencies and self.period.contains(move.month)]
        uses: dict[str, Uses] = {}
        for move in here:
            if move.procedure is not None and move.procedure not in self.settled:
                before = uses.get(move.procedure, Uses())
                counters = move.counters
                uses[move.procedure] = Uses(before.used + counters.service_used, before.paid + counters.service_paid)
        moved = ((procedure, change) for procedure, change in sorted(uses.items()) if change != Uses())
        return Shift(_sum(move.counters for move in here), tuple(moved))

    def among(self, shifts: Mapping[Shift, int]) -> "Ground":
        """Return this ground for questions about no other shifts, each as often as told: most procedures are settled then, and
        what moves only those looks the same.
        """
        least, most = dict[str, Uses](), dict[str, Uses]()
        for shift, times in shifts.items():
            for procedure, change in shift.uses:
                down, up = least.get(procedure, Uses()), most.get(procedure, Uses())
                least[procedure] = Uses(down.used + times * min(change.used, 0), down.paid + times * min(change.paid, 0))
                most[procedure] = Uses(up.used + times * max(change.used, 0), up.paid + times * max(change.paid, 0))
        settled = {name for name, down in least.items() if _stays(self.uses.get(name, Uses()), down, most[name])}
        return msgspec.structs.replace(self, settled=frozenset(settled))

    def after(self, shift: Shift) -> Counted:
        """Return what is counted here after a shift; a procedure comes into 3.2 or 3.4 with its first dossier and leaves with its
        last.
        """
        used, paid = self.counted.services.used, self.counted.services.paid
        for procedure, change in shift.uses:
            before = self.uses.get(procedure, Uses())
            used += (before.used + change.used > 0) - (before.used > 0)
            paid += (before.paid + change.paid > 0) - (before.paid > 0)
        counters = _sum([self.counted.counters, shift.counters])
        return msgspec.structs.replace(self.counted, counters=counters, services=Services(used, paid))

    def card(self, counted: Counted) -> ScoreCard:
        """Return the card of these figures."""
        return score(ratios(counted, View.PORTAL), self.policy, kind=self.unit.kind)


class Scales:
    """Weighs repairs on one ground; what changes the figures alike is scored once."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.now = ground.card(ground.counted)
        self._points = self.now.exact_total
        self._cards: dict[Counted, ScoreCard] = {ground.counted: self.now}
        self._exact: dict[Counted, Fraction] = {ground.counted: self._points}

    def worth(self, repair: Repair) -> Fraction:
        """Return the points a repair brings, or that acting before its moment keeps. May be negative."""
        return self.gain(self.ground.shift(repair.moves), prevents=repair.kind.prevents)

    def gain(self, shift: Shift, *, prevents: bool) -> Fraction:
        """Return the points a shift brings, or that avoiding it keeps."""
        counted = self.ground.after(shift)
        if counted not in self._exact:
            self._exact[counted] = self.card_after(shift).exact_total
        gained = self._exact[counted] - self._points
        return -gained if prevents else gained

    def card_after(self, shift: Shift) -> ScoreCard:
        """Return the card after a shift."""
        counted = self.ground.after(shift)
        if counted not in self._cards:
            self._cards[counted] = self.ground.card(counted)
        return self._cards[counted]


def together(shifts: Mapping[Shift, int]) -> Shift:
    """Return what shifts change together, each as often as told."""
    sums, uses = [0] * len(COUNTERS), dict[str, Uses]()
    for shift, times in shifts.items():
        sums = [old + times * change for old, change in zip(sums, _values(shift.counters), strict=True)]
        for procedure, change in shift.uses:
            before = uses.get(procedure, Uses())
            uses[procedure] = Uses(before.used + times * change.used, before.paid + times * change.paid)
    return Shift(Counters(**dict(zip(COUNTERS, sums, strict=True))), tuple(sorted(uses.items())))


def enough_for_a_hundredth(scales: Scales, shifts: Sequence[tuple[Shift, int]], *, prevents: bool) -> int | None:
    """Return how many dossiers, the most worth first, move the rounded card by a hundredth of a point; None if all do not.

    `shifts`: each with how many dossiers it stands for. So many do, one less does not.
    """
    ordered = sorted(shifts, key=lambda item: -scales.gain(item[0], prevents=prevents))
    worthy = [(shift, times) for shift, times in ordered if scales.gain(shift, prevents=prevents) > 0]

    def crosses(count: int) -> bool:
        total = scales.card_after(together(_first(worthy, count))).total
        return total < scales.now.total if prevents else total > scales.now.total

    most, least = 1, 0
    all_of_them = sum(times for _, times in worthy)
    while most < all_of_them and not crosses(most):
        most, least = most * 2, most
    most = min(most, all_of_them)
    if not most or not crosses(most):
        return None
    while most - least > 1:
        middle = (most + least) // 2
        most, least = (middle, least) if crosses(middle) else (most, middle)
    return most


def told(points: Fraction) -> Decimal:
    """Return points as they are told: six decimals, rounded half up."""
    return Decimal(floor(points * _MILLION + _HALF)).scaleb(-6)


def by_indicator(scales: Scales, shift: Shift, *, prevents: bool) -> dict[str, Fraction]:
    """Return the points a shift brings, or avoiding it keeps, by the indicator they are in, the most first; only what moves."""
    now, after = (
        {found.indicator.id: found.unrounded or Fraction() for found in card.indicators}
        for card in (scales.now, scales.card_after(shift))
    )
    gained = {name: (points - now[name]) * (-1 if prevents else 1) for name, points in after.items() if points != now[name]}
    return dict(sorted(gained.items(), key=lambda item: -item[1]))


def _stays(before: Uses, least: Uses, most: Uses) -> bool:
    """Return whether a procedure counts as before in 3.2 and 3.4 wherever its uses come to lie between two bounds."""
    used = before.used + least.used > 0 if before.used else not most.used
    paid = before.paid + least.paid > 0 if before.paid else not most.paid
    return used and paid


def _first(shifts: Iterable[tuple[Shift, int]], count: int) -> dict[Shift, int]:
    """Return the first so many of shifts that each stand for some."""
    taken: dict[Shift, int] = {}
    for shift, times in shifts:
        if count <= 0:
            break
        taken[shift] = taken.get(shift, 0) + min(times, count)
        count -= times
    return taken


def _sum(counters: Iterable[Counters]) -> Counters:
    columns = zip(*map(_values, counters), strict=True)
    return Counters(**{name: sum(column) for name, column in zip(COUNTERS, columns, strict=False)})
