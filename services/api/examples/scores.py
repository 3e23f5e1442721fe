"""A score card, the indicators and the policy: worked out, so that they are what the API answers."""

from typing import Any

import msgspec

from services.api.answers import plain
from services.api.bodies.indicators import indicator_body, policy_body
from services.api.bodies.scores import card_body
from services.api.sheets import as_json
from shared.domain.scoring import Ratio, score
from shared.policy.scoring import scoring_policies
from shared.policy.targets import targets

_POLICY = scoring_policies()[-1]
_FIGURES = {"2.1": (653, 654), "3.6": (145, 165), "4.7": (752, 1780), "5.1": (0, 0)}


def _sent(body: object) -> Any:
    return msgspec.json.decode(as_json(plain(body)))


FIGURES = {"numerator": 653, "denominator": 654}
PREVIEW = {
    "policy": _POLICY.id,
    "ratios": {name: {"numerator": counted, "denominator": of} for name, (counted, of) in _FIGURES.items()},
}

SCORE_CARD = _sent(
    card_body(score({name: Ratio(*figures) for name, figures in _FIGURES.items()}, _POLICY), targets(), view="preview")
)
GROUP_CARD = SCORE_CARD["groups"][1]
INDICATOR_CARD = GROUP_CARD["indicators"][0]

POLICY_FACTS = _sent(policy_body(_POLICY))
INDICATOR_FACTS = _sent(indicator_body(_POLICY.indicators["2.1"], _POLICY, targets()))
