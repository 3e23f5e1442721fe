"""Indicators and versions of the policy."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from shared.domain import labels
from shared.domain.indicators import AgencyKind, Indicator, Policy, Source
from shared.domain.scoring import rounded
from shared.domain.targets import Owner, Target, Targets

_AS_KEPT = ("id", "code", "name", "scoring", "when_empty", "formula", "basis", "elsewhere", "provisional")


def indicator_body(indicator: Indicator, policy: Policy, targets: Targets) -> dict[str, Any]:
    """Return one indicator of a policy with its target."""
    target = targets.of.get(indicator.id)
    group = next(group for group in policy.groups if group.id is indicator.group)
    return {
        **{name: getattr(indicator, name) for name in _AS_KEPT},
        "group": {"id": group.id, "name": group.name},
        "max": _two(indicator.max),
        "full_marks_at": _two(None if indicator.full_marks_at is None else indicator.full_marks_at * 100),
        "comparable": indicator.comparison.comparable,
        "comparison": indicator.comparison.why,
        "tolerance": _two(indicator.comparison.tolerance),
        "applies_to": [kind for kind in AgencyKind if kind in indicator.applies_to],
        "target": _two(None if target is None else target.percent),
        "lead": _owners(target.lead if target else ()),
        "support": _owners(target.support if target else ()),
        "sources": _titles(indicator.sources, policy.sources) | _target_title(target, targets),
    }


def policy_body(policy: Policy) -> dict[str, Any]:
    """Return one version of the policy."""
    return {
        **{name: getattr(policy, name) for name in ("id", "name", "valid_from", "valid_until", "sources")},
        "max": _two(policy.max),
        "groups": [{"id": group.id, "name": group.name, "max": _two(group.max)} for group in policy.groups],
    }


def _two(number: Decimal | Fraction | None) -> Decimal | None:
    return None if number is None else rounded(number)


def _owners(owners: Iterable[Owner]) -> list[dict[str, str]]:
    return [{"code": owner, "name": labels.OWNERS[owner]} for owner in owners]


def _titles(numbers: Mapping[str, str], sources: Iterable[Source]) -> dict[str, str]:
    titles = {source.id: source.title for source in sources}
    return {name: titles[source] for name, source in numbers.items()}


def _target_title(target: Target | None, targets: Targets) -> dict[str, str]:
    return {} if target is None else _titles({"target": target.source}, targets.sources)
