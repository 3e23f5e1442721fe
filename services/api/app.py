"""The composition root: everything the application needs is built here and nowhere else."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from services.api import docs, openapi, problems, told
from services.api.access.credentials import Credentials
from services.api.access.gate import Gate
from services.api.access.issuer import Issuer
from services.api.access.keys import Keys
from services.api.access.rates import Buckets
from services.api.access.tokens import Tokens
from services.api.limits import BodyLimit, HeadLimit, TimeLimit
from services.api.measuring import Measuring
from services.api.memory import Kepts, Memory
from services.api.metrics import Metrics
from services.api.middleware import AnswerDate, RequestRecord
from services.api.news import News
from services.api.reader import Reader
from services.api.readiness import Readiness
from services.api.rehearsing import Rehearsing
from services.api.routes import (
    acknowledgements,
    agencies,
    alerts,
    audit_log,
    delays,
    deliveries,
    dossiers,
    events,
    health,
    incidents,
    indicators,
    labels,
    measures,
    opportunities,
    overview,
    petitions,
    policies,
    procedures,
    rehearsal,
    score_analysis,
    score_cards,
    score_details,
    scores,
    silences,
    sources,
    stock,
    stream,
    sync,
    webhooks,
)
from services.api.scoring import Scoring
from services.api.security_headers import SecurityHeaders
from services.api.streams import Streams
from services.api.subscribing import Subscribing
from services.api.worded import Worded
from services.api.writer import Writer
from shared.config import Config
from shared.db.engine import Database
from shared.db.engine import clock as database_clock
from shared.db.views.snapshot import Moment
from shared.policy import working_time
from shared.policy.measures import measures as plan_measures
from shared.policy.scoring import scoring_policies
from shared.policy.targets import targets
from shared.receivers import Resolve
from shared.sealing import Sealer

ROUTERS = (
    overview.router,
    alerts.router,
    dossiers.router,
    sync.router,
    stock.router,
    measures.router,
    delays.router,
    petitions.router,
    incidents.router,
    silences.router,
    acknowledgements.router,
    events.router,
    stream.router,
    webhooks.router,
    deliveries.router,
    rehearsal.router,
    agencies.router,
    procedures.router,
    score_cards.router,
    score_analysis.router,
    opportunities.router,
    score_details.router,
    scores.router,
    indicators.router,
    policies.router,
    sources.router,
    labels.router,
    audit_log.router,
    health.router,
)
"""In the order of the documentation."""


_ACROSS_ORIGINS: dict[str, Any] = {
    "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
    "allow_headers": ["Authorization", "If-None-Match", "Last-Event-ID", "X-Request-ID"],
    "expose_headers": ["ETag", "Link", "Retry-After", "WWW-Authenticate", "X-Request-ID"],
}
"""What a page of an origin that was named may send and read; browsers send no credentials by themselves."""


def create_app(
    database: Database,
    config: Config,
    *,
    sealer: Sealer | None = None,
    clock: Moment | None = None,
    resolve: Resolve | None = None,
    seconds: Callable[[], float] = monotonic,
) -> FastAPI:
    """Return the application over one database and one province's configuration.

    `sealer` seals the secrets of webhooks; without one none can be made. `clock` tells `now` inside the transaction of a request,
    `resolve` the addresses of a name, `seconds` measures how often somebody asks: those of the database and the system unless
    a test says otherwise.
    """
    app = FastAPI(
        title="Watch766",
        version=openapi.VERSION,
        description=openapi.DESCRIPTION,
        openapi_tags=openapi.TAGS,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    app.state.reader = Reader(database, config.province, working_time(config.calendar), clock, config.webhooks.address)
    app.state.worded = Worded(app.state.reader.calendar)
    app.state.readiness = Readiness(app.state.reader)
    app.state.writer = Writer(database, config.province, clock or database_clock)
    app.state.subscribing = Subscribing(sealer, config.webhooks.allowed, resolve)
    app.state.news = News(database, config.province)
    app.state.rehearsing = Rehearsing(config)
    app.state.streams = Streams(config.access.longest_stream)
    app.state.scoring = Scoring(scoring_policies(), targets(), config.agencies.offices)
    app.state.measuring = Measuring(plan_measures(), config.measures.land_sectors, config.agencies.offices)
    app.state.metrics = Metrics()
    app.state.keys = Keys(database, config.province, clock)
    for router in ROUTERS:
        app.include_router(router)
    app.webhooks.routes.extend(told.router.routes)
    docs.install(app)
    problems.install(app)
    access = config.access
    app.add_middleware(BodyLimit, largest=access.largest_body)
    app.add_middleware(Memory, reader=app.state.reader, metrics=app.state.metrics, kepts=Kepts())
    doorkeeper = Credentials(app.state.keys, _tokens(database, config))
    asked, failed = (Buckets(rate, seconds=seconds) for rate in (access.rate, access.failures))
    app.add_middleware(Gate, doorkeeper=doorkeeper, asked=asked, failed=failed)
    app.add_middleware(HeadLimit)
    app.add_middleware(TimeLimit, longest=access.timeout)
    if access.origins:
        app.add_middleware(CORSMiddleware, allow_origins=access.origins, **_ACROSS_ORIGINS)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestRecord, metrics=app.state.metrics)
    app.add_middleware(AnswerDate)
    openapi.install(app)
    return app


def _tokens(database: Database, config: Config) -> Tokens | None:
    """Return what checks tokens, None where the province has no issuer of them."""
    oidc = config.access.oidc
    return Tokens(oidc, Issuer(oidc), database, config.province) if oidc else None
