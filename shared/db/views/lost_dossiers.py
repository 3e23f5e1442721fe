"""The dossiers behind what a lack of synchronisation costs: those home counts well and the portal does not, or counts badly."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, func, literal, or_, select, text

from shared.db.tables import alerts, dossiers, marks, procedure_tally, procedures
from shared.db.views.alert_filters import unresolved
from shared.db.views.names import agency_name, procedure_facts
from shared.db.views.offered import LISTED, SERVICE, at
from shared.db.views.paging import Cut, Order, Page, Word, page
from shared.db.views.rows import columns
from shared.db.views.scope import one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.counters import View
from shared.domain.periods import Period
from shared.domain.shares import OF_DOSSIERS, SERVICES, Share
from shared.domain.units import Unit

BY_CODE = Order((dossiers.c.code,), tuple[Word])

_UNTOUCHED_TOO = "received"
_ACCEPTED = or_(marks.c.accepted > 0, marks.c.to_sync > 0)
"""What a side accepted counts by one mark. What lies in nobody's hands has another, in 5.3 alone: the portal may have two of what
home accepted, so each kind is counted by itself.
"""

_WIDELY = text("SELECT set_config('work_mem', '64MB', true), set_config('random_page_cost', '4', true)")
"""A province's dossiers are held against each other in one go: in memory, and not one by one by an index, which takes four times
as long.
"""

_OF_SYNC = ("sync.%", "main.%", "portal.%")
"""Alerts about what one side has and the other has not."""


class _Sides:
    """What each dossier of a unit and period counts for in a kind of case, on the portal and at home, one beside the other."""

    def __init__(self, snapshot: Snapshot, period: Period, unit: Unit, case: ColumnElement[bool], within: AgencyTree) -> None:
        self._snapshot, self._period, self._unit = snapshot, period, unit
        self._agencies = [code for code in unit.agencies if within.is_whole or code in within]
        self.portal, self.home = self._side(View.PORTAL, case), self._side(View.HOME, case)
        self.code = func.coalesce(self.portal.c.code, self.home.c.code)

    @property
    def beside(self) -> FromClause:
        return self.portal.join(self.home, self.portal.c.code == self.home.c.code, full=True)

    def costs(self, indicator: str) -> ColumnElement[bool]:
        """Return whether a dossier costs its unit something: home counts it well, or the portal badly, and the other does not."""
        share = OF_DOSSIERS[indicator]
        here, there = _well(self.portal, share), _well(self.home, share)
        if indicator in SERVICES:
            return and_(here < there, self.home.c.procedure.in_(self._unused(share)))
        return or_(here < there, _whole(self.portal, share) - here > _whole(self.home, share) - there)

    def _side(self, view: View, case: ColumnElement[bool]) -> Subquery:
        return (
            select(marks)
            .where(
                marks.c.province_code == self._snapshot.province,
                marks.c.view == view.value,
                one_of(marks.c.agency, self._agencies),
                marks.c.day.between(self._period.first_day, self._period.last_day),
                case,
            )
            .subquery(view.value)
        )

    def _unused(self, share: Share) -> Select[Any]:
        """Return the services the unit offers of which the portal knows no use: in others one dossier more changes nothing."""
        counter, tally = share.of, procedure_tally
        used = select(tally.c.procedure).where(
            tally.c.province_code == self._snapshot.province,
            tally.c.view == View.PORTAL.value,
            tally.c.span == self._period.kind.value,
            tally.c.starts_on == self._period.first_day,
            one_of(tally.c.agency, self._agencies),
            tally.c[counter] > 0,
        )
        offered = text(f"{LISTED} AND {SERVICE[counter]} AND {at('CAST(:unit AS text)')}")
        offered = offered.bindparams(province=self._snapshot.province, unit=self._unit.code)
        return select(procedures.c.code).where(offered, procedures.c.code.not_in(used))


async def count_lost(snapshot: Snapshot, period: Period, unit: Unit, *, within: AgencyTree) -> dict[str, int]:
    """Return by indicator how many dossiers of a unit cost it something there."""
    await snapshot.connection.execute(_WIDELY)
    untouched = [indicator for indicator, share in OF_DOSSIERS.items() if share.of == _UNTOUCHED_TOO]
    accepted = [indicator for indicator in OF_DOSSIERS if indicator not in untouched]
    found: dict[str, int] = {}
    for case, indicators in ((_ACCEPTED, accepted), (marks.c[_UNTOUCHED_TOO] > 0, untouched)):
        sides = _Sides(snapshot, period, unit, case, within)
        counts = [func.count().filter(sides.costs(indicator)) for indicator in indicators]
        row = (await snapshot.connection.execute(select(*counts).select_from(sides.beside))).one()
        found |= dict(zip(indicators, row, strict=True))
    return found


async def lost_page(snapshot: Snapshot, period: Period, unit: Unit, indicator: str, cut: Cut, *, within: AgencyTree) -> Page:
    """Return one page of the dossiers that cost a unit something in an indicator, by code, with what each side counts."""
    await snapshot.connection.execute(_WIDELY)
    share = OF_DOSSIERS[indicator]
    sides = _Sides(snapshot, period, unit, marks.c[share.of] > 0, within)
    found = select(sides.code.label("code"), *_figures(sides, share)).select_from(sides.beside).where(sides.costs(indicator))
    lost = found.subquery("lost")
    query = select(
        lost,
        *columns(dossiers, "agency", "procedure", "sector", "out_of_step"),
        agency_name(dossiers, dossiers.c.agency).label("agency_name"),
        *procedure_facts(dossiers),
        _alert("id").label("alert_id"),
        _alert("rule").label("alert_rule"),
    ).join_from(lost, dossiers, and_(dossiers.c.province_code == snapshot.province, dossiers.c.code == lost.c.code))
    return await page(snapshot.connection, query, BY_CODE, cut)


def _figures(sides: _Sides, share: Share) -> list[ColumnElement[Any]]:
    """Return numerator and denominator of each side; both are null where it counts nothing."""
    return [
        figure.label(f"{name}_{label}")
        for name, side in (("portal", sides.portal), ("home", sides.home))
        for label, figure in (("numerator", _well(side, share)), ("denominator", side.c[share.of]))
    ]


def _alert(column: str) -> Any:
    """Return one value of the alert that tells of it: the most urgent, then the first."""
    about_sync = or_(*(alerts.c.rule.like(pattern) for pattern in _OF_SYNC))
    wanted = (
        alerts.c.province_code == dossiers.c.province_code,
        alerts.c.dossier_code == dossiers.c.code,
        unresolved(),
        about_sync,
    )
    return select(alerts.c[column]).where(*wanted).order_by(alerts.c.severity, alerts.c.id).limit(1).scalar_subquery()


def _well(side: Subquery, share: Share) -> ColumnElement[Any]:
    return _sum(side, share.good) if share.good else _whole(side, share) - _sum(side, share.bad)


def _whole(side: Subquery, share: Share) -> ColumnElement[Any]:
    return _sum(side, share.of)


def _sum(side: Subquery, name: str | None) -> ColumnElement[Any]:
    return func.coalesce(side.c[name or ""], literal(0))
