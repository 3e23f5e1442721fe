"""Telling of each alert what doing it is worth: on its agency's card and on the province's, of the year its dossier counts in."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from shared.db.engine import Database
from shared.db.stores import repairs
from shared.db.stores.repairs import Told
from shared.db.views import agencies
from shared.db.views.alert_worths import Asked, asked_for
from shared.db.views.grounds import grounds
from shared.db.views.snapshot import Snapshot, open_snapshot
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.indicators import Policy
from shared.domain.periods import NoPolicy, Period, PeriodKind, local_day, policy_for
from shared.domain.units import Offices, unit_of
from shared.domain.worth import Scales, told

_AT_ONCE = 1000
"""So many alerts a transaction, so that no review waits long for them."""

_NOTHING = told(Fraction())

OnCards = Mapping[Period, Mapping[str, Scales]]
"""What weighs repairs, by year and unit."""


class Valuing:
    """For one province. What asks for the same is weighed once, and only what changed is written."""

    def __init__(self, database: Database, province: str, offices: Offices, policies: Sequence[Policy]) -> None:
        self._database = database
        self._province = province
        self._offices = offices
        self._policies = tuple(policies)

    async def run(self) -> int:
        """Value every unresolved alert by the tallies as they stand; returns how many are worth something else than they were."""
        async with open_snapshot(self._database, self._province) as snapshot:
            asked = await asked_for(snapshot, within=WHOLE_PROVINCE)
            scales = await self._scales(snapshot, asked)
        news = await asyncio.to_thread(worths, asked, scales, self._province)
        changed = 0
        for start in range(0, len(news), _AT_ONCE):
            async with self._database.begin() as connection:
                changed += await repairs.tell(connection, self._province, news[start : start + _AT_ONCE])
        return changed

    async def _scales(self, snapshot: Snapshot, asked: Sequence[Asked]) -> OnCards:
        """Return what weighs for the agencies concerned and the province, of each year a policy scores."""
        known = await agencies.units(snapshot, self._offices, within=WHOLE_PROVINCE)
        found = {}
        for period in {_year(one.month) for one in asked if one.month}:
            of_year = [one for one in asked if one.month and _year(one.month) == period]
            codes = {self._province, *(one.agency for one in of_year if one.agency)}
            units = [unit_of(code, known, self._province) for code in sorted(codes)]
            procedures = {move.procedure for one in of_year for move in one.moves if move.procedure}
            try:
                policy = policy_for(self._policies, period, local_day(snapshot.now))
            except NoPolicy:
                continue
            of_units = await grounds(snapshot, period, policy, units, procedures, within=WHOLE_PROVINCE)
            found[period] = {code: Scales(ground) for code, ground in of_units.items()}
        return found


def worths(asked: Iterable[Asked], scales: OnCards, province: str) -> list[Told]:
    """Return what alerts are worth now, of those that are said to be worth something else."""
    found: list[Told] = []
    for one in asked:
        own, whole = _worth(one, scales, province)
        if (own, whole) != (one.points, one.province_points):
            found += [Told(alert_id, own, whole) for alert_id in one.alert_ids]
    return sorted(found, key=lambda worth: worth.alert_id)


def _worth(one: Asked, scales: OnCards, province: str) -> tuple[Decimal | None, Decimal | None]:
    """Return what alerts that ask for the same are worth: 0 where nothing moves by it, None where nothing is asked or scored."""
    if not one.asks:
        return None, None
    if one.kind is None or one.agency is None or one.month is None:
        return _NOTHING, _NOTHING
    of_year = scales.get(_year(one.month))
    return (None, None) if of_year is None else (_on(of_year[one.agency], one), _on(of_year[province], one))


def _on(card: Scales, one: Asked) -> Decimal:
    return told(card.gain(card.ground.shift(one.moves), prevents=one.kind is not None and one.kind.prevents))


def _year(month: date) -> Period:
    return Period.of(PeriodKind.YEAR, month)
