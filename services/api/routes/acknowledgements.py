"""Acknowledging alerts: somebody takes care of them."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends, Response

from services.api.answers import AComputedAnswer
from services.api.bodies.alerts import alert_body
from services.api.caller import AlertsWriter, Caller
from services.api.parameters import AlertId, no_parameters
from services.api.problems import ParameterError, Problem, invalid_parameters, not_found
from services.api.reader import Reader, TheReader
from services.api.schemas.acknowledgements import LONGEST, Acknowledged, NewAcknowledgement, NewAcknowledgements
from services.api.schemas.alerts import Alert
from services.api.schemas.problem import CHANGE_ANSWERS, COMPUTED_ANSWERS
from services.api.writer import TheWriter
from shared.db.stores import acknowledgements as store
from shared.db.stores.acknowledgements import Acknowledgement
from shared.db.views.alerts import find_alert
from shared.domain.alerts import AlertState

router = APIRouter(tags=["alerts"], dependencies=[Depends(no_parameters)])


@router.post("/v1/alerts/acknowledge", response_model=Acknowledged, responses=COMPUTED_ANSWERS, summary="Acknowledge many alerts")
async def acknowledge_alerts(
    body: NewAcknowledgements, caller: AlertsWriter, writer: TheWriter, answer: AComputedAnswer
) -> Response:
    """Acknowledge up to 500 alerts at once, all for one cause; those that cannot be are named and left as they are."""
    async with writer.change() as change:
        given = _given(body, caller, change.now)
        place = (change.connection, change.province)
        done = await store.give(*place, body.ids, given, within=caller.within, now=change.now)
        for alert_id in done:
            await change.tell(caller, "alert.acknowledged", f"alert:{alert_id}", **_told(body))
    return answer.computed({"acknowledged": done, "left": sorted(set(body.ids).difference(done))})


@router.post("/v1/alerts/{alert_id}/acknowledge", response_model=Alert, responses=CHANGE_ANSWERS, summary="Acknowledge an alert")
async def acknowledge_alert(
    alert_id: AlertId,
    body: NewAcknowledgement,
    caller: AlertsWriter,
    reader: TheReader,
    writer: TheWriter,
    answer: AComputedAnswer,
) -> Response:
    """Say that somebody takes care of it; what is acknowledged already is so anew.

    It is open again when it gets worse, or at `until`.
    """
    async with writer.change() as change:
        given = _given(body, caller, change.now)
        place = (change.connection, change.province)
        done = await store.give(*place, [alert_id], given, within=caller.within, now=change.now)
        if done:
            await change.tell(caller, "alert.acknowledged", f"alert:{alert_id}", **_told(body))
    read = await _read(alert_id, caller, reader)
    if not done and read["state"] == AlertState.RESOLVED:
        raise Problem(HTTPStatus.CONFLICT, "this alert is resolved: nothing is left to take care of", kind="alert-resolved")
    return answer.computed(read)


@router.delete(
    "/v1/alerts/{alert_id}/acknowledge", response_model=Alert, responses=CHANGE_ANSWERS, summary="Take an acknowledgement back"
)
async def unacknowledge_alert(
    alert_id: AlertId, caller: AlertsWriter, reader: TheReader, writer: TheWriter, answer: AComputedAnswer
) -> Response:
    """Open the alert again; one that is not acknowledged stays as it is. Its history keeps what was said."""
    async with writer.change() as change:
        place = (change.connection, change.province, alert_id)
        if await store.take_back(*place, by=caller.actor.name, within=caller.within, now=change.now):
            await change.tell(caller, "alert.unacknowledged", f"alert:{alert_id}")
    return answer.computed(await _read(alert_id, caller, reader))


def _given(body: NewAcknowledgement, caller: Caller, now: datetime) -> Acknowledgement:
    """Return what is acknowledged; raises the problem of a time that has passed or is too far off."""
    if body.until and body.until <= now:
        raise invalid_parameters([ParameterError("until", "must not have passed")])
    if body.until and body.until - now > LONGEST:
        raise invalid_parameters([ParameterError("until", f"must be at most {LONGEST.days} days ahead")])
    return Acknowledgement(by=caller.actor.name, cause=body.cause, until=body.until, note=body.note)


def _told(body: NewAcknowledgement) -> dict[str, Any]:
    """Return what the audit log tells: everything but the note."""
    return body.model_dump(mode="json", include={"cause", "until"}, exclude_defaults=True)


async def _read(alert_id: int, caller: Caller, reader: Reader) -> dict[str, Any]:
    """Return an alert as it is now; raises the problem of one that is not there."""
    async with reader.snapshot() as snapshot:
        row = await find_alert(snapshot, alert_id, within=caller.within)
        if row is None:
            raise not_found("alert with this id")
        return alert_body(row, snapshot, reader.calendar)
