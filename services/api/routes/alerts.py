"""Alerts: what is wrong now, who is asked to act, and until when."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as QueryParameters

from services.api.alert_query import AlertFiltersQuery, AlertQuery, AlertSummaryQuery, filters_of
from services.api.answers import AListAnswer, AnAnswer
from services.api.bodies.alerts import alert_body, alert_with_history
from services.api.bodies.lists import list_body
from services.api.bodies.summary import alert_group
from services.api.caller import AlertsReader
from services.api.cursors import cut, next_cursor
from services.api.names import names_of
from services.api.narrowing import at_agencies, check_procedures
from services.api.negotiation import JSON
from services.api.parameters import AlertId, no_parameters
from services.api.problems import not_found
from services.api.reader import TheReader
from services.api.schemas.alerts import Alert, AlertList, AlertWithHistory
from services.api.schemas.problem import LIST_ANSWERS, ONE_ANSWERS
from services.api.schemas.summary import AlertGroup, AlertSummary
from services.api.worded import TheWorded
from shared.db.views.alert_summary import MOST_ALERTS, alert_groups
from shared.db.views.alerts import ORDERS, alert_page, changes_of_alert, count_alerts, find_alert
from shared.db.views.paging import ranked
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import WHOLE_PROVINCE, AgencyTree

router = APIRouter(tags=["alerts"])


@router.get("/v1/alerts", response_model=AlertList, responses=LIST_ANSWERS, summary="List alerts")
async def list_alerts(
    request: Request,
    caller: AlertsReader,
    reader: TheReader,
    worded: TheWorded,
    answer: AListAnswer,
    query: Annotated[AlertQuery, QueryParameters()],
) -> Response:
    """Alerts that are open or acknowledged, unless `state` says otherwise.

    Several values of one filter mean any of them, several filters all of them. With `sort=opened_at` an alert keeps its place for
    ever, so that every one is met once while you page, whatever opens or is resolved meanwhile. With `urgency`, `due_at` and
    `points` an alert that gets worse, another due date or another worth while you page moves, and may be met twice or not at all.
    """
    async with reader.snapshot() as snapshot:
        within = await at_agencies(snapshot, query.agency, within=caller.within)
        await check_procedures(snapshot, query.procedure, within=caller.within)
        filters = filters_of(query, await _asked(snapshot, query))
        page = await alert_page(snapshot, filters, query.sort, cut(request, query, ORDERS[query.sort]), within=within)
        count = await count_alerts(snapshot, filters, within=within) if query.count else None
    cursor = next_cursor(request, query, page)
    if answer.form == JSON:
        return answer.page(list_body(snapshot, worded.alerts(page.rows, snapshot), cursor, count=count), Alert)
    rows = [alert_body(row, snapshot, reader.calendar) for row in page.rows]
    return answer.page(list_body(snapshot, rows, cursor, count=count), Alert)


@router.get("/v1/alerts/summary", response_model=AlertSummary, responses=LIST_ANSWERS, summary="Count alerts")
async def summarise_alerts(
    request: Request,
    caller: AlertsReader,
    reader: TheReader,
    answer: AListAnswer,
    query: Annotated[AlertSummaryQuery, QueryParameters()],
) -> Response:
    """Alerts counted by what they have in common, the most first; with the filters of the list.

    Counts change, so a group may move while you page and be met twice or not at all: ask for up to 500 at once.
    """
    async with reader.snapshot() as snapshot:
        within = await at_agencies(snapshot, query.agency, within=caller.within)
        await check_procedures(snapshot, query.procedure, within=caller.within)
        filters = filters_of(query, await _asked(snapshot, query))
        groups = await alert_groups(snapshot, filters, query.by, within=within)
        page = ranked(groups, MOST_ALERTS, cut(request, query, MOST_ALERTS))
        names = await names_of(snapshot, query.by, [row["key"] for row in page.rows], within=caller.within)
    items = [alert_group(row, names) for row in page.rows]
    return answer.page(list_body(snapshot, items, next_cursor(request, query, page)), AlertGroup)


@router.get(
    "/v1/alerts/{alert_id}",
    response_model=AlertWithHistory,
    responses=ONE_ANSWERS,
    dependencies=[Depends(no_parameters)],
    summary="Read one alert",
)
async def read_alert(alert_id: AlertId, caller: AlertsReader, reader: TheReader, answer: AnAnswer) -> Any:
    """One alert in any state, with what happened to it, newest first."""
    async with reader.snapshot() as snapshot:
        row = await find_alert(snapshot, alert_id, within=caller.within)
        if row is None:
            raise not_found("alert with this id")
        changes = await changes_of_alert(snapshot, alert_id, within=caller.within)
    return answer.of(alert_with_history(row, changes, snapshot, reader.calendar))


async def _asked(snapshot: Snapshot, query: AlertFiltersQuery) -> AgencyTree:
    """Return the agencies asked to act; they may be outside of what a caller sees: his alerts name them."""
    return await at_agencies(snapshot, query.responsible_agency, within=WHOLE_PROVINCE, parameter="responsible_agency")
