"""The metrics at a port of their own, which only operations can reach: without credentials, and also without a database."""

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.api.routes.health import metrics_answer


def metrics_app(app: FastAPI) -> Starlette:
    """Return an application that answers /metrics with what another one counts, and nothing else."""

    async def metrics(_: Request) -> Response:
        return await metrics_answer(app.state.reader, app.state.metrics)

    return Starlette(routes=[Route("/metrics", metrics)])
