"""The feed of events: the outbox in its order, as far as nothing can come before any more."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ARRAY, BigInteger, ColumnElement, DateTime, Text, and_, cast, func, not_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.outbox_order import IN_ORDER, is_after, is_settled
from shared.db.tables import outbox, outbox_readers
from shared.db.views.alert_filters import AlertFilters, facts
from shared.db.views.rows import Row, all_rows
from shared.db.views.scope import one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.events import OWN_TYPES, EventType, Position


def _fact(name: str) -> ColumnElement[Any]:
    """Return what an event tells of its alert, by the name of the alert's column."""
    told = func.jsonb_extract_path_text(outbox.c.alert, name)
    if name == "incident_id":
        return cast(told, BigInteger)
    return cast(told, DateTime(timezone=True)) if name.endswith("_at") else told


_RULE, _FAMILY, _SEVERITY, _AGENCY, _RESPONSIBLE = (
    _fact(name) for name in ("rule", "family", "severity", "agency", "responsible_agency")
)

_LOOKED_AT = 10_000


class EventFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Each filter left empty lets everything through; `rules` are rules and families. `alerts`: only what happened to alerts that
    were so at that moment.
    """

    types: tuple[EventType, ...] = ()
    rules: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    alerts: AlertFilters | None = None


class EventPage(msgspec.Struct, frozen=True):
    """Rows of the outbox, and up to where everything was looked at."""

    rows: Sequence[Row]
    position: Position


async def event_page(snapshot: Snapshot, filters: EventFilters, after: Position, limit: int, *, within: AgencyTree) -> EventPage:
    """Return the next events wanted, at most `limit`, in the order of the feed.

    So many are looked at and no more, however few are wanted: whoever goes on from the position has the others next time.
    """
    end = await _window(snapshot.connection, snapshot.province, after)
    if end is None:
        return EventPage((), after)
    between = (outbox.c.province_code == snapshot.province, is_after(after), not_(is_after(end)))
    query = select(outbox).where(*between, _is_seen(within), *_conditions(filters, snapshot))
    rows = await all_rows(snapshot.connection, query.order_by(*IN_ORDER).limit(limit))
    return EventPage(rows, Position(rows[-1]["xid"], rows[-1]["id"]) if len(rows) == limit else end)


async def _window(connection: AsyncConnection, province: str, after: Position) -> Position | None:
    """Return the position of the last of the next events that are looked at, None where there is none."""
    query = select(*IN_ORDER).where(outbox.c.province_code == province, is_after(after), is_settled())
    found = query.order_by(*IN_ORDER).limit(_LOOKED_AT).subquery()
    last = select(found).order_by(found.c.xid.desc(), found.c.id.desc()).limit(1)
    row = (await connection.execute(last)).one_or_none()
    return None if row is None else Position(row.xid, row.id)


async def last_position(connection: AsyncConnection, province: str) -> Position | None:
    """Return the position of the last event that can be read, None where there is none."""
    query = select(*IN_ORDER).where(outbox.c.province_code == province, is_settled())
    row = (await connection.execute(query.order_by(*(column.desc() for column in IN_ORDER)).limit(1))).one_or_none()
    return None if row is None else Position(row.xid, row.id)


async def position_of(connection: AsyncConnection, province: str, reader: str) -> Position | None:
    """Return how far a reader has come, None for one that never read."""
    query = select(outbox_readers.c.xid, outbox_readers.c.id).where(*reader_is(province, reader))
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Position(row.xid, row.id)


def reader_is(province: str, reader: str) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of the row of one reader."""
    return outbox_readers.c.province_code == province, outbox_readers.c.name == reader


def _is_seen(within: AgencyTree) -> ColumnElement[bool]:
    """An event may be seen where its alert stands and by who is asked to act, an incident by everyone of whose dossiers some are
    inside it; any other in the whole province.
    """
    if within.is_whole:
        return true()
    inside = func.jsonb_extract_path(outbox.c.data, "agencies").bool_op("?|")(cast(sorted(within.codes), ARRAY(Text)))
    return or_(one_of(_AGENCY, within.codes), one_of(_RESPONSIBLE, within.codes), inside)


def _conditions(filters: EventFilters, snapshot: Snapshot) -> list[ColumnElement[bool]]:
    wanted = []
    if filters.alerts:
        states = [one_of(_fact("state"), filters.alerts.states)]
        wanted += [outbox.c.alert_id.is_not(None), *states, *facts(filters.alerts, snapshot.province, _fact)]
    if filters.types:
        wanted.append(or_(*(_is_of(type_) for type_ in filters.types)))
    if filters.rules:
        wanted.append(or_(one_of(_RULE, filters.rules), one_of(_FAMILY, filters.rules)))
    if filters.severities:
        wanted.append(one_of(_SEVERITY, filters.severities))
    return wanted


def _is_of(type_: EventType) -> ColumnElement[bool]:
    """A type of a rule's own is that rule's opening, which is then no `alert.opened`."""
    rules = [rule for rule, own in OWN_TYPES.items() if own is type_]
    if rules:
        return and_(outbox.c.event == EventType.ALERT_OPENED, one_of(_RULE, rules))
    if type_ is EventType.ALERT_OPENED:
        return and_(outbox.c.event == type_, ~one_of(_RULE, OWN_TYPES))
    return outbox.c.event == type_
