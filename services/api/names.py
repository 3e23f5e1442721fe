"""What the things are called that answers are counted by."""

from collections.abc import Collection, Mapping

from shared.db.views.agencies import agency_names
from shared.db.views.procedures import sector_names
from shared.db.views.snapshot import Snapshot
from shared.domain import labels
from shared.domain.agencies import AgencyTree

_FIXED: Mapping[str, Mapping[str, str]] = {
    "rule": labels.RULES,
    "severity": labels.SEVERITIES,
    "responsible": labels.RESPONSIBLES,
    "cause": labels.CAUSES,
    "resolution": labels.RESOLUTIONS,
}


async def names_of(
    snapshot: Snapshot, kind: str, keys: Collection[str | None], *, within: AgencyTree
) -> Mapping[str | None, str | None]:
    """Return the name of each key of a kind; the key itself where nobody gave a name, as with stages and officers."""
    asked = {key for key in keys if key is not None}
    if kind == "agency":
        found = await agency_names(snapshot, asked, within=within)
    elif kind == "sector":
        found = await sector_names(snapshot, asked, within=within)
    else:
        found = _FIXED.get(kind, {})
    return {None: None, **{key: found.get(key) or key for key in asked}}
