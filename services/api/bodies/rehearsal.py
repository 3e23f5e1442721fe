"""What came of a rehearsal."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from services.api.bodies.lists import named
from services.api.rehearsing import Rehearsal
from shared.domain.labels import RULES
from shared.domain.rehearsal import Volume

_Key = tuple[str | None, str]
_KINDS = ("had", "present", "changed")


def rehearsal_body(found: Rehearsal, names: Mapping[str | None, str | None]) -> dict[str, Any]:
    """Return volumes of the whole, of each agency and of each rule; `names`: what agencies are called."""
    by_agency = _grouped(found, lambda key: key[0])
    by_rule = _grouped(found, lambda key: key[1])
    return {
        "dossiers": found.dossiers,
        "rehearsed": found.lived,
        "total": _volumes(_grouped(found, lambda _: None).get(None, {})),
        "by_agency": [{"agency": named(code, names.get(code)), **_volumes(of)} for code, of in _most_first(by_agency)],
        "by_rule": [{"rule": rule, "name": RULES.get(rule, rule), **_volumes(of)} for rule, of in _most_first(by_rule)],
    }


def _grouped(found: Rehearsal, group: Callable[[_Key], Any]) -> dict[Any, dict[str, Volume]]:
    groups: dict[Any, dict[str, Volume]] = defaultdict(lambda: defaultdict(Volume))
    for kind in _KINDS:
        for key, volume in getattr(found, kind).items():
            groups[group(key)][kind] += volume
    return groups


def _most_first(groups: Mapping[Any, Mapping[str, Volume]]) -> list[tuple[Any, Mapping[str, Volume]]]:
    def place(item: tuple[Any, Mapping[str, Volume]]) -> tuple[int, str]:
        return -item[1].get("changed", Volume()).messages, str(item[0])

    return sorted(groups.items(), key=place)


def _volumes(of: Mapping[str, Volume]) -> dict[str, Any]:
    return {kind: {"alerts": of.get(kind, Volume()).alerts, "messages": of.get(kind, Volume()).messages} for kind in _KINDS}
