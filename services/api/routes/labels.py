"""Labels: what codes are called."""

from fastapi import APIRouter, Depends, Response

from services.api.answers import AnAnswer
from services.api.caller import needs
from services.api.parameters import no_parameters
from services.api.schemas.labels import Labels
from services.api.schemas.problem import ANSWERS
from shared.domain.labels import LABELS

router = APIRouter(tags=["labels"])


@router.get(
    "/v1/labels",
    response_model=Labels,
    responses=ANSWERS,
    dependencies=[needs(), Depends(no_parameters)],
    summary="Read the names of codes",
)
async def read_labels(answer: AnAnswer) -> Response:
    """The Vietnamese names of rules, statuses and every other code an answer tells, the same for everyone."""
    return answer.of(LABELS)
