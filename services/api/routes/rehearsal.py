"""Rehearsing rules: what others would have meant, before anyone is told by them."""

from fastapi import APIRouter, Depends, Response

from services.api.answers import AComputedAnswer
from services.api.bodies.lists import freshness_body
from services.api.bodies.rehearsal import rehearsal_body
from services.api.caller import AlertsReader
from services.api.names import names_of
from services.api.narrowing import at_agencies
from services.api.parameters import no_parameters
from services.api.reader import TheReader
from services.api.rehearsing import TheRehearsing
from services.api.schemas.problem import COMPUTED_ANSWERS
from services.api.schemas.rehearsal import RehearsalBody, RehearsalRequest
from shared.domain.rehearsal import Span

router = APIRouter(tags=["rules"])


@router.post(
    "/v1/rules/rehearse",
    response_model=RehearsalBody,
    responses=COMPUTED_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Rehearse rules",
)
async def rehearse_rules(
    body: RehearsalRequest, caller: AlertsReader, reader: TheReader, rehearsing: TheRehearsing, answer: AComputedAnswer
) -> Response:
    """How many alerts and messages each agency would have had by other rules, beside what it had. Nothing is written.

    What dossiers went through in those days is lived through again, by the rules as they are and by the changed ones: every
    source taken to have been read at every moment, and to have answered at once what it was asked. One rehearsal runs at a time.
    """
    rules = rehearsing.rules(body.rules.model_dump(exclude_unset=True))
    async with reader.snapshot() as snapshot:
        within = await at_agencies(snapshot, body.agencies, within=caller.within, parameter="agencies")
        span = Span(snapshot.now - body.length, snapshot.now)
        found = await rehearsing.run(snapshot, rules, span, within=within)
        agencies = {agency for of in (found.had, found.present, found.changed) for agency, _ in of if agency}
        names = await names_of(snapshot, "agency", sorted(agencies), within=caller.within)
    told = {"begins_at": span.begins, "ends_at": span.ends, **rehearsal_body(found, names)}
    return answer.computed({**told, **freshness_body(snapshot.freshness)})
