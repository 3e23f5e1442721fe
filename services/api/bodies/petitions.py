"""A petition as it stands at the moment of the request."""

from typing import Any

from services.api.bodies.lists import named
from shared.db.views.rows import Row
from shared.domain.labels import PETITION_KINDS, PETITION_STATUSES
from shared.domain.paths import petition_path

_OF_ROW = ("code", "step", "due_at", "overdue")
_OF_PETITION = (
    "received_at",
    "refused_at",
    "supplement_asked_at",
    "answered_at",
    "published_at",
    "dossier_code",
    "satisfied",
    "repeated",
    "updated_at",
)


def petition_item(row: Row) -> dict[str, Any]:
    """Return one petition of a list."""
    petition = row["petition"]
    kind = None if petition.kind is None else int(petition.kind)
    return {
        **{name: row[name] for name in _OF_ROW},
        **{name: getattr(petition, name) for name in _OF_PETITION},
        "agency": named(row["agency"], row["agency_name"]),
        "status": {"code": int(petition.status), "label": PETITION_STATUSES[str(int(petition.status))]},
        "kind": None if kind is None else {"code": kind, "label": PETITION_KINDS[str(kind)]},
        "url": petition_path(row["code"]),
    }
