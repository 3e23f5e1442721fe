"""A score card, the indicators and the policy: worked out, so that they are what the API answers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from services.api.answers import plain
from services.api.bodies.card_context import Context, in_context
from services.api.bodies.indicators import indicator_body, policy_body
from services.api.bodies.scores import card_body
from services.api.examples.alerts import FRESH
from services.api.sheets import as_json
from shared.db.views.official import Published
from shared.domain.changes import Earlier, Since, figures_of
from shared.domain.periods import Period
from shared.domain.published import PublishedMetric, PublishedScores, PublishedUnit
from shared.domain.ranking import Of, Rank
from shared.domain.reach import reach
from shared.domain.scoring import Ratio, score
from shared.domain.working_time import LOCAL
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

_CARD = score({name: Ratio(*figures) for name, figures in _FIGURES.items()}, _POLICY)
_BEFORE = score({"2.1": Ratio(640, 652), "3.6": Ratio(140, 160), "4.7": Ratio(752, 1780), "5.1": Ratio(0, 0)}, _POLICY)
_BEST = score({"2.1": Ratio(653, 654), "3.6": Ratio(145, 165), "4.7": Ratio(790, 1780), "5.1": Ratio(0, 0)}, _POLICY)
_PUBLISHED = Published(
    PublishedUnit(
        code="H20.114",
        name="Phường Mỹ Ngãi",
        scores=PublishedScores(metrics={"2.1": PublishedMetric(numerator=652, denominator=654, points=Decimal("19.94"))}),
    ),
    fetched_at=datetime(2026, 11, 20, 6, 0, 9, tzinfo=LOCAL),
    seen_at=datetime(2026, 11, 20, 6, 0, 9, tzinfo=LOCAL),
)
_CONTEXT = Context(
    earlier={since: Earlier(since.before(date(2026, 11, 20)), figures_of(_BEFORE)) for since in Since},
    portal=_PUBLISHED,
    rank=Rank(3, 102, Of.COMMUNES),
    reach=reach(_CARD, _BEST),
)
_BODY = card_body(
    _CARD,
    targets(),
    view="portal",
    agency={"code": "H20.114", "name": "Phường Mỹ Ngãi"},
    period=Period.parse("2026"),
    data_as_of=_PUBLISHED.seen_at,
)
SCORE_CARD = _sent(in_context(_BODY, _POLICY, _CONTEXT))
GROUP_CARD = SCORE_CARD["groups"][1]
INDICATOR_IN_CARD = GROUP_CARD["indicators"][0]
INDICATOR_CARD = {name: value for name, value in INDICATOR_IN_CARD.items() if name not in ("change", "reachable", "portal")}

_AGENCY = {"code": "H20.114", "name": "Phường Mỹ Ngãi"}
_GROUPS = [{"id": group["id"], "points": group["points"]} for group in SCORE_CARD["groups"]]
CHANGE = {"against": "2026-11-19", "points": 0.42, "rank": 3}
RANKED_UNIT = {
    "rank": 2,
    "agency": _AGENCY,
    "kind": "commune",
    "total": SCORE_CARD["total"],
    "groups": _GROUPS,
    "change": CHANGE,
    "fetched_at": None,
    "seen_at": None,
}
READING = {
    "day": "2026-11-19",
    "total": SCORE_CARD["total"],
    "change": 0.42,
    "groups": _GROUPS,
    "policy": _POLICY.id,
    "fetched_at": None,
    "seen_at": None,
}
LOST_INDICATOR = {
    "id": "2.1",
    "name": INDICATOR_CARD["name"],
    "portal": 18.4,
    "home": 19.97,
    "lost": 1.57,
    "dossiers": 52,
    "url": "/v1/scores/H20.114/lost/dossiers?period=2026&indicator=2.1",
}
LOST_POINTS = {
    "agency": _AGENCY,
    "period": "2026",
    "policy": _POLICY.id,
    "lost": 1.57,
    "indicators": [LOST_INDICATOR],
    **FRESH,
}
COMPARED = {
    "id": "2.1",
    "name": INDICATOR_CARD["name"],
    "ours": 98.85,
    "portal": 99.85,
    "difference": -1.0,
    "comparable": True,
    "tolerance": 1.0,
    "agrees": True,
    "why": _POLICY.indicators["2.1"].comparison.why,
}
COMPARISON = {
    "agency": _AGENCY,
    "period": "2026",
    "policy": _POLICY.id,
    "published_at": "2026-11-20T06:00:09+07:00",
    "items": [COMPARED],
    **FRESH,
}
WEAK_INDICATOR = {"group": "TDGQ", "indicator": INDICATOR_CARD}
WEAKEST = {"agency": _AGENCY, "period": "2026", "view": "portal", "items": [WEAK_INDICATOR], **FRESH}

POLICY_FACTS = _sent(policy_body(_POLICY))
INDICATOR_FACTS = _sent(indicator_body(_POLICY.indicators["2.1"], _POLICY, targets()))

QUALITY = {"status": "NO_NATIONAL_REPORT_DATA", "message": "Chưa có số liệu báo cáo tổng hợp của đơn vị"}
"""What the portal says of the quality of a figure of its own."""
