"""Which dossiers are wanted."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    SmallInteger,
    Text,
    and_,
    any_,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import dossiers, findings, procedures
from shared.db.views.folding import codes_named
from shared.db.views.paging import or_last
from shared.db.views.scope import one_of
from shared.domain import codes
from shared.domain.statuses import RUNNING, Status

Instant = datetime | ColumnElement[datetime]
"""A moment, or the parameter that will hold it."""

_NONE: ColumnElement[Any] = literal_column("'{}'")
_due = or_last(dossiers.c.due_at)
IS_OPEN = and_(dossiers.c.ended_at.is_(None), dossiers.c.status.is_not(None))  # as the partial index writes it
LOOKED_AT = dossiers.c.rule_set > literal_column("0")  # likewise; of what nobody has looked at nothing is known
_AFTER_ALL = "\U0010ffff"


class SyncState(StrEnum):
    """Whether a dossier's sides agree; `unjudged`: nobody has looked yet."""

    IN_STEP = "in_step"
    OUT_OF_STEP = "out_of_step"
    UNJUDGED = "unjudged"


class DossierFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Each filter left empty lets everything through; several values of one mean any of them, several filters all of them.

    `sync_rules` adds to `sync_states` the dossiers of which one of these rules stands. `due_from` counts as due, `due_to` no
    longer. `q` is the beginning of a code in any spelling, or words of the procedure's name.
    """

    statuses: tuple[int, ...] = ()
    portal_statuses: tuple[int, ...] = ()
    sync_states: tuple[SyncState, ...] = ()
    sync_rules: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    due_from: datetime | None = None
    due_to: datetime | None = None
    is_open: bool | None = None
    is_overdue: bool | None = None
    is_overdue_on_portal: bool | None = None
    q: str | None = None


def conditions(
    filters: DossierFilters, province: str, now: datetime, mentioned: Collection[str] = ()
) -> list[ColumnElement[bool]]:
    """Return what a dossier must fulfil; `mentioned`: the procedures whose names hold `q`.

    Dossiers nobody has looked at yet are among them only when that is asked for.
    """
    wanted = [dossiers.c.province_code == province, *_listed(filters), *_states(filters, now)]
    if SyncState.UNJUDGED not in filters.sync_states:
        wanted.append(LOOKED_AT)
    if filters.sync_states or filters.sync_rules:
        wanted.append(_in_sync_state(filters.sync_states, filters.sync_rules))
    if filters.due_from:
        wanted += [dossiers.c.due_at.is_not(None), _due >= filters.due_from]
    if filters.due_to:
        wanted.append(_due < filters.due_to)
    if filters.q:
        wanted.append(_mentions(filters.q, mentioned))
    return wanted


def out_of_step() -> ColumnElement[bool]:
    """Return the condition as the partial index writes it: a parameter in its place would keep it from being used."""
    return dossiers.c.out_of_step != _NONE


def out_of_step_by(rules: Collection[str]) -> ColumnElement[bool]:
    """Return whether one of these `sync.*` rules stands."""
    listed = cast(literal(sorted(rules), ARRAY(Text)), ARRAY(Text))
    return dossiers.c.out_of_step.op("&&", is_comparison=True)(listed)


def in_step() -> ColumnElement[bool]:
    """Judged, and some system tells where it stands; as the partial index writes it."""
    return and_(dossiers.c.status.is_not(None), dossiers.c.out_of_step == _NONE)


def unjudged() -> ColumnElement[bool]:
    """No rules have judged it: of these there is an index."""
    return and_(dossiers.c.judged_at.is_(None), dossiers.c.rule_set == literal_column("0"))


def is_overdue(now: Instant) -> ColumnElement[bool]:
    """Past due and running, or standing still after it was past due, which the last review tells; null for one without a date."""
    told = exists().where(
        findings.c.province_code == dossiers.c.province_code,
        findings.c.code == dossiers.c.code,
        findings.c.family == "deadline",
        findings.c.finding.op("->>", return_type=Text())(literal("rule", Text)) == "deadline.overdue",
    )
    return and_(IS_OPEN, _due < now, or_(_has(dossiers.c.status, RUNNING), told))


def is_untouched(now: Instant) -> ColumnElement[bool]:
    """Online, taken up on no side, past the window: its end is reached at its instant."""
    return and_(dossiers.c.intake_by.is_not(None), dossiers.c.intake_by <= now, dossiers.c.taken_up_at.is_(None))


def is_overdue_on_portal(now: Instant) -> ColumnElement[bool]:
    """A due date is passed after it; the window of a dossier nobody has taken up is over at its instant. Null for neither."""
    at = dossiers.c.portal_overdue_at
    return and_(at.is_not(None), at <= now, or_(at < now, dossiers.c.portal_status == Status.NEW.value))


def known(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition that is false where it would be null."""
    return func.coalesce(condition, false())


async def procedures_mentioned(connection: AsyncConnection, province: str, q: str | None) -> list[str]:
    """Return the procedures whose names hold these words; asked first, so that the dossiers are found by an index."""
    return list((await connection.execute(codes_named(procedures, province, q))).scalars()) if q else []


def _listed(filters: DossierFilters) -> list[ColumnElement[bool]]:
    words = (
        (dossiers.c.procedure, filters.procedures),
        (dossiers.c.sector, filters.sectors),
        (dossiers.c.source, filters.sources),
        (dossiers.c.stage, filters.stages),
        (dossiers.c.officer_id, filters.officers),
    )
    numbers = ((dossiers.c.status, filters.statuses), (dossiers.c.portal_status, filters.portal_statuses))
    wanted = [and_(column.is_not(None), one_of(column, values)) for column, values in words if values]
    return wanted + [_has(column, values) for column, values in numbers if values]


def _states(filters: DossierFilters, now: datetime) -> list[ColumnElement[bool]]:
    """A dossier that is neither open nor ended is one nobody has judged or no system has any more."""
    asked = (
        (filters.is_open, IS_OPEN, dossiers.c.ended_at.is_not(None)),
        (filters.is_overdue, overdue := is_overdue(now), not_(known(overdue))),
        (filters.is_overdue_on_portal, on_portal := is_overdue_on_portal(now), not_(known(on_portal))),
    )
    return [yes if wanted else no for wanted, yes, no in asked if wanted is not None]


def _in_sync_state(states: tuple[SyncState, ...], rules: tuple[str, ...]) -> ColumnElement[bool]:
    any_state = {
        SyncState.IN_STEP: in_step(),
        SyncState.OUT_OF_STEP: out_of_step(),
        SyncState.UNJUDGED: unjudged(),
    }
    wanted = [any_state[state] for state in states]
    if rules:
        wanted.append(and_(out_of_step(), out_of_step_by(rules)))
    return or_(*wanted)


def _mentions(words: str, procedure_codes: Collection[str]) -> ColumnElement[bool]:
    start, code = codes.dossier(words), dossiers.c.code.collate("C")
    begins = and_(code >= literal(start, Text), code < literal(start + _AFTER_ALL, Text))
    return or_(begins, one_of(dossiers.c.procedure, procedure_codes)) if procedure_codes else begins


def _has(column: ColumnElement[Any], values: Collection[int]) -> ColumnElement[bool]:
    return column == any_(literal(sorted(int(value) for value in values), ARRAY(SmallInteger)))
