"""Agencies and procedures."""

from typing import Any

import msgspec

from shared.db.views.rows import Row
from shared.domain.catalogue import Procedure

_OF_ROW = ("code", "name", "sector")


def agency_body(row: Row) -> dict[str, Any]:
    """Return one agency."""
    return {name: row[name] for name in ("code", "name", "parent", "level", "in_catalogue")}


def procedure_facts(row: Row) -> dict[str, Any]:
    """Return one procedure with every fact, null where nobody stated it."""
    facts = msgspec.structs.asdict(row["facts"])
    return {
        **{name: row[name] for name in _OF_ROW},
        **{name: facts[name] for name in Procedure.__struct_fields__ if name not in _OF_ROW},
        "in_catalogue": row["in_catalogue"],
    }
