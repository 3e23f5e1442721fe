"""For machines that keep the service running: does it live, can it answer, what does it count."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from services.api.caller import OpsReader
from services.api.metrics import Metrics
from services.api.problems import forbidden
from services.api.reader import Reader, TheReader
from services.api.schemas.health import Health, Readiness
from services.api.schemas.problem import ACCESS_ANSWERS
from shared.db.schema import check_schema
from shared.db.views.freshness import Freshness, Status
from shared.db.views.gauges import backlog, refused_by_source, unresolved_alerts
from shared.domain.agencies import WHOLE_PROVINCE
from shared.errors import DatabaseUnavailable, SchemaError

router = APIRouter(tags=["operations"])

_NOT_READY: dict[int | str, dict[str, object]] = {
    503: {"model": Readiness, "description": "The database does not answer, its schema is another, or a source is behind"}
}
_NEVER_CACHED = {"Cache-Control": "no-store"}


@router.get("/healthz", response_model=Health, summary="Does the process live")
async def healthz() -> Response:
    """Always 200 while the process answers; asks nothing else."""
    return JSONResponse({"status": "ok"}, headers=_NEVER_CACHED)


@router.get("/readyz", response_model=Readiness, responses=_NOT_READY, summary="Are answers complete and fresh")
async def readyz(reader: TheReader) -> Response:
    """200 when the database answers, its schema is the one needed and every configured source is fresh; else 503 and why."""
    reasons = await _reasons(reader)
    status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
    body = {"status": "not_ready" if reasons else "ready", "reasons": reasons}
    return JSONResponse(body, status, headers=_NEVER_CACHED)


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
    return Response(counted.text(), headers={"Content-Type": CONTENT_TYPE_LATEST, **_NEVER_CACHED})


async def _reasons(reader: Reader) -> list[str]:
    try:
        await check_schema(reader.database.engine)
        async with reader.snapshot() as snapshot:
            return _behind(snapshot.freshness)
    except (DatabaseUnavailable, SchemaError) as error:
        return [str(error)]


def _behind(freshness: Freshness) -> list[str]:
    if not freshness.sources:
        return ["no source is known yet: no monitor has run on this database"]
    told = {Status.LOADING: "was never read completely", Status.STALE: "is not read any more"}
    return [f"source {source.name} {told[source.status]}" for source in freshness.behind]


async def _read(reader: Reader, counted: Metrics) -> None:
    async with reader.snapshot() as snapshot:
        waiting = await backlog(snapshot, within=WHOLE_PROVINCE)
        alerts = await unresolved_alerts(snapshot, within=WHOLE_PROVINCE)
        refused = await refused_by_source(snapshot, within=WHOLE_PROVINCE)
    counted.database_up(waiting, alerts, snapshot.freshness.sources, refused, snapshot.now)
