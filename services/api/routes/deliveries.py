"""What became of what was sent to a webhook; sending it again, and sending a sample."""

import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AComputedAnswer, AListAnswer
from services.api.bodies.lists import list_body
from services.api.bodies.webhooks import delivery_body
from services.api.caller import Caller, WebhooksManager
from services.api.cursors import cut, next_cursor
from services.api.parameters import MOST, DeliveryId, ListQuery, Moment, WebhookId, no_parameters
from services.api.problems import Problem, not_found
from services.api.reader import Reader, TheReader
from services.api.schemas.problem import BOTH_ANSWERS, CHANGE_ANSWERS
from services.api.schemas.webhooks import Delivery, DeliveryList, Replayed, ReplayRequest, TestRequest
from services.api.writer import Change, TheWriter
from shared.db.stores import endpoints
from shared.db.stores import webhooks as store
from shared.db.stores.webhooks import Sample
from shared.db.views.rows import Row
from shared.db.views.webhooks import LATEST_FIRST, DeliveryFilters, attempts_of, delivery_page, find_delivery, find_webhook
from shared.domain.delivery import DeliveryState
from shared.domain.events import EventType
from shared.domain.payloads import addressed, body_of, data_of
from shared.domain.recipients import Role
from shared.domain.rendering import Rendering
from shared.domain.samples import NAMES, sample

router = APIRouter(tags=["webhooks"])

_UNDER_WAY = HTTPStatus.ACCEPTED


class DeliveryQuery(ListQuery):
    """Filters and page. Every list of values repeats: `state=a&state=b`."""

    state: list[DeliveryState] = Field(default_factory=list, max_length=MOST, description="Where it stands")
    event: list[EventType] = Field(default_factory=list, max_length=MOST, description="What happened")
    since: Moment | None = Field(default=None, description="Made at this moment or later, RFC 3339")
    until: Moment | None = Field(default=None, description="Made before this moment, RFC 3339")


@router.get(
    "/v1/webhooks/{webhook_id}/deliveries", response_model=DeliveryList, responses=BOTH_ANSWERS, summary="List deliveries"
)
async def list_deliveries(
    request: Request,
    webhook_id: WebhookId,
    caller: WebhooksManager,
    reader: TheReader,
    answer: AListAnswer,
    query: Annotated[DeliveryQuery, QueryParameters()],
) -> Response:
    """What was or is to be sent to a webhook, the latest first, each with every attempt: when, how long, what was answered."""
    filters = DeliveryFilters(states=tuple(query.state), events=tuple(query.event), since=query.since, until=query.until)
    async with reader.snapshot() as snapshot:
        if await find_webhook(snapshot, webhook_id, within=caller.within) is None:
            raise not_found("webhook with this id")
        page = await delivery_page(snapshot, webhook_id, filters, cut(request, query, LATEST_FIRST), within=caller.within)
        attempts = await attempts_of(snapshot, page.rows, within=caller.within)
    items = [delivery_body(row, attempts[row["id"]]) for row in page.rows]
    return answer.page(list_body(snapshot, items, next_cursor(request, query, page)), Delivery)


@router.post(
    "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    status_code=_UNDER_WAY,
    response_model=Delivery,
    responses=CHANGE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Send a delivery again",
)
async def replay_delivery(
    webhook_id: WebhookId,
    delivery_id: DeliveryId,
    caller: WebhooksManager,
    reader: TheReader,
    writer: TheWriter,
    answer: AComputedAnswer,
) -> Response:
    """The same message with the same id, whatever became of it, with all its attempts anew; it does not expire any more."""
    async with writer.change() as change:
        await _listening(change, webhook_id, caller)
        if not await endpoints.replay(change.connection, change.province, webhook_id, delivery_id, now=change.now):
            raise not_found("delivery with this id")
    return answer.made(await _read(webhook_id, delivery_id, caller, reader), _UNDER_WAY)


@router.post(
    "/v1/webhooks/{webhook_id}/replay",
    status_code=_UNDER_WAY,
    response_model=Replayed,
    responses=CHANGE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Send again from a moment on",
)
async def replay_since(
    webhook_id: WebhookId, body: ReplayRequest, caller: WebhooksManager, writer: TheWriter, answer: AComputedAnswer
) -> Response:
    """Everything from a moment on once more, in the old order: what was accepted, too, and what was missed while it was off."""
    async with writer.change() as change:
        await _listening(change, webhook_id, caller)
        again = await endpoints.replay_since(change.connection, change.province, webhook_id, body.since, now=change.now)
    return answer.made({"deliveries": again}, _UNDER_WAY)


@router.post(
    "/v1/webhooks/{webhook_id}/test",
    status_code=_UNDER_WAY,
    response_model=Delivery,
    responses=CHANGE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Send a sample",
)
async def send_sample(
    webhook_id: WebhookId,
    body: TestRequest,
    caller: WebhooksManager,
    reader: TheReader,
    writer: TheWriter,
    answer: AComputedAnswer,
) -> Response:
    """The sample of an event, signed and sent as a real one is, with `"test": true` in its data; see what became of it among the
    deliveries.
    """
    async with writer.change() as change:
        row = await _listening(change, webhook_id, caller)
        made = await store.add_sample(
            change.connection, change.province, webhook_id, _sample(body.event, row, reader, change.now), now=change.now
        )
    return answer.made(await _read(webhook_id, made, caller, reader), _UNDER_WAY)


def _sample(type_: EventType, row: Row, reader: Reader, now: datetime) -> Sample:
    event = sample(type_, now)
    data = data_of(event, Rendering(NAMES, reader.calendar, reader.public_url), test=True)
    return Sample(message_id=f"msg_{uuid.uuid4().hex}", event=type_, body=body_of(event, addressed(data, role=Role(row["role"]))))


async def _listening(change: Change, webhook_id: int, caller: Caller) -> Row:
    """Return a webhook that is sent to; raises the problem of one that is not there, or is off."""
    row = await store.hold(change.connection, change.province, webhook_id, within=caller.within)
    if row is None:
        raise not_found("webhook with this id")
    if row["disabled_at"] or not row["active"]:
        raise Problem(HTTPStatus.CONFLICT, "nothing is sent to this webhook: enable it first", kind="webhook-off")
    return row


async def _read(webhook_id: int, delivery_id: int, caller: Caller, reader: Reader) -> dict[str, Any]:
    async with reader.snapshot() as snapshot:
        row = await find_delivery(snapshot, webhook_id, delivery_id, within=caller.within)
        if row is None:
            raise not_found("delivery with this id")
        attempts = await attempts_of(snapshot, [row], within=caller.within)
    return delivery_body(row, attempts[delivery_id])
