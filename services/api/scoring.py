"""What every route about scores needs: the versions of the policy and the targets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Annotated

from fastapi import Depends, Request

from services.api.problems import ParameterError, Problem, invalid_parameters
from shared.domain.counters import View
from shared.domain.figures import Counted, ratios
from shared.domain.indicators import AgencyKind, Policy
from shared.domain.periods import NoPolicy, policy_on
from shared.domain.scoring import ScoreCard, score
from shared.domain.targets import Targets
from shared.domain.units import Offices

_CARDS = 1000
"""At most so many cards are kept, some 15 kB each: those of all agencies, of some periods and views."""


@dataclass(frozen=True)
class Scoring:
    """Built once by the composition root. `policies`: the earliest first; `offices`: agencies with a task of their own."""

    policies: Sequence[Policy]
    targets: Targets
    offices: Offices

    def card(self, found: Counted, view: View, policy: Policy, kind: AgencyKind | None, *, day_minutes: int) -> ScoreCard:
        """Return what figures are worth under one of the policies; of the same figures the same card, made once."""
        return self._cards(found, view, policy.id, kind, day_minutes)

    @cached_property
    def _cards(self) -> Callable[[Counted, View, str, AgencyKind | None, int], ScoreCard]:
        """To rank an agency all of its kind are scored, and most have the figures they had a moment ago."""

        @lru_cache(maxsize=_CARDS)
        def made(found: Counted, view: View, policy_id: str, kind: AgencyKind | None, day_minutes: int) -> ScoreCard:
            return score(ratios(found, view, day_minutes=day_minutes), self.named(policy_id), kind=kind)

        return made

    def named(self, policy_id: str) -> Policy:
        """Return a version by its id; raises the problem of one that is not there, naming those there are."""
        for policy in self.policies:
            if policy.id == policy_id:
                return policy
        raise _no_policy(f"unknown policy; there are: {', '.join(policy.id for policy in self.policies)}")

    def valid_on(self, day: date) -> Policy:
        """Return the version valid on a day; raises the problem of a day that has none."""
        try:
            return policy_on(self.policies, day)
        except NoPolicy as error:
            raise _no_policy(str(error)) from None


def _no_policy(reason: str) -> Problem:
    return invalid_parameters([ParameterError("policy", reason)])


async def scoring(request: Request) -> Scoring:
    """Return the scoring of the application that answers."""
    found = request.app.state.scoring
    if not isinstance(found, Scoring):
        raise TypeError("the application was not built by create_app")
    return found


TheScoring = Annotated[Scoring, Depends(scoring)]
