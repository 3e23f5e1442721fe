"""How many dossiers agree on both sides: one count of small cells, added up in four ways."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from services.api.bodies.lists import freshness_body
from services.api.bodies.summary import Names
from services.api.dossier_query import SYNC_RULES
from shared.db.views.rows import Row
from shared.db.views.snapshot import Snapshot
from shared.domain import labels


def sync_body(cells: Sequence[Row], unjudged: int, agencies: Names, sectors: Names, snapshot: Snapshot) -> dict[str, Any]:
    """Return the whole and its parts, each list the worst first."""
    whole = _counts(cells)
    return {
        **{name: whole[name] for name in ("total", "in_step", "out_of_step", "share")},
        "unjudged": unjudged,
        "by_kind": _kinds(whole["kinds"]),
        "by_source": _parts(cells, "source", {}),
        "by_agency": _parts(cells, "agency", agencies),
        "by_sector": _parts(cells, "sector", sectors),
        **freshness_body(snapshot.freshness),
    }


def _kinds(kinds: dict[str, int]) -> list[dict[str, Any]]:
    listed = [{"code": rule, "name": labels.RULES[rule], "out_of_step": number} for rule, number in kinds.items()]
    return sorted(listed, key=lambda kind: -kind["out_of_step"])


def _parts(cells: Iterable[Row], by: str, names: Names) -> list[dict[str, Any]]:
    found: dict[str | None, list[Row]] = defaultdict(list)
    for cell in cells:
        found[cell[by]].append(cell)
    parts = [{"code": code, "name": names.get(code, code), **_counts(of_code)} for code, of_code in found.items()]
    return sorted(parts, key=lambda part: (-part["out_of_step"], part["share"], part["code"] or ""))


def _counts(cells: Iterable[Row]) -> dict[str, Any]:
    """A dossier out of step in two ways is counted once, and under both."""
    total = out_of_step = 0
    kinds: Counter[str] = Counter()
    for cell in cells:
        total += cell["dossiers"]
        out_of_step += cell["dossiers"] if cell["out_of_step"] else 0
        kinds.update(dict.fromkeys(cell["out_of_step"], cell["dossiers"]))
    in_step = total - out_of_step
    return {
        "total": total,
        "in_step": in_step,
        "out_of_step": out_of_step,
        "share": _percent(in_step, total),
        "kinds": {rule: kinds[rule] for rule in SYNC_RULES},
    }


def _percent(part: int, whole: int) -> float | None:
    """Cut to two decimals, never rounded up: 100 is said of all, of nothing less."""
    return part * 10_000 // whole / 100 if whole else None
