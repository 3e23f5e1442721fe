"""Rehearsing other rules on what dossiers went through: on as many of them as can be lived through again in some seconds."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import ValidationError

from services.api.problems import ParameterError, invalid_parameters, too_many_requests
from shared.config import Config, RulesConfig
from shared.db.views.pasts import codes_lived, count_lived, pasts, told
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.catalogue import Procedure
from shared.domain.dossiers import Rules
from shared.domain.pasts import Past
from shared.domain.rehearsal import Span, Volume, rehearsed, volumes
from shared.domain.working_time import WorkingTime
from shared.policy import working_time
from shared.province_rules import rules_of

MOST = 3000
"""Dossiers lived through again for one answer; where there are more, about so many are drawn."""

_PAGE = 200
_BUSY = 10  # seconds

Volumes = Mapping[tuple[str | None, str], Volume]
"""By agency and rule."""


@dataclass(frozen=True)
class Rehearsal:
    """What was told in a span, and what would have been by the present rules and by the changed ones.

    `dossiers` could have had alerts, `lived` of them were lived through again; volumes are scaled up to all of them.
    """

    dossiers: int
    lived: int
    had: Volumes
    present: Volumes
    changed: Volumes


class Rehearsing:
    """For one province, one rehearsal at a time."""

    def __init__(self, config: Config, *, most: int = MOST) -> None:
        self._config = config
        self._calendar = working_time(config.calendar)
        self._most = most
        self._busy = asyncio.Lock()

    def rules(self, change: Mapping[str, Any]) -> RulesConfig:
        """Return the province's rules with what is to change; raises the problem of what cannot be."""
        try:
            return RulesConfig.model_validate(_merged(self._config.rules.model_dump(), change))
        except ValidationError as error:
            raise invalid_parameters([_problem(found) for found in error.errors(include_url=False)]) from None

    async def run(self, snapshot: Snapshot, changed: RulesConfig, span: Span, *, within: AgencyTree) -> Rehearsal:
        """Rehearse what is changed on a span; raises the problem of a rehearsal that runs already."""
        async with self.alone():
            dossiers = await count_lived(snapshot, span, within=within)
            codes = await codes_lived(snapshot, span, min(1.0, self._most / max(dossiers, 1)), within=within)
            rules = [rules_of(self._config), rules_of(self._config.model_copy(update={"rules": changed}))]
            lived = await self._live(snapshot, codes, rules, span, within)
            had = await told(snapshot, span, within=within)
        present, other = (_scaled(found, dossiers / len(codes)) if codes else {} for found in lived)
        return Rehearsal(dossiers, len(codes), had, present, other)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Let nobody else rehearse; raises the problem of somebody who would have to wait."""
        if self._busy.locked():
            raise too_many_requests(_BUSY)
        async with self._busy:
            yield

    async def _live(
        self, snapshot: Snapshot, codes: Sequence[str], rules: Sequence[Rules], span: Span, within: AgencyTree
    ) -> list[dict[tuple[str | None, str], Volume]]:
        """Return the volumes by each of the rules; other requests are answered meanwhile."""
        sums: list[dict[tuple[str | None, str], Volume]] = [defaultdict(Volume) for _ in rules]
        for begin in range(0, len(codes), _PAGE):
            page = await pasts(snapshot, codes[begin : begin + _PAGE], within=within)
            for summed, of_rules in zip(sums, rules, strict=True):
                for key, volume in (await asyncio.to_thread(_volumes, page, of_rules, self._calendar, span)).items():
                    summed[key] += volume
        return sums


def _volumes(
    page: Iterable[tuple[Past, Procedure | None]], rules: Rules, calendar: WorkingTime, span: Span
) -> dict[tuple[str | None, str], Volume]:
    return volumes(happening for past, procedure in page for happening in rehearsed(past, procedure, rules, calendar, span))


def _scaled(found: Volumes, factor: float) -> dict[tuple[str | None, str], Volume]:
    return {key: Volume(round(one.alerts * factor), round(one.messages * factor)) for key, one in found.items()}


def _merged(rules: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return rules of which some values are others."""
    inner = {name: _merged(rules[name], value) for name, value in change.items() if isinstance(value, dict) and name in rules}
    return {**rules, **change, **inner}


def _problem(found: Mapping[str, Any]) -> ParameterError:
    place = ".".join(str(part) for part in ("rules", *found["loc"]))
    return ParameterError(place, found["msg"].removeprefix("Value error, "))


async def rehearsing(request: Request) -> Rehearsing:
    """Return what rehearses in the application that answers."""
    found = request.app.state.rehearsing
    if not isinstance(found, Rehearsing):
        raise TypeError("the application was not built by create_app")
    return found


TheRehearsing = Annotated[Rehearsing, Depends(rehearsing)]
