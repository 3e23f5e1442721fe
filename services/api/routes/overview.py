"""The morning page: everything an agency's working day begins with, in one call."""

from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AnAnswer
from services.api.bodies.lists import freshness_body
from services.api.caller import OverviewReader
from services.api.parameters import AgencyCode, Query
from services.api.problems import not_found
from services.api.reader import TheReader
from services.api.schemas.overview import Overview
from services.api.schemas.problem import ONE_ANSWERS
from services.api.scoring import TheScoring
from shared.db.mornings import morning_of
from shared.db.views.agencies import units
from shared.db.views.event_names import names_of_digest
from shared.domain.digest_payloads import morning_data
from shared.domain.messages.digest_texts import morning_message
from shared.domain.score_watch import ScorePlan
from shared.domain.units import unit_of
from shared.policy.score_watch import score_watch

router = APIRouter(tags=["overview"])


class OverviewQuery(Query):
    """Whose morning."""

    agency: AgencyCode | None = Field(
        default=None, description="Whose, with everything below it; left out: your own, else the province's"
    )


@router.get("/v1/overview", response_model=Overview, responses=ONE_ANSWERS, summary="Read the morning page")
async def read_overview(
    caller: OverviewReader,
    reader: TheReader,
    scoring: TheScoring,
    answer: AnAnswer,
    query: Annotated[OverviewQuery, QueryParameters()],
) -> Response:
    """What expires, what is late, what waits and for whom, where the score stands: of an agency with everything below it, now.

    The same is told each working morning as `digest.daily`. Lists name the ten most urgent dossiers of each part and count all.
    """
    plan = ScorePlan(policies=tuple(scoring.policies), targets=scoring.targets, offices=scoring.offices, watch=score_watch())
    async with reader.snapshot() as snapshot:
        code = query.agency or caller.agency or snapshot.province
        known = await units(snapshot, scoring.offices, within=caller.within)
        if code not in known and not (code == snapshot.province and caller.within.is_whole):
            raise not_found("agency with this code")
        unit = unit_of(code, known, snapshot.province)
        morning = await morning_of(snapshot, plan, reader.calendar, unit, within=caller.within)
        names = await names_of_digest(snapshot.connection, snapshot.province, morning)
    said = morning_message(morning, names.agencies)
    body = {**morning_data(morning, names), "title": said.title, "text": said.text, "short": said.short}
    return answer.of({**body, **freshness_body(snapshot.freshness)})
