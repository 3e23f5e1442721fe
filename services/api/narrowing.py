"""Filters that name an agency, a procedure or a source: one that nobody knows is a mistake, not an empty list."""

from collections.abc import Sequence

from services.api.problems import ParameterError, invalid_parameters
from shared.db.views.agencies import agency_tree
from shared.db.views.procedures import unknown_procedures
from shared.db.views.snapshot import Snapshot
from shared.db.views.sources import unknown_sources
from shared.domain.agencies import AgencyTree


async def at_agencies(snapshot: Snapshot, wanted: Sequence[str], *, within: AgencyTree, parameter: str = "agency") -> AgencyTree:
    """Return what is left to be seen when only these agencies and those below them are wanted; all of it when none is named.

    `parameter`: which one named them.
    """
    if not wanted:
        return within
    tree = await agency_tree(snapshot, within=within)
    if any(code not in tree for code in wanted):
        raise invalid_parameters([ParameterError(parameter, "unknown agency")])
    return tree.narrowed_to(wanted)


async def check_procedures(
    snapshot: Snapshot, wanted: Sequence[str], *, within: AgencyTree, parameter: str = "procedure"
) -> None:
    """Raise the problem of a procedure that neither the catalogue nor a dossier names."""
    if wanted and await unknown_procedures(snapshot, wanted, within=within):
        raise invalid_parameters([ParameterError(parameter, "unknown procedure")])


async def check_sources(snapshot: Snapshot, wanted: Sequence[str]) -> None:
    """Raise the problem of a source that was never configured."""
    if wanted and await unknown_sources(snapshot.connection, snapshot.province, wanted):
        raise invalid_parameters([ParameterError("source", "unknown source")])
