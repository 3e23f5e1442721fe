"""The procedures behind the indicators that count procedures, as facts and figures of one unit and period."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, func, literal, select, text
from sqlalchemy import Text as Words

from shared.db.tables import procedures
from shared.db.views.offered import LISTED, at
from shared.db.views.rows import Row, all_rows, columns
from shared.db.views.snapshot import Snapshot
from shared.db.views.tallies import ROWS_OF_UNITS, pairs
from shared.domain.agencies import AgencyTree
from shared.domain.catalogue import Procedure
from shared.domain.counters import View
from shared.domain.periods import Period
from shared.domain.score_procedures import Use
from shared.domain.units import Unit

_USES = text(
    "SELECT tally.procedure, sum(service_used)::bigint, sum(service_paid)::bigint FROM procedure_tally AS tally"  # noqa: S608
    f" JOIN {ROWS_OF_UNITS} ON unit.agency = tally.agency WHERE province_code = :province AND view = :view AND span = :span"
    " AND starts_on = :first AND (service_used > 0 OR service_paid > 0) GROUP BY tally.procedure"
)

_DATES = ("decided_on", "effective_on", "published_on")


async def offered(snapshot: Snapshot, unit: str, *, within: AgencyTree) -> Sequence[Row]:  # noqa: ARG001 - everyone may know
    """Return code, name, sector and facts of every procedure a unit offers, by code; the province offers all, each once."""
    found = _facts().where(text(f"{LISTED} AND {at('CAST(:unit AS text)')}"))
    return await all_rows(snapshot.connection, found.params(province=snapshot.province, unit=unit))


async def decided(snapshot: Snapshot, period: Period, *, within: AgencyTree) -> Sequence[Row]:  # noqa: ARG001 - likewise
    """Return likewise the procedures of the province that were decided in a period."""
    found = _facts().where(text(LISTED), _decided_in(period))
    return await all_rows(snapshot.connection, found.params(province=snapshot.province))


async def dates_of_decisions(
    snapshot: Snapshot,
    period: Period,
    *,
    within: AgencyTree,  # noqa: ARG001 - likewise
) -> list[tuple[Procedure, int]]:
    """Return the days of the procedures decided in a period: a procedure with nothing else, and how many have the same."""
    days = [_day(name).label(name) for name in _DATES]
    found = select(*days, func.count().label("procedures")).where(text(LISTED), _decided_in(period)).group_by(*days)
    rows = await all_rows(snapshot.connection, found.params(province=snapshot.province))
    return [(Procedure(code="", **{name: row[name] for name in _DATES}), row["procedures"]) for row in rows]


async def uses(snapshot: Snapshot, view: View, period: Period, unit: Unit, *, within: AgencyTree) -> Mapping[str, Use]:
    """Return how often each procedure was used online in a unit; those never used are missing."""
    of = {"province": snapshot.province, "view": view.value, "span": period.kind.value, "first": period.first_day}
    rows = await snapshot.connection.execute(_USES, {**of, **pairs({unit.code: unit.agencies}, within)})
    return {code: Use(online, paid) for code, online, paid in rows}


def _facts() -> Any:
    return select(*columns(procedures, "code", "name", "sector", "facts")).order_by(procedures.c.code)


def _decided_in(period: Period) -> ColumnElement[bool]:
    return _day("decided_on").between(period.first_day, period.last_day)


def _day(name: str) -> ColumnElement[Any]:
    return cast(procedures.c.facts.op("->>", return_type=Words())(literal(name, Words)), Date)
