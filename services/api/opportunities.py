"""What could be done for the score of one unit: repairs weighed on its card and on the province's, as both stand now."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.api.live_scores import LiveScores
from shared.db.views import agencies
from shared.db.views.grounds import grounds
from shared.db.views.opportunities import Alike, Same, Wanted, Weight, alike
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.indicators import Indicator
from shared.domain.moves import RepairKind
from shared.domain.units import Unit, unit_of
from shared.domain.worth import Ground, Scales, Shift, by_indicator, enough_for_a_hundredth, together, told

MOST_GROUPS = 100
"""So many groups are told, those worth the most."""


@dataclass(frozen=True)
class Weighed:
    """What one of so many repairs that change the same is worth, on the unit's card and on the province's."""

    points: Decimal
    province_points: Decimal
    dossiers: int


@dataclass(frozen=True)
class Group:
    """Repairs of one kind, of one procedure if asked, made all together.

    `for_a_hundredth`: how many of them, the most worth first, move the unit's rounded card by a hundredth of a point.
    """

    kind: RepairKind
    procedure: str | None
    dossiers: int
    points: Fraction
    province_points: Fraction
    for_a_hundredth: int | None
    indicators: Sequence[tuple[Indicator, Fraction]]


@dataclass(frozen=True)
class Opportunities:
    """What was found, ready to be told: each repair weighed, and the groups."""

    weighed: Mapping[Same, Weighed]
    groups: Sequence[Group]

    @property
    def weights(self) -> Mapping[Same, Weight]:
        """What the list is sorted by."""
        return {same: Weight(int(of.points.scaleb(6)), of.dossiers) for same, of in self.weighed.items()}


async def opportunities(scores: LiveScores, unit: Unit, wanted: Wanted, *, by_procedure: bool) -> Opportunities:
    """Return what could be done where a unit's dossiers count; the province's card is the whole province's whoever asks."""
    found = await alike(scores.snapshot, wanted, by_procedure=by_procedure, within=scores.within)
    procedures = {move.procedure for one in found for move in one.same.moves if move.procedure}
    policy, period = scores.policy(scores.today), scores.period
    known = await agencies.units(scores.snapshot, scores.offices, within=WHOLE_PROVINCE)
    province = unit_of(scores.snapshot.province, known, scores.snapshot.province)
    own = await grounds(scores.snapshot, period, policy, [unit], procedures, within=scores.within)
    whole = await grounds(scores.snapshot, period, policy, [province], procedures, within=WHOLE_PROVINCE)
    return await asyncio.to_thread(weigh, found, own[unit.code], whole[province.code])


def weigh(found: Sequence[Alike], own: Ground, whole: Ground) -> Opportunities:
    """Return repairs weighed on two cards, one by one and in groups."""
    here, there = _Pan(found, own), _Pan(found, whole)
    dossiers = Counter[Same]()
    for one in found:
        dossiers[one.same] += one.dossiers
    weighed = {same: Weighed(told(here.gain(same)), told(there.gain(same)), count) for same, count in dossiers.items()}
    groups: dict[tuple[RepairKind, str | None], list[Alike]] = {}
    for one in found:
        groups.setdefault((one.same.kind, one.procedure), []).append(one)
    gains = {key: here.gain_together(members) for key, members in groups.items()}
    first = sorted(groups, key=lambda key: (not key[0].recoverable, -gains[key], key[0], key[1] or ""))[:MOST_GROUPS]
    return Opportunities(weighed, [_group(key, groups[key], gains[key], here, there) for key in first])


class _Pan:
    """One of the two cards, with what the repairs in question shift on it."""

    def __init__(self, found: Sequence[Alike], ground: Ground) -> None:
        as_told = Counter[Shift]()
        for one in found:
            as_told[ground.shift(one.same.moves)] += one.dossiers
        self.scales = Scales(ground.among(as_told))
        self._shifts = {same: self.scales.ground.shift(same.moves) for same in {one.same for one in found}}

    def gain(self, same: Same) -> Fraction:
        return self.scales.gain(self._shifts[same], prevents=same.kind.prevents)

    def shifts(self, members: Sequence[Alike]) -> Mapping[Shift, int]:
        """Return the shifts of repairs, each with how many dossiers it stands for."""
        found = Counter[Shift]()
        for one in members:
            found[self._shifts[one.same]] += one.dossiers
        return found

    def gain_together(self, members: Sequence[Alike]) -> Fraction:
        """Return the points of doing all of these, which are of one kind."""
        return self.scales.gain(together(self.shifts(members)), prevents=members[0].same.kind.prevents)


def _group(key: tuple[RepairKind, str | None], members: Sequence[Alike], gain: Fraction, here: _Pan, there: _Pan) -> Group:
    kind, procedure = key
    shifts = here.shifts(members)
    gained = by_indicator(here.scales, together(shifts), prevents=kind.prevents)
    return Group(
        kind=kind,
        procedure=procedure,
        dossiers=sum(one.dossiers for one in members),
        points=gain,
        province_points=there.gain_together(members),
        for_a_hundredth=enough_for_a_hundredth(here.scales, list(shifts.items()), prevents=kind.prevents),
        indicators=[(here.scales.ground.policy.indicators[name], points) for name, points in gained.items()],
    )
