"""For machines that keep the service running: does it live, can it answer, what does it count."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from services.api.answers import plain
from services.api.caller import OpsReader
from services.api.metrics import Metrics, State
from services.api.problems import forbidden
from services.api.reader import Reader, TheReader
from services.api.readiness import Standing
from services.api.schemas.health import Health, Readiness
from services.api.schemas.problem import ACCESS_ANSWERS
from services.api.sheets import as_json
from shared.db.views.gauges import backlog, refused_by_source, unresolved_alerts
from shared.db.views.queues import deliveries_waiting, queue_ages
from shared.domain.agencies import WHOLE_PROVINCE
from shared.errors import DatabaseUnavailable

router = APIRouter(tags=["operations"])

_NOT_READY: dict[int | str, dict[str, object]] = {
    503: {"model": Readiness, "description": "The database does not answer, its schema is another, or a source is behind"}
}
_NEVER_CACHED = {"Cache-Control": "no-store"}


class HealthJson(JSONResponse):
    """Under the media type of draft-inadarei-api-health-check."""

    media_type = "application/health+json"


@router.get("/healthz", response_model=Health, summary="Does the process live")
async def healthz() -> Response:
    """Always 200 while the process answers; asks nothing else."""
    return JSONResponse({"status": "ok"}, headers=_NEVER_CACHED)


@router.get(
    "/readyz",
    response_model=Readiness,
    response_class=HealthJson,
    responses=_NOT_READY,
    summary="Are answers complete and fresh",
)
async def readyz(request: Request) -> Response:
    """200 when the database answers, its schema is the one needed and every source of dossiers is fresh; else 503 and why.

    What spoils no answer is a warning: the portal's own scores or petitions that are not read, events or deliveries that wait.
    """
    report = await request.app.state.readiness.report()
    status = HTTPStatus.SERVICE_UNAVAILABLE if report.status is Standing.FAIL else HTTPStatus.OK
    return Response(as_json(plain(report.body())), status, _NEVER_CACHED, HealthJson.media_type)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "The format Prometheus reads"}, **ACCESS_ANSWERS},
    summary="Counts and gauges",
)
async def metrics(request: Request, caller: OpsReader, reader: TheReader) -> Response:
    """Requests by route, and the state of the data read at this moment; without a database only the former.

    They count the whole province, so that who is bound to an agency is not told them.
    """
    if not caller.within.is_whole:
        raise forbidden("the metrics are of the whole province")
    return await metrics_answer(reader, request.app.state.metrics)


async def metrics_answer(reader: Reader, counted: Metrics) -> Response:
    """Return what was counted, with the state of the data where the database answers."""
    try:
        await _read(reader, counted)
    except DatabaseUnavailable:
        counted.database_down()
    counted.connected(*reader.database.connections)
    return Response(counted.text(), headers={"Content-Type": CONTENT_TYPE_LATEST, **_NEVER_CACHED})


async def _read(reader: Reader, counted: Metrics) -> None:
    async with reader.snapshot() as snapshot:
        state = State(
            now=snapshot.now,
            backlog=await backlog(snapshot, within=WHOLE_PROVINCE),
            queues=await queue_ages(snapshot, within=WHOLE_PROVINCE),
            alerts=await unresolved_alerts(snapshot, within=WHOLE_PROVINCE),
            sources=snapshot.freshness.sources,
            refused=await refused_by_source(snapshot, within=WHOLE_PROVINCE),
            deliveries=await deliveries_waiting(snapshot, within=WHOLE_PROVINCE),
        )
    counted.database_up(state)
