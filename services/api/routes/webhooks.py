"""Webhooks: who is told of what, made and changed by those who want to hear."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as QueryParameters

from services.api.answers import AComputedAnswer, AListAnswer, AnAnswer
from services.api.bodies.lists import list_body
from services.api.bodies.webhooks import webhook_body
from services.api.caller import Caller, WebhooksManager
from services.api.cursors import cut, next_cursor
from services.api.narrowing import at_agencies
from services.api.parameters import ListQuery, WebhookId, no_parameters
from services.api.problems import Problem, not_found
from services.api.reader import Reader, TheReader
from services.api.schemas.problem import CHANGE_ANSWERS, LIST_ANSWERS, MADE_ANSWERS, ONE_ANSWERS
from services.api.schemas.webhooks import NewWebhook, Webhook, WebhookChange, WebhookList, WebhookWithSecret
from services.api.subscribing import TheSubscribing, owner_of
from services.api.writer import TheWriter
from shared.db.stores import webhooks as store
from shared.db.stores.held_deliveries import release
from shared.db.views.webhooks import BY_ID, find_webhook, secrets_of, webhook_page

router = APIRouter(tags=["webhooks"])

OVERLAP = timedelta(hours=24)
"""How long the old secret signs beside the new one."""

MOST_WEBHOOKS = 500
MOST_SECRETS = 5
_MADE = HTTPStatus.CREATED


@router.get("/v1/webhooks", response_model=WebhookList, responses=LIST_ANSWERS, summary="List webhooks")
async def list_webhooks(
    request: Request,
    caller: WebhooksManager,
    reader: TheReader,
    answer: AListAnswer,
    query: Annotated[ListQuery, QueryParameters()],
) -> Response:
    """Webhooks in the order they were made, and how they fare. Secrets are not shown, only since and until when they sign."""
    async with reader.snapshot() as snapshot:
        page = await webhook_page(snapshot, cut(request, query, BY_ID), within=caller.within)
        secrets = await secrets_of(snapshot, [row["id"] for row in page.rows], within=caller.within)
    items = [webhook_body(row, secrets[row["id"]]) for row in page.rows]
    return answer.page(list_body(snapshot, items, next_cursor(request, query, page)), Webhook)


@router.post(
    "/v1/webhooks",
    status_code=_MADE,
    response_model=WebhookWithSecret,
    responses=MADE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Make a webhook",
)
async def make_webhook(
    body: NewWebhook,
    caller: WebhooksManager,
    reader: TheReader,
    writer: TheWriter,
    subscribing: TheSubscribing,
    answer: AComputedAnswer,
) -> Response:
    """Be told of what happens from now on, in the role you name. The secret is in this answer and in no other."""
    owner = owner_of(caller.within)
    secret, sealed = subscribing.new_secret()
    await _check_agencies(body.agencies, caller, reader)
    await subscribing.check(body.url)
    async with writer.change() as change:
        if await store.count(change.connection, change.province) >= MOST_WEBHOOKS:
            raise Problem(
                HTTPStatus.CONFLICT, f"there are {MOST_WEBHOOKS} webhooks already: delete one", kind="too-many-webhooks"
            )
        made = await store.create(change.connection, change.province, body.model_dump(), owner=owner, now=change.now)
        await store.add_secret(
            change.connection, change.province, made, sealed, now=change.now, others_until=change.now + OVERLAP
        )
        await change.tell(caller, "webhook.created", f"webhook:{made}", role=body.role, agencies=body.agencies)
    found = await _read(made, caller, reader)
    return answer.made({**found, "secret": secret}, _MADE, location=f"/v1/webhooks/{made}")


@router.get(
    "/v1/webhooks/{webhook_id}",
    response_model=Webhook,
    responses=ONE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Read one webhook",
)
async def read_webhook(webhook_id: WebhookId, caller: WebhooksManager, reader: TheReader, answer: AnAnswer) -> Response:
    """One webhook and how it fares."""
    return answer.of(await _read(webhook_id, caller, reader))


@router.patch(
    "/v1/webhooks/{webhook_id}",
    response_model=Webhook,
    responses=CHANGE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Change a webhook",
)
async def change_webhook(
    webhook_id: WebhookId,
    body: WebhookChange,
    caller: WebhooksManager,
    reader: TheReader,
    writer: TheWriter,
    subscribing: TheSubscribing,
    answer: AComputedAnswer,
) -> Response:
    """Change what is named, leave the rest. What waits to be sent goes to the new address; `active: true` also enables it."""
    await _read(webhook_id, caller, reader)
    values = body.model_dump(exclude_unset=True)
    await _check_agencies(values.get("agencies", []), caller, reader)
    if "url" in values:
        await subscribing.check(values["url"])
    async with writer.change() as change:
        place = (change.connection, change.province, webhook_id)
        found = await store.change(*place, values, within=caller.within, now=change.now)
        if found and values.get("active"):
            await store.enable(*place, within=caller.within, now=change.now)
        if found and "window" in values:
            await release(*place, now=change.now)
        if found:
            await change.tell(caller, "webhook.changed", f"webhook:{webhook_id}", changed=sorted(values))
    return answer.computed(await _read(webhook_id, caller, reader))


@router.delete(
    "/v1/webhooks/{webhook_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=CHANGE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Delete a webhook",
)
async def delete_webhook(webhook_id: WebhookId, caller: WebhooksManager, writer: TheWriter) -> Response:
    """Be told no more. Its secrets and everything that was sent or waits to be sent go with it."""
    async with writer.change() as change:
        if not await store.remove(change.connection, change.province, webhook_id, within=caller.within):
            raise not_found("webhook with this id")
        await change.tell(caller, "webhook.deleted", f"webhook:{webhook_id}")
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})


@router.post(
    "/v1/webhooks/{webhook_id}/enable",
    response_model=Webhook,
    responses=CHANGE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Enable a webhook",
)
async def enable_webhook(
    webhook_id: WebhookId, caller: WebhooksManager, reader: TheReader, writer: TheWriter, answer: AComputedAnswer
) -> Response:
    """Switch a webhook on again, after it failed for days, was gone or was paused. What it missed is sent on wish: replay it."""
    async with writer.change() as change:
        if await store.enable(change.connection, change.province, webhook_id, within=caller.within, now=change.now):
            await change.tell(caller, "webhook.enabled", f"webhook:{webhook_id}")
    return answer.computed(await _read(webhook_id, caller, reader))


@router.post(
    "/v1/webhooks/{webhook_id}/secret/rotate",
    response_model=WebhookWithSecret,
    responses=CHANGE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Make a new secret",
)
async def rotate_secret(
    webhook_id: WebhookId,
    caller: WebhooksManager,
    reader: TheReader,
    writer: TheWriter,
    subscribing: TheSubscribing,
    answer: AComputedAnswer,
) -> Response:
    """A new secret, in this answer and in no other. For 24 hours deliveries are signed with the old one, too."""
    secret, sealed = subscribing.new_secret()
    async with writer.change() as change:
        place = (change.connection, change.province, webhook_id)
        if await store.hold(*place, within=caller.within) is None:
            raise not_found("webhook with this id")
        if await store.signing_secrets(*place, now=change.now) >= MOST_SECRETS:
            detail = f"{MOST_SECRETS} secrets sign already: wait until one has expired"
            raise Problem(HTTPStatus.CONFLICT, detail, kind="too-many-secrets")
        await store.add_secret(*place, sealed, now=change.now, others_until=change.now + OVERLAP)
        await change.tell(caller, "webhook.secret_rotated", f"webhook:{webhook_id}")
    return answer.computed({**await _read(webhook_id, caller, reader), "secret": secret})


async def _read(webhook_id: int, caller: Caller, reader: Reader) -> dict[str, Any]:
    """Return a webhook as it is now; raises the problem of one that is not there."""
    async with reader.snapshot() as snapshot:
        row = await find_webhook(snapshot, webhook_id, within=caller.within)
        if row is None:
            raise not_found("webhook with this id")
        secrets = await secrets_of(snapshot, [webhook_id], within=caller.within)
    return webhook_body(row, secrets[webhook_id])


async def _check_agencies(agencies: list[str], caller: Caller, reader: Reader) -> None:
    async with reader.snapshot() as snapshot:
        await at_agencies(snapshot, agencies, within=caller.within, parameter="agencies")
