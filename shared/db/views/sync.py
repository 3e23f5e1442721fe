"""How many dossiers agree on both sides, counted in one pass."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import ARRAY, Text, cast, func, literal_column, select

from shared.db.tables import dossiers
from shared.db.views.dossier_filters import in_step, out_of_step, unjudged
from shared.db.views.rows import Row, all_rows, columns
from shared.db.views.scope import at_agency, one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree


class SyncFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Several values of one filter mean any of them. `sources`: the home systems that speak for a dossier."""

    sources: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()


async def sync_cells(snapshot: Snapshot, filters: SyncFilters, *, within: AgencyTree) -> Sequence[Row]:
    """Return how many judged dossiers there are of each source, agency, sector and set of rules out of step.

    One that no system has any more and that is out of step by nothing counts no longer.
    """
    listed = ((dossiers.c.source, filters.sources), (dossiers.c.sector, filters.sectors))
    wanted = [one_of(column, values) for column, values in listed if values]
    place = columns(dossiers, "source", "agency", "sector")
    agreeing, others = in_step(), out_of_step()
    nothing = cast(literal_column("'{}'"), ARRAY(Text)).label("out_of_step")
    counted = [
        select(*place, rules, func.count().label("dossiers"))
        .where(dossiers.c.province_code == snapshot.province, condition, at_agency(dossiers.c.agency, within), *wanted)
        .group_by(*place, *by)
        for condition, rules, by in ((agreeing, nothing, []), (others, dossiers.c.out_of_step, [dossiers.c.out_of_step]))
    ]
    return [row for query in counted for row in await all_rows(snapshot.connection, query)]


async def count_unjudged(snapshot: Snapshot, *, within: AgencyTree) -> int:
    """Return how many dossiers nobody has judged; where they stand is not known, so only who sees all of them is told."""
    query = select(func.count()).select_from(dossiers)
    query = query.where(dossiers.c.province_code == snapshot.province, unjudged(), at_agency(dossiers.c.agency, within))
    return int(await snapshot.connection.scalar(query) or 0)
