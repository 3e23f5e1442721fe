"""The scores as they are watched: what each unit has today and had the day before, and when that is worth an alert."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property

import msgspec

from shared.domain.indicators import AgencyKind, Policy
from shared.domain.periods import Period, local_day
from shared.domain.published import Endpoint, PublishedUnit
from shared.domain.ranking import Of, ranks
from shared.domain.scoring import ScoreCard
from shared.domain.targets import Targets
from shared.domain.units import Offices, Unit, ranked
from shared.domain.working_time import LOCAL, WorkingTime

_DAY = timedelta(days=1)


class ScoreWatch(msgspec.Struct, frozen=True, kw_only=True):
    """When a score is worth an alert.

    `working_days`: so many must have passed of the period; `dossiers`: so many a unit must have accepted in it. `province_drop`,
    `agency_drop`: points of 100 lost from one day to the next; `falls`: places lost likewise, by what is ranked.
    """

    working_days: int
    dossiers: int
    province_drop: Decimal
    agency_drop: Decimal
    falls: Mapping[Of, int]

    def begins_at(self, period: Period, calendar: WorkingTime) -> datetime:
        """Return the moment from which scores of a period are watched: the end of its last working day of grace."""
        last = calendar.nth_day_after(period.first_day - _DAY, self.working_days)
        return datetime.combine(last + _DAY, time(), LOCAL)

    def drop(self, kind: AgencyKind | None) -> Decimal:
        """Return how many points a unit of a kind must lose."""
        return self.province_drop if kind is AgencyKind.PROVINCE else self.agency_drop


class ScorePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What scores are judged by: versions of the scoring, targets with who answers for them, and what is worth an alert."""

    policies: tuple[Policy, ...]
    targets: Targets
    offices: Offices
    watch: ScoreWatch


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with its card, and how many dossiers it had accepted in the period."""

    unit: Unit
    card: ScoreCard
    accepted: int


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's rank at the end of a day and now, each among the same `units`."""

    of: Of
    units: int
    before: int
    rank: int

    @property
    def fallen(self) -> int:
        """Places lost; negative for places gained."""
        return self.rank - self.before


class ScoreDay(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The scores of one period at a moment, each by the code of a unit; the province's own are among them.

    `unscored`: units of which nothing can be told, their figures cannot be scored.
    `before`: as they were at the end of the day before, of those units that can be compared with it. `published`: what the portal
    publishes, of what was read since that day began; `published_before`: what it had published by its end.
    """

    province: str
    period: Period
    as_of: datetime
    now: Mapping[str, Scored]
    unscored: frozenset[str] = frozenset()
    before: Mapping[str, Scored] = {}
    published: Mapping[str, PublishedUnit] = {}
    published_before: Mapping[str, PublishedUnit] = {}

    @property
    def today(self) -> date:
        return local_day(self.as_of)

    @property
    def against(self) -> date:
        """The day before."""
        return self.today - _DAY

    @cached_property
    def moves(self) -> Mapping[str, Move]:
        """The ranks of every unit among those of its kind, and of the province among those the portal ranks."""
        provinces = moves(Of.PROVINCES, _national(self.published), _national(self.published_before))
        return {**dict(self._moves_at_home()), **{code: provinces[code] for code in (self.province,) if code in provinces}}

    def _moves_at_home(self) -> Iterator[tuple[str, Move]]:
        for of in (Of.DEPARTMENTS, Of.COMMUNES):
            codes = [unit.code for unit in ranked([scored.unit for scored in self.now.values()], of)]
            now = {code: self.now[code].card.total for code in codes}
            before = {code: self.before[code].card.total for code in codes if code in self.before}
            yield from moves(of, now, before).items()


def moves(of: Of, now: Mapping[str, Decimal], before: Mapping[str, Decimal]) -> dict[str, Move]:
    """Return how the rank of each changed by its points; like is compared with like: those known at both times, and no other."""
    both = now.keys() & before.keys()
    places = ranks({code: now[code] for code in both})
    earlier = ranks({code: before[code] for code in both})
    return {code: Move(of=of, units=len(both), before=earlier[code], rank=places[code]) for code in sorted(both)}


def _national(published: Mapping[str, PublishedUnit]) -> dict[str, Decimal]:
    """Return the points of the provinces the portal ranks."""
    ranked_there = {code: unit for code, unit in published.items() if Endpoint.RESULTS in unit.scores.endpoints}
    return {code: unit.points for code, unit in ranked_there.items() if unit.points is not None}
