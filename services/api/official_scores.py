"""The portal's own scores of one period, as they are now or were at the end of an earlier day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from services.api.bodies.card_context import Context, in_context
from services.api.bodies.official_scores import official_card, rank_body, reading_body
from services.api.problems import ParameterError, invalid_parameters, not_found
from services.api.scoring import Scoring
from shared.db.views import agencies
from shared.db.views.official import Published, changes, published
from shared.db.views.snapshot import Snapshot
from shared.domain import codes
from shared.domain.agencies import WHOLE_PROVINCE, AgencyTree
from shared.domain.changes import Earlier, Since, published_figures
from shared.domain.indicators import AgencyKind, Policy
from shared.domain.periods import NoPolicy, Period, local_day, policy_for
from shared.domain.published import Endpoint
from shared.domain.ranking import Of, Rank, among, rank_of, ranks
from shared.domain.units import Unit, roles
from shared.domain.working_time import LOCAL


@dataclass(frozen=True)
class OfficialScores:
    """Answers one request: one snapshot, one period. Scores of other provinces are public, whoever asks."""

    snapshot: Snapshot
    scoring: Scoring
    period: Period
    within: AgencyTree

    async def of(self, code: str, as_of: date | None = None) -> tuple[Unit, Published]:
        """Return a unit and what was published of it; raises the problem of one that is not there, or has nothing published."""
        found = await self.published_of(code, as_of)
        unit = await self._unit(code, found)
        if found is None:
            raise not_found("score the portal has published of this agency for this period" + (" by that day" if as_of else ""))
        return unit, found

    async def published_of(self, code: str, as_of: date | None = None) -> Published | None:
        """Return what was published of a unit by the end of a day, or last; None for nothing."""
        return (await published(self.snapshot, self.period, within=self.within, until=_end(as_of), code=code)).get(code)

    async def card(self, code: str, as_of: date | None) -> dict[str, Any]:
        """Return the card of a unit with its context; raises the problem of one that is not there, or has nothing published."""
        unit, found = await self.of(code, as_of)
        try:
            policy = policy_for(self.scoring.policies, self.period, as_of or self._today)
        except NoPolicy as error:
            raise invalid_parameters([ParameterError("period", str(error))]) from None
        body = official_card(
            found.unit,
            policy,
            self.scoring.targets,
            name=unit.name,
            kind=unit.kind,
            period=self.period,
            data_as_of=min(found.seen_at, _end(as_of) or found.seen_at),
            roles=roles(unit, self.scoring.targets, self.scoring.offices),
        )
        of = among(unit.kind)
        context = Context(
            earlier={since: await self._earlier(code, since.before(as_of or self._today), policy) for since in Since},
            portal=found,
            rank=None if of is None else await self.rank(code, of, as_of),
        )
        return in_context(body, policy, context)

    async def rank(self, code: str, of: Of, as_of: date | None) -> Rank | None:
        """Return the place of a unit among those whose points are published in full, whoever asks."""
        found = self._of(of, await self._published(as_of), await self._units(WHOLE_PROVINCE))
        return rank_of(code, _points(found), of)

    async def _earlier(self, code: str, day: date, policy: Policy) -> Earlier:
        found = await self.published_of(code, day)
        return Earlier(day, published_figures(found.unit, policy) if found else None)

    async def ranking(self, of: Of, as_of: date | None, against: date | None) -> list[dict[str, Any]]:
        """Return the units that may be seen, the best first; they are ranked among all."""
        units = await self._units(self.within)
        now = self._of(of, await self._published(as_of), units)
        before = self._of(of, await self._published(against), units) if against else {}
        places, earlier_places = _ranks(now), _ranks(before)
        in_order = sorted(now, key=lambda code: (places.get(code, len(now) + 1), code))
        return [
            rank_body(
                now[code],
                units[code].name if code in units else now[code].unit.name,
                units[code].kind if code in units else None,
                places.get(code),
                against,
                (before[code], earlier_places.get(code)) if code in before else None,
            )
            for code in in_order
            if self._may_be_seen(code, units)
        ]

    async def history(self, code: str) -> list[dict[str, Any]]:
        """Return each change of what is published of a unit, the earliest first; raises the problem of one that is not there."""
        found = await changes(self.snapshot, self.period, code, within=self.within)
        await self._unit(code, found[-1] if found else None)
        before: Sequence[Published | None] = [None, *found]
        return [reading_body(each, earlier) for earlier, each in zip(before, found, strict=False)]

    async def _published(self, day: date | None) -> Mapping[str, Published]:
        """Return what was published of every unit by the end of a day: who stands where, everyone may know."""
        return await published(self.snapshot, self.period, within=WHOLE_PROVINCE, until=_end(day))

    @property
    def _today(self) -> date:
        return local_day(self.snapshot.now)

    async def _units(self, within: AgencyTree) -> dict[str, Unit]:
        """Return the agencies that may be seen as units."""
        return await agencies.units(self.snapshot, self.scoring.offices, within=within)

    async def _unit(self, code: str, found: Published | None) -> Unit:
        """Return a unit, also one that only the portal's scores name; raises the problem of one nobody names or may see."""
        units = await self._units(self.within)
        if code in units:
            return units[code]
        is_own = code == self.snapshot.province
        if (is_own or found is not None) and self._may_be_seen(code, units):
            kind = AgencyKind.PROVINCE if is_own or not codes.is_within(code, self.snapshot.province) else None
            return Unit(code=code, name=found.unit.name if found else code, kind=kind, agencies=frozenset({code}))
        raise not_found("agency with this code")

    def _may_be_seen(self, code: str, units: Mapping[str, Unit]) -> bool:
        return self.within.is_whole or code in units or not codes.is_within(code, self.snapshot.province)

    def _of(self, of: Of, found: Mapping[str, Published], units: Mapping[str, Unit]) -> dict[str, Published]:
        """Return those that are ranked with each other. What kind a unit is, the portal's list of agencies says."""
        if of is Of.PROVINCES:
            return {code: each for code, each in found.items() if Endpoint.RESULTS in each.unit.scores.endpoints}
        return {code: each for code, each in found.items() if code in units and units[code].kind in of.kinds}


def _ranks(found: Mapping[str, Published]) -> dict[str, int]:
    return ranks(_points(found))


def _points(found: Mapping[str, Published]) -> dict[str, Decimal]:
    """Return the points of those that have any."""
    return {code: known for code, each in found.items() if (known := each.unit.points) is not None}


def _end(day: date | None) -> datetime | None:
    """Return the moment a local day is over."""
    return None if day is None else datetime.combine(day, time(), LOCAL) + timedelta(days=1)
