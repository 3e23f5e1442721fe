"""What the catalogue counts for: the procedures of each unit, and how they were published."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from services.simulator.catalogue import Catalogue
from services.simulator.evaluation.marks import unit_of
from services.simulator.evaluation.request import Period
from services.simulator.province import PROVINCE
from shared.domain.catalogue import Procedure
from shared.domain.working_time import LOCAL, WorkingTime

_IN_PART, _IN_FULL = 1, 2
_DAYS_AHEAD = _DAYS_TO_PUBLISH = 5
_ONE_DAY = timedelta(days=1)


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit offers. A service is a procedure at one agency; the levels, out of `all`, are those of every procedure."""

    all: int
    procedures: int
    in_part: int
    in_full: int
    services: frozenset[tuple[str, str]]
    with_fee: frozenset[str]
    payable: int
    with_population_data: int


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """How the procedures decided in a period were published, and how complete all are: the province's figures, for every unit."""

    decided: int
    announced_in_time: int
    published_in_time: int
    complete: int
    procedures: int


class Offers:
    """The catalogue by unit. A province counts each procedure once over all its agencies."""

    def __init__(self, catalogue: Catalogue, office: WorkingTime) -> None:
        self._office = office
        self._by_unit: dict[str, list[Procedure]] = defaultdict(list)
        for procedure in catalogue.procedures:
            for unit in dict.fromkeys((PROVINCE, *map(unit_of, procedure.agencies))):
                self._by_unit[unit].append(procedure)

    def of(self, unit: str, procedure: str | None = None) -> Offer:
        """Return what a unit offers; of one procedure, if that is asked for, which changes no level."""
        listed = self._by_unit[unit]
        levels = [each.online_level for each in listed]
        chosen = _only(listed, procedure)
        with_fee = [each for each in chosen if each.has_fee]
        return Offer(
            all=len(listed),
            procedures=len(chosen),
            in_part=levels.count(_IN_PART),
            in_full=levels.count(_IN_FULL),
            services=frozenset(_services(chosen, unit)),
            with_fee=frozenset(each.code for each in with_fee),
            payable=sum(bool(each.online_payment) for each in with_fee),
            with_population_data=sum(bool(each.uses_population_data) for each in chosen),
        )

    def published(self, period: Period, procedure: str | None = None) -> Published:
        """Return how the procedures of the province were published."""
        listed = _only(self._by_unit[PROVINCE], procedure)
        decided = [each for each in listed if each.decided_on and each.decided_on in period]
        return Published(
            decided=len(decided),
            announced_in_time=sum(map(self._announced_in_time, decided)),
            published_in_time=sum(map(self._published_in_time, decided)),
            complete=sum(bool(each.content_complete) for each in listed),
            procedures=len(listed),
        )

    def _announced_in_time(self, procedure: Procedure) -> bool:
        """Return whether it was decided five working days before it took effect."""
        decided, effective = procedure.decided_on, procedure.effective_on
        return bool(decided and effective) and self._working_days(decided, effective) >= _DAYS_AHEAD

    def _published_in_time(self, procedure: Procedure) -> bool:
        """Return whether it was public on the fifth working day after the decision."""
        decided, published = procedure.decided_on, procedure.published_on
        if not decided or not published:
            return False
        return self._working_days(decided + _ONE_DAY, published + _ONE_DAY) <= _DAYS_TO_PUBLISH

    def _working_days(self, first: date | None, until: date | None) -> float:
        """Return how many working days there are from `first` until the day before `until`."""
        if not first or not until:
            return 0
        return self._office.between(_midnight(first), _midnight(until)) / self._office.day_length


def _only(listed: Sequence[Procedure], code: str | None) -> Sequence[Procedure]:
    return listed if code is None else [each for each in listed if each.code == code]


def _services(listed: Iterable[Procedure], unit: str) -> Iterable[tuple[str, str]]:
    for procedure in listed:
        if procedure.online_level:
            for agency in map(unit_of, procedure.agencies) if unit == PROVINCE else (unit,):
                yield procedure.code, agency


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)
