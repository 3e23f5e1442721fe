"""The audit log: who did what."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer
from services.api.bodies.lists import list_body
from services.api.caller import AuditReader
from services.api.cursors import cut, next_cursor
from services.api.parameters import MOST, ListQuery, Moment, Text
from services.api.reader import TheReader
from services.api.schemas.audit import AuditEntry, AuditLog
from services.api.schemas.problem import LIST_ANSWERS
from shared.db.views.audit_log import LATEST_FIRST, AuditFilters, audit_page

router = APIRouter(tags=["operations"])


class AuditQuery(ListQuery):
    """Filters and page. Every list of values repeats: `action=a&action=b`."""

    actor: list[Text] = Field(default_factory=list, max_length=MOST, description="Who did it: `key:<prefix>`, `token:<subject>`")
    action: list[Text] = Field(default_factory=list, max_length=MOST, description="What was done: `key.created`")
    subject: list[Text] = Field(default_factory=list, max_length=MOST, description="What it was done to: `key:<prefix>`")
    since: Moment | None = Field(default=None, alias="from", description="Done at this moment or later, RFC 3339")
    until: Moment | None = Field(default=None, alias="to", description="Done before this moment, RFC 3339")


@router.get("/v1/audit-log", response_model=AuditLog, responses=LIST_ANSWERS, summary="List who did what")
async def list_audit_log(
    request: Request,
    caller: AuditReader,
    reader: TheReader,
    answer: AListAnswer,
    query: Annotated[AuditQuery, QueryParameters()],
) -> Response:
    """Everything somebody changed here, the latest first. Who is bound to an agency reads what concerns it and those below it."""
    filters = AuditFilters(tuple(query.actor), tuple(query.action), tuple(query.subject), query.since, query.until)
    async with reader.snapshot() as snapshot:
        page = await audit_page(snapshot, filters, cut(request, query, LATEST_FIRST), within=caller.within)
    items = [{name: row[name] for name in AuditEntry.model_fields} for row in page.rows]
    return answer.page(list_body(snapshot, items, next_cursor(request, query, page)), AuditEntry)
