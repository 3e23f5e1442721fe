"""Silences: nobody is told of some alerts for a while; they are found, kept and listed as ever."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AComputedAnswer, AListAnswer, AnAnswer
from services.api.bodies.lists import list_body
from services.api.bodies.silences import silence_body
from services.api.caller import AlertsReader, AlertsWriter, Caller
from services.api.cursors import cut, next_cursor
from services.api.narrowing import at_agencies, check_procedures
from services.api.parameters import ListQuery, SilenceId, no_parameters
from services.api.problems import ParameterError, invalid_parameters, not_found
from services.api.reader import Reader, TheReader
from services.api.schemas.problem import CHANGE_ANSWERS, LIST_ANSWERS, MADE_ANSWERS, ONE_ANSWERS
from services.api.schemas.silences import LONGEST, NewSilence, Silence, SilenceList
from services.api.subscribing import owner_of
from services.api.writer import TheWriter
from shared.db.stores import silences as store
from shared.db.views.dossiers import find_dossier
from shared.db.views.silences import LATEST_FIRST, SilenceState, find_silence, silence_page

router = APIRouter(tags=["silences"])

_MADE = HTTPStatus.CREATED


class SilenceQuery(ListQuery):
    """Filter and page."""

    state: list[SilenceState] = Field(default_factory=list, max_length=3, description="Whether it keeps silent now")


@router.get("/v1/silences", response_model=SilenceList, responses=LIST_ANSWERS, summary="List silences")
async def list_silences(
    request: Request,
    caller: AlertsReader,
    reader: TheReader,
    answer: AListAnswer,
    query: Annotated[SilenceQuery, QueryParameters()],
) -> Response:
    """Silences, the latest first, with what they held back."""
    async with reader.snapshot() as snapshot:
        page = await silence_page(snapshot, tuple(query.state), cut(request, query, LATEST_FIRST), within=caller.within)
    items = [silence_body(row, snapshot.now) for row in page.rows]
    return answer.page(list_body(snapshot, items, next_cursor(request, query, page)), Silence)


@router.post(
    "/v1/silences",
    status_code=_MADE,
    response_model=Silence,
    responses=MADE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Make a silence",
)
async def make_silence(
    body: NewSilence, caller: AlertsWriter, reader: TheReader, writer: TheWriter, answer: AComputedAnswer
) -> Response:
    """Nobody is told of what it covers until it ends; then whoever it concerns is told of what still stands.

    Who sees one agency keeps silent about that agency and those below it only. That an alert was resolved is told to those who
    were told of it. Everything is found, judged and listed as ever.
    """
    owner = owner_of(caller.within, "a silence")
    await _check(body, caller, reader)
    async with writer.change() as change:
        starts_at = body.starts_at or change.now
        _check_span(starts_at, body.ends_at, change.now)
        values = {**body.model_dump(), "starts_at": starts_at}
        place = (change.connection, change.province)
        made = await store.create(*place, values, owner=owner, author=caller.actor.name, now=change.now)
        named = body.model_dump(mode="json", exclude_defaults=True)
        await change.tell(caller, "silence.created", f"silence:{made}", **named)
    return answer.made(await _read(made, caller, reader), _MADE, location=f"/v1/silences/{made}")


@router.get(
    "/v1/silences/{silence_id}",
    response_model=Silence,
    responses=ONE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Read one silence",
)
async def read_silence(silence_id: SilenceId, caller: AlertsReader, reader: TheReader, answer: AnAnswer) -> Response:
    """One silence and what it held back."""
    return answer.of(await _read(silence_id, caller, reader))


@router.delete(
    "/v1/silences/{silence_id}",
    response_model=Silence,
    responses=CHANGE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="End a silence",
)
async def end_silence(
    silence_id: SilenceId, caller: AlertsWriter, reader: TheReader, writer: TheWriter, answer: AComputedAnswer
) -> Response:
    """End a silence before its time; one that has ended stays as it is. It is kept, with what it held back."""
    async with writer.change() as change:
        place = (change.connection, change.province, silence_id)
        ended = await store.end(*place, by=caller.actor.name, within=caller.within, now=change.now)
        if ended is None:
            raise not_found("silence with this id")
        if ended:
            await change.tell(caller, "silence.ended", f"silence:{silence_id}")
    return answer.computed(await _read(silence_id, caller, reader))


async def _read(silence_id: int, caller: Caller, reader: Reader) -> dict[str, Any]:
    """Return a silence as it is now; raises the problem of one that is not there."""
    async with reader.snapshot() as snapshot:
        row = await find_silence(snapshot, silence_id, within=caller.within)
    if row is None:
        raise not_found("silence with this id")
    return silence_body(row, snapshot.now)


async def _check(body: NewSilence, caller: Caller, reader: Reader) -> None:
    """Raise the problem of a silence about everything, or about what is not there or not to be seen."""
    if not (body.rules or body.agencies or body.procedures or body.dossier):
        detail = "name a rule, an agency, a procedure or a dossier: nobody would be told of anything"
        raise invalid_parameters([ParameterError("rules", detail)])
    async with reader.snapshot() as snapshot:
        await at_agencies(snapshot, body.agencies, within=caller.within, parameter="agencies")
        await check_procedures(snapshot, body.procedures, within=caller.within, parameter="procedures")
        if body.dossier and await find_dossier(snapshot, body.dossier, within=caller.within) is None:
            raise invalid_parameters([ParameterError("dossier", "unknown dossier")])


def _check_span(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if starts_at < now:
        raise invalid_parameters([ParameterError("starts_at", "must not have passed: what was told cannot be untold")])
    if ends_at <= starts_at:
        raise invalid_parameters([ParameterError("ends_at", "must be later than it starts")])
    if ends_at - starts_at > LONGEST:
        raise invalid_parameters([ParameterError("ends_at", f"must be at most {LONGEST.days} days after it starts")])
