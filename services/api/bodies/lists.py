"""The frame every list has in common."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from shared.db.views.freshness import Freshness
from shared.db.views.snapshot import Snapshot


def list_body(
    snapshot: Snapshot, items: Sequence[Mapping[str, Any] | msgspec.Raw], next_cursor: str | None, *, count: int | None = None
) -> dict[str, Any]:
    """Return a list with how fresh it is; `count` only where it was asked for."""
    body = {"items": items, "next_cursor": next_cursor, **freshness_body(snapshot.freshness)}
    return body if count is None else {**body, "count": count}


def freshness_body(freshness: Freshness) -> dict[str, Any]:
    """Return up to when the answer holds, and the sources that are behind."""
    behind = [source.name for source in freshness.behind]
    return {"data_as_of": freshness.data_as_of, "freshness": {"status": freshness.status, "sources": behind}}


def named(code: str | None, name: str | None) -> dict[str, str] | None:
    """Return a code with its name; the code itself where nobody gave a name."""
    return None if code is None else {"code": code, "name": name or code}
