"""What could be done for the score: repairs that change the same counted together, and pages of them by what they are worth."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    TableValuedAlias,
    Text,
    and_,
    cast,
    column,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.tables import alerts, repairs
from shared.db.types import to_json
from shared.db.views.alert_filters import unresolved
from shared.db.views.names import agency_name, procedure_facts
from shared.db.views.paging import Cut, Page, Word
from shared.db.views.rows import Row, all_rows, columns
from shared.db.views.scope import at_agency, one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.moves import Move, RepairKind
from shared.domain.periods import Period
from shared.domain.repairs import rules_of

Millionths = int
"""Points as whole numbers, so that they compare and travel in a cursor."""

_MOST = 100_000_000
_POINTS = Annotated[int, msgspec.Meta(ge=-_MOST, le=_MOST)]
_ROW = (
    column("repair", Text),
    column("agency", Text),
    column("month", Date),
    column("moves", Text),
    column("millionths", BigInteger),
)
_SAME = ("repair", "agency", "month")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which repairs: of these kinds, where the dossier counts at one of these agencies in this period."""

    kinds: frozenset[RepairKind]
    agencies: frozenset[str]
    period: Period


class Same(msgspec.Struct, frozen=True):
    """What repairs that change the same have in common."""

    kind: RepairKind
    agency: str
    month: date
    moves: tuple[Move, ...]


class Alike(msgspec.Struct, frozen=True):
    """So many repairs that change the same; `procedure` is None where those of several are told together."""

    same: Same
    procedure: str | None
    dossiers: int


class Weight(msgspec.Struct, frozen=True):
    """What each of so many repairs is worth."""

    millionths: Millionths
    dossiers: int


@dataclass(frozen=True)
class Worthy:
    """How opportunities are sorted: the most points first, then by the dossier's code and the repair."""

    key: Any = tuple[_POINTS, Word, Word]


async def alike(snapshot: Snapshot, wanted: Wanted, *, by_procedure: bool, within: AgencyTree) -> list[Alike]:
    """Return the repairs wanted, those that change the same together, of each procedure alone if asked."""
    key = columns(repairs, "repair", "agency", "month", "moves", *(["procedure"] if by_procedure else []))
    query = select(*key, func.count().label("dossiers")).where(*_conditions(snapshot, wanted, within)).group_by(*key)
    return [Alike(same_of(row), row.get("procedure"), row["dossiers"]) for row in await all_rows(snapshot.connection, query)]


def same_of(row: Row) -> Same:
    """Return what a repair has in common with others."""
    return Same(RepairKind(row["repair"]), row["agency"], row["month"], row["moves"])


async def opportunity_page(
    snapshot: Snapshot, wanted: Wanted, weights: Mapping[Same, Weight], cut: Cut, *, within: AgencyTree
) -> Page:
    """Return one page of the repairs wanted, the most points first; `weights`: what they are worth."""
    first = _first(weights, cut)
    worth = _rows_of(first)
    place = (-worth.c.millionths, repairs.c.code, repairs.c.repair)
    query = (
        select(
            repairs,
            worth.c.millionths,
            agency_name(repairs, repairs.c.agency).label("agency_name"),
            *procedure_facts(repairs),
        )
        .join(worth, and_(*(repairs.c[name] == worth.c[name] for name in _SAME), repairs.c.moves == cast(worth.c.moves, JSONB)))
        .where(*_conditions(snapshot, wanted, within))
        .order_by(*place)
        .limit(cut.limit + 1)
    )
    if cut.after is not None:
        millionths, code, repair = cut.after
        query = query.where(tuple_(*place) > tuple_(literal(-millionths, BigInteger), literal(code, Text), literal(repair, Text)))
    rows = await all_rows(snapshot.connection, query) if first else []
    if len(rows) <= cut.limit:
        return Page(rows)
    end = rows[cut.limit - 1]
    return Page(rows[: cut.limit], (end["millionths"], end["code"], end["repair"]))


async def alerts_about(
    snapshot: Snapshot, found: Collection[tuple[str, RepairKind]], *, within: AgencyTree
) -> dict[tuple[str, RepairKind], tuple[int, str]]:
    """Return id and rule of the unresolved alert that each repair of a dossier belongs to, of those that have one."""
    query = select(*columns(alerts, "id", "rule", "dossier_code")).where(
        alerts.c.province_code == snapshot.province,
        one_of(alerts.c.dossier_code, {code for code, _ in found}),
        unresolved(),
        at_agency(alerts.c.agency, within),
    )
    standing: dict[str, dict[str, int]] = {}
    for row in await all_rows(snapshot.connection, query):
        standing.setdefault(row["dossier_code"], {})[row["rule"]] = row["id"]
    about = {}
    for code, kind in found:
        of_dossier = standing.get(code, {})
        rule = next((rule for rule in rules_of(kind) if rule in of_dossier), None)
        if rule is not None:
            about[code, kind] = (of_dossier[rule], rule)
    return about


def _conditions(snapshot: Snapshot, wanted: Wanted, within: AgencyTree) -> Sequence[ColumnElement[bool]]:
    return (
        repairs.c.province_code == snapshot.province,
        one_of(repairs.c.repair, {kind.value for kind in wanted.kinds}),
        one_of(repairs.c.agency, wanted.agencies),
        repairs.c.month.between(wanted.period.first_day, wanted.period.last_day),
        at_agency(repairs.c.agency, within),
    )


def _first(weights: Mapping[Same, Weight], cut: Cut) -> list[tuple[Same, Millionths]]:
    """Return those that can be on the page: as many as fill it after those worth as much as the row it follows."""
    top = None if cut.after is None else cut.after[0]
    in_order = sorted(weights.items(), key=lambda item: -item[1].millionths)
    found: list[tuple[Same, Millionths]] = []
    enough = 0
    for same, weight in in_order:
        if top is not None and weight.millionths > top:
            continue
        if enough > cut.limit and weight.millionths != found[-1][1]:
            break
        found.append((same, weight.millionths))
        enough += weight.dossiers if weight.millionths != top else 0
    return found


def _rows_of(first: Sequence[tuple[Same, Millionths]]) -> TableValuedAlias:
    """Return repairs that change the same as rows with what they are worth."""
    arrays = (
        literal([one.kind.value for one, _ in first], ARRAY(Text)),
        literal([one.agency for one, _ in first], ARRAY(Text)),
        literal([one.month for one, _ in first], ARRAY(Date)),
        literal([to_json(one.moves) for one, _ in first], ARRAY(Text)),
        literal([worth for _, worth in first], ARRAY(BigInteger)),
    )
    return func.unnest(*arrays).table_valued(*_ROW, name="worth").render_derived()
