"""The targets of the province's plan, from their file; loaded strictly, or not at all."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

from shared.domain.indicators import Policy
from shared.domain.targets import Target, Targets
from shared.errors import ConfigError
from shared.policy.fields import sources_of, unknown_sources
from shared.policy.scoring import scoring_policies
from shared.policy.shapes import TargetFile, TargetsFile
from shared.strict_yaml import checked, parse

_FILE = "targets.yaml"


@lru_cache(maxsize=1)
def targets() -> Targets:
    """Return the targets that come with the package. Raises `ConfigError`."""
    return load_targets((files("shared.policy") / _FILE).read_text(encoding="utf-8"), _FILE, scoring_policies())


def load_targets(text: str, name: str, policies: Sequence[Policy]) -> Targets:
    """Return the targets from the text of their file: one for each indicator that has points under one of the policies.

    Raises `ConfigError` naming file and place.
    """
    file = checked(TargetsFile, parse(text, name), name)
    scored = {found.id for policy in policies for found in policy.indicators.values() if found.max is not None}
    for place, reason in _problems(file, scored):
        raise ConfigError(f"{name}: {place}: {reason}")
    return Targets(
        id=file.id,
        name=file.name,
        total=file.total.value,
        total_source=file.total.source,
        of={target.id: _target(target) for target in file.indicators},
        sources=sources_of(file.sources),
    )


def _target(file: TargetFile) -> Target:
    return Target(indicator=file.id, percent=file.percent, lead=file.lead, support=file.support, source=file.source)


def _problems(file: TargetsFile, scored: set[str]) -> Iterator[tuple[str, str]]:
    yield from unknown_sources(file, file.sources)
    if file.total.value > 100:
        yield "total.value", "must be at most 100"
    seen: set[str] = set()
    for index, target in enumerate(file.indicators):
        place = f"indicators.{index}"
        if target.id not in scored:
            yield f"{place}.id", f"no policy gives points for an indicator {target.id}"
        if target.id in seen:
            yield f"{place}.id", f"the indicator {target.id} is there twice"
        if both := set(target.lead) & set(target.support):
            yield f"{place}.support", f"also leads: {', '.join(sorted(both))}"
        seen.add(target.id)
    if missing := sorted(scored - seen):
        yield "indicators", f"there is no target for {', '.join(missing)}"
