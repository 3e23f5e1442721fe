"""The stock at the moment of the question, or as it was kept on earlier days.

What is open is tallied; counted is only what is late, untouched or due soon, however much is open.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.stores.open_tally import COUNTED
from shared.db.tables import dossiers, open_tally, stock_days
from shared.db.views.dossier_filters import IS_OPEN, Instant, is_overdue, is_overdue_on_portal, is_untouched, out_of_step_by
from shared.db.views.paging import or_last
from shared.db.views.rows import all_rows
from shared.db.views.scope import at_agency
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.rules.apology import REMEMBERED
from shared.domain.statuses import RUNNING
from shared.domain.stock import STOCK, PortalStock, Stock, due_soon_until, of_units
from shared.domain.working_time import WorkingTime

_TALLIED = {"on_portal" if column == "dossiers" else column: column for column in COUNTED}
"""The figures that do not depend on the moment, with their columns of the tally."""


class KeptStock(msgspec.Struct, frozen=True):
    """The stock of a local day as it was last kept, at `kept_at`."""

    day: date
    kept_at: datetime
    stock: Stock


async def live_stock(
    snapshot: Snapshot, calendar: WorkingTime, units: Mapping[str, Collection[str]], *, within: AgencyTree
) -> dict[str, Stock]:
    """Return the stock of each unit now, by its code; `units`: the agencies each consists of, of which those seen are counted."""
    wanted = frozenset().union(*units.values())
    seen = AgencyTree({code: None for code in wanted if within.is_whole or code in within})
    if within.is_whole and snapshot.province in units:
        seen = within  # to name a hundred agencies takes PostgreSQL longer to plan than to count
    return of_units(await own_stock(snapshot, calendar, within=seen), units)


async def own_stock(snapshot: Snapshot, calendar: WorkingTime, *, within: AgencyTree) -> dict[str, Stock]:
    """Return the stock now of each agency's own dossiers, by its code; none of those without."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    moments = {"now": snapshot.now, "soon": due_soon_until(calendar, snapshot.now), "remembered": snapshot.now - REMEMBERED}
    asked = {**moments, "province": snapshot.province, "agencies": sorted(within.codes)}
    for question in _OF_PROVINCE if within.is_whole else _OF_AGENCIES:
        for row in (await snapshot.connection.execute(question, asked)).mappings():
            found[row["agency"]].update({name: row[name] for name in row if name != "agency"})
    return {agency: Stock(**counts) for agency, counts in found.items() if any(counts.values())}


async def kept_stock(snapshot: Snapshot, first: date, last: date, *, within: AgencyTree) -> list[KeptStock]:
    """Return the stock kept on each day from one to another, summed over the agencies, the latest day first."""
    sums = (cast(func.sum(stock_days.c[name]), BigInteger).label(name) for name in STOCK)
    query = (
        select(stock_days.c.day, func.max(stock_days.c.kept_at).label("kept_at"), *sums)
        .where(
            stock_days.c.province_code == snapshot.province,
            stock_days.c.day >= first,
            stock_days.c.day <= last,
            at_agency(stock_days.c.agency, within),
        )
        .group_by(stock_days.c.day)
        .order_by(stock_days.c.day.desc())
    )
    rows = await all_rows(snapshot.connection, query)
    return [KeptStock(row["day"], row["kept_at"], Stock(**{name: row[name] for name in STOCK})) for row in rows]


async def portal_stock(connection: AsyncConnection, province: str, as_of: datetime) -> dict[str, PortalStock]:
    """Return of every agency with dossiers open on the portal, by its code, how many of its own are overdue there at a moment.

    Nobody can be late with a dossier that has not arrived at home. Only what is overdue is counted, all that is open is tallied.
    """
    overdue = is_overdue_on_portal(as_of)
    own = and_(or_(is_overdue(as_of), is_untouched(as_of)), not_(out_of_step_by(["sync.missing_at_home"])))
    late = (
        select(dossiers.c.agency, _count().label("overdue"), _count(own).label("own"))
        .where(dossiers.c.province_code == province, dossiers.c.open_on_portal, dossiers.c.agency.is_not(None), overdue)
        .group_by(dossiers.c.agency)
        .subquery()
    )
    counts = (func.coalesce(late.c[name], 0) for name in ("overdue", "own"))
    query = select(open_tally.c.agency, open_tally.c.dossiers, *counts).join_from(
        open_tally, late, open_tally.c.agency == late.c.agency, isouter=True
    )
    rows = await connection.execute(query.where(open_tally.c.province_code == province, open_tally.c.dossiers > 0))
    return {row[0]: PortalStock(*row) for row in rows}


def _questions() -> Iterator[tuple[Table, Select[Any]]]:
    """What is tallied, then each by an index of its own: due by `soon`, untouched, overdue on the portal, ended late of late.

    What is late at home and goes on is past the due date it is late by, so its apologies are counted among what is due.
    """
    now, soon, remembered = (bindparam(name, type_=DateTime(timezone=True)) for name in ("now", "soon", "remembered"))
    tallied = (func.coalesce(open_tally.c[kept], 0).label(name) for name, kept in _TALLIED.items())
    yield open_tally, select(open_tally.c.agency, *tallied)
    due = {"overdue": is_overdue(now), "due_soon": and_(_runs(), dossiers.c.due_at >= now), "apologies": _owes_apology(now)}
    counts = {name: _count(condition) for name, condition in due.items()}
    yield dossiers, _of_dossiers(**counts).where(IS_OPEN, or_last(dossiers.c.due_at) <= soon)
    yield dossiers, _of_dossiers(untouched=_count()).where(IS_OPEN, is_untouched(now))
    yield dossiers, _of_dossiers(overdue_on_portal=_count()).where(dossiers.c.open_on_portal, is_overdue_on_portal(now))
    ended = and_(dossiers.c.ended_at.is_not(None), dossiers.c.ended_at > remembered)
    yield dossiers, _of_dossiers(apologies=_count()).where(_owes_apology(now), ended)


def _runs() -> ColumnElement[bool]:
    return dossiers.c.status.in_(sorted(status.value for status in RUNNING))


def _owes_apology(now: Instant) -> ColumnElement[bool]:
    return and_(dossiers.c.late_from.is_not(None), not_(dossiers.c.apologised), dossiers.c.late_from <= now)


def _of_dossiers(**counts: ColumnElement[int]) -> Select[Any]:
    return select(dossiers.c.agency, *(count.label(name) for name, count in counts.items())).group_by(dossiers.c.agency)


def _count(condition: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    counted = func.count(literal_column("*"))
    return counted if condition is None else counted.filter(condition)


_QUESTIONS = [
    (query.where(of.c.province_code == bindparam("province"), of.c.agency.is_not(None)), of.c.agency)
    for of, query in _questions()
]
_OF_PROVINCE = [query for query, _ in _QUESTIONS]
_OF_AGENCIES = [query.where(agency == any_(bindparam("agencies", type_=ARRAY(Text)))) for query, agency in _QUESTIONS]
"""Written once: to put them together each time costs as much as the answers."""
