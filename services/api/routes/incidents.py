"""Incidents: a mass of one cause, told once when it begins and once when it is over."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer, AnAnswer
from services.api.bodies.incidents import incident_body
from services.api.bodies.lists import list_body
from services.api.caller import AlertsReader
from services.api.cursors import cut, next_cursor
from services.api.parameters import IncidentId, ListQuery, no_parameters
from services.api.problems import not_found
from services.api.reader import TheReader
from services.api.schemas.incidents import Incident, IncidentList
from services.api.schemas.problem import LIST_ANSWERS, ONE_ANSWERS
from shared.db.views.incidents import LATEST_FIRST, IncidentState, find_incident, incident_page

router = APIRouter(tags=["incidents"])


class IncidentQuery(ListQuery):
    """Filter and page."""

    state: list[IncidentState] = Field(default_factory=list, max_length=2, description="Whether it is over")


@router.get("/v1/incidents", response_model=IncidentList, responses=LIST_ANSWERS, summary="List incidents")
async def list_incidents(
    request: Request,
    caller: AlertsReader,
    reader: TheReader,
    answer: AListAnswer,
    query: Annotated[IncidentQuery, QueryParameters()],
) -> Response:
    """Incidents of whose dossiers you may see some, the latest first; counted are those you may see."""
    async with reader.snapshot() as snapshot:
        page = await incident_page(snapshot, tuple(query.state), cut(request, query, LATEST_FIRST), within=caller.within)
    items = [incident_body(row) for row in page.rows]
    return answer.page(list_body(snapshot, items, next_cursor(request, query, page)), Incident)


@router.get(
    "/v1/incidents/{incident_id}",
    response_model=Incident,
    responses=ONE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Read one incident",
)
async def read_incident(incident_id: IncidentId, caller: AlertsReader, reader: TheReader, answer: AnAnswer) -> Response:
    """One incident; its alerts are those of `/v1/alerts?incident=<id>`."""
    async with reader.snapshot() as snapshot:
        row = await find_incident(snapshot, incident_id, within=caller.within)
    if row is None:
        raise not_found("incident with this id")
    return answer.of(incident_body(row))
