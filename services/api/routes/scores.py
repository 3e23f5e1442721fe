"""Scores: what figures are worth."""

from fastapi import APIRouter, Depends, Response

from services.api.answers import AComputedAnswer
from services.api.bodies.card_context import NO_CONTEXT, in_context
from services.api.bodies.scores import card_body
from services.api.caller import needs
from services.api.parameters import no_parameters
from services.api.problems import ParameterError, invalid_parameters
from services.api.reader import Reader, TheReader
from services.api.schemas.problem import COMPUTED_ANSWERS
from services.api.schemas.scores import PreviewRequest, ScoreCardBody
from services.api.scoring import Scoring, TheScoring
from shared.domain.access import Scope
from shared.domain.indicators import Policy
from shared.domain.periods import local_day
from shared.domain.scoring import Ratio, RatiosRefused, score

router = APIRouter(tags=["scores"])


@router.post(
    "/v1/scores/preview",
    response_model=ScoreCardBody,
    responses=COMPUTED_ANSWERS,
    dependencies=[needs(Scope.SCORES_READ), Depends(no_parameters)],
    summary="Score figures",
)
async def preview_score(body: PreviewRequest, reader: TheReader, scoring: TheScoring, answer: AComputedAnswer) -> Response:
    """The score card of the figures sent, by the scoring policy: what would a province, or one of its units, get for them?

    Nothing is stored and nothing else is looked at. Each ratio is scored as sent, none is derived from another.
    """
    policy = await _policy(body.policy, scoring, reader)
    ratios = {name: Ratio(figures.numerator, figures.denominator) for name, figures in body.ratios.items()}
    try:
        card = score(ratios, policy)
    except RatiosRefused as refused:
        errors = [ParameterError(f"ratios.{problem.place}", problem.reason) for problem in refused.problems]
        raise invalid_parameters(errors) from None
    return answer.computed(in_context(card_body(card, scoring.targets, view="preview"), policy, NO_CONTEXT))


async def _policy(policy_id: str | None, scoring: Scoring, reader: Reader) -> Policy:
    if policy_id is not None:
        return scoring.named(policy_id)
    async with reader.snapshot() as snapshot:
        return scoring.valid_on(local_day(snapshot.now))
