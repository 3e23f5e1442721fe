"""Citizens' petitions in a list: where each stands, what is owed next and until when."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Select, SmallInteger, and_, any_, false, func, literal, not_, select

from shared.db.tables import petitions
from shared.db.views.names import agency_name
from shared.db.views.paging import Cut, Instant, Order, Page, Word, or_last, page
from shared.db.views.rows import Row, columns, one_row
from shared.db.views.scope import at_agency, one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree


class PetitionSort(StrEnum):
    """`due_at`: the earliest due; `received_at`: the latest received; `code`: by the code."""

    DUE_AT = "due_at"
    RECEIVED_AT = "received_at"
    CODE = "code"


ORDERS: dict[PetitionSort, Order] = {
    PetitionSort.DUE_AT: Order((petitions.c.due_at, petitions.c.code), tuple[Instant | None, Word]),
    PetitionSort.RECEIVED_AT: Order((petitions.c.received_at, petitions.c.code), tuple[Instant, Word], falls=True),
    PetitionSort.CODE: Order((petitions.c.code,), tuple[Word]),
}


class PetitionFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Each filter left empty lets everything through; several values of one mean any of them, several filters all of them.

    `dossiers` are codes in normal form. `due_from` counts as due, `due_to` no longer, likewise what was received.
    """

    statuses: tuple[int, ...] = ()
    kinds: tuple[int, ...] = ()
    steps: tuple[str, ...] = ()
    dossiers: tuple[str, ...] = ()
    due_from: datetime | None = None
    due_to: datetime | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    is_overdue: bool | None = None


_due = or_last(petitions.c.due_at)


async def petition_page(
    snapshot: Snapshot, filters: PetitionFilters, sort: PetitionSort, cut: Cut, *, within: AgencyTree
) -> Page:
    """Return one page of the petitions wanted."""
    return await page(snapshot.connection, _petitions(snapshot).where(*_wanted(snapshot, filters, within)), ORDERS[sort], cut)


async def count_petitions(snapshot: Snapshot, filters: PetitionFilters, *, within: AgencyTree) -> int:
    """Return how many petitions are wanted, on all pages."""
    query = select(func.count()).select_from(petitions).where(*_wanted(snapshot, filters, within))
    return int(await snapshot.connection.scalar(query) or 0)


async def find_petition(snapshot: Snapshot, code: str, *, within: AgencyTree) -> Row | None:
    """Return one petition, None for one that is not there or not to be seen."""
    query = _petitions(snapshot).where(*_wanted(snapshot, PetitionFilters(), within), petitions.c.code == code)
    return await one_row(snapshot.connection, query)


def _petitions(snapshot: Snapshot) -> Select[Any]:
    return select(
        *columns(petitions, "code", "petition", "agency", "step", "due_at"),
        agency_name(petitions, petitions.c.agency).label("agency_name"),
        func.coalesce(_is_overdue(snapshot), false()).label("overdue"),
    )


def _is_overdue(snapshot: Snapshot) -> ColumnElement[bool]:
    """A due date is passed after it; nothing is overdue where nothing is owed."""
    return and_(petitions.c.due_at.is_not(None), _due < snapshot.now)


def _wanted(snapshot: Snapshot, filters: PetitionFilters, within: AgencyTree) -> list[ColumnElement[bool]]:
    wanted = [petitions.c.province_code == snapshot.province, at_agency(petitions.c.agency, within)]
    if filters.is_overdue is not None:
        overdue = _is_overdue(snapshot)
        wanted.append(overdue if filters.is_overdue else not_(overdue))
    return [*wanted, *_listed(filters), *_bounded(filters)]


def _bounded(filters: PetitionFilters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.due_from:
        wanted += [petitions.c.due_at.is_not(None), _due >= filters.due_from]
    if filters.due_to:
        wanted.append(_due < filters.due_to)
    if filters.received_from:
        wanted.append(petitions.c.received_at >= filters.received_from)
    if filters.received_to:
        wanted.append(petitions.c.received_at < filters.received_to)
    return wanted


def _listed(filters: PetitionFilters) -> list[ColumnElement[bool]]:
    numbers = ((petitions.c.status, filters.statuses), (petitions.c.kind, filters.kinds))
    words = ((petitions.c.step, filters.steps), (petitions.c.dossier_code, filters.dossiers))
    return [column == any_(literal(sorted(values), ARRAY(SmallInteger))) for column, values in numbers if values] + [
        and_(column.is_not(None), one_of(column, values)) for column, values in words if values
    ]
