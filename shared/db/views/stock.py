"""The stock, counted at the moment of the question, or as it was kept on earlier days."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func, literal_column, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import dossiers, open_tally, stock_days
from shared.db.views.dossier_filters import IS_OPEN, is_overdue, is_overdue_on_portal, is_untouched, out_of_step_by
from shared.db.views.rows import all_rows
from shared.db.views.scope import at_agency
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.rules.apology import REMEMBERED
from shared.domain.statuses import RUNNING, Status
from shared.domain.stock import STOCK, PortalStock, Stock, due_soon_until, of_units
from shared.domain.working_time import WorkingTime

_WAITING = {
    "supplement": Status.SUPPLEMENT,
    "payment": Status.PAYMENT,
    "stopped": Status.STOPPED,
    "paused": Status.PAUSED,
}


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
    return of_units(await own_stock(snapshot, calendar, within=seen), units)


async def own_stock(snapshot: Snapshot, calendar: WorkingTime, *, within: AgencyTree) -> dict[str, Stock]:
    """Return the stock now of each agency's own dossiers, by its code; none of those without."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for query in _questions(snapshot, calendar):
        query = query.where(dossiers.c.province_code == snapshot.province, at_agency(dossiers.c.agency, within))
        for row in await all_rows(snapshot.connection, query.group_by(dossiers.c.agency)):
            found[row["agency"]] |= {name: row[name] for name in row if name != "agency"}
    return {agency: Stock(**counts) for agency, counts in found.items()}


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


def _questions(snapshot: Snapshot, calendar: WorkingTime) -> Iterator[Select[Any]]:
    """Each by an index of its own: what is open at home, open on the portal, and late without an apology."""
    now, agency = snapshot.now, dossiers.c.agency
    waits = dossiers.c.paused_since.is_not(None)
    at_home = {
        "overdue": is_overdue(now),
        "untouched": is_untouched(now),
        "due_soon": and_(_runs(), dossiers.c.due_at >= now, dossiers.c.due_at <= due_soon_until(calendar, now)),
        **{name: and_(waits, _waiting_status() == status.value) for name, status in _WAITING.items()},
    }
    yield select(agency, _count().label("open"), *_counts(at_home)).where(IS_OPEN)
    on_portal = {"overdue_on_portal": is_overdue_on_portal(now)}
    yield select(agency, _count().label("on_portal"), *_counts(on_portal)).where(dossiers.c.open_on_portal)
    yield select(agency, _count().label("apologies")).where(_owes_apology(now))


def _waiting_status() -> ColumnElement[int]:
    """Return the status it waits in: home's, the portal's where home's is one no table maps."""
    return func.coalesce(func.nullif(dossiers.c.status, Status.UNKNOWN.value), dossiers.c.portal_status)


def _runs() -> ColumnElement[bool]:
    return dossiers.c.status.in_(sorted(status.value for status in RUNNING))


def _owes_apology(now: datetime) -> ColumnElement[bool]:
    remembered = or_(dossiers.c.ended_at.is_(None), dossiers.c.ended_at > now - REMEMBERED)
    return and_(dossiers.c.late_from.is_not(None), not_(dossiers.c.apologised), dossiers.c.late_from <= now, remembered)


def _counts(conditions: Mapping[str, ColumnElement[bool]]) -> list[ColumnElement[Any]]:
    return [_count(condition).label(name) for name, condition in conditions.items()]


def _count(condition: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    counted = func.count(literal_column("*"))
    return counted if condition is None else counted.filter(condition)
