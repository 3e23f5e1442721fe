"""What every route about scores needs: the versions of the policy and the targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Request

from services.api.problems import ParameterError, Problem, invalid_parameters
from shared.domain.indicators import Policy
from shared.domain.periods import NoPolicy, policy_on
from shared.domain.targets import Targets
from shared.domain.units import Offices


@dataclass(frozen=True)
class Scoring:
    """Built once by the composition root. `policies`: the earliest first; `offices`: agencies with a task of their own."""

    policies: Sequence[Policy]
    targets: Targets
    offices: Offices

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
