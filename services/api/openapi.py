"""The OpenAPI document: what FastAPI writes, with problem documents under their media type and an example for everything."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.api.examples import EXAMPLES
from services.api.examples.events import EVENTS
from services.api.examples.problems import problem_example
from services.api.problems import MEDIA_TYPE
from services.api.schemas import (
    alerts,
    audit,
    catalogue,
    details,
    dossier_list,
    incidents,
    indicators,
    measures,
    opportunities,
    petitions,
    score_details,
    scores,
    silences,
    sources,
    stock,
    summary,
    sync,
    webhooks,
)
from services.api.schemas.base import Schema
from services.api.sheets import sheet
from shared.domain.events import EventType

VERSION = "1"

DESCRIPTION = """Watches every dossier on both sides: the province's own systems and the national public service portal.

Ask with `Authorization: Bearer <key>`: a key of `watch766 keys create`, or a token of the province's OpenID Connect issuer. Each
operation names the scope it needs; who is bound to an agency sees that agency and those below it, nothing else.

What is watched is read with GET; figures to be scored are sent with POST, and nothing of them is kept; only webhooks are made and
changed here. What they are told is documented below, too; whoever cannot be called follows `/v1/events`, a screen `/v1/stream`.
A list is read page by page: ask again with `cursor=<next_cursor>` and the same filters until `next_cursor` is null. `data_as_of`
says up to when an answer holds; moments are RFC 3339 with `+07:00`. Errors are RFC 9457 problem documents. Send an answer's
`ETag` back as `If-None-Match` and get 304 while nothing changed.

Every list also answers as CSV, with `Accept: text/csv`: UTF-8 with a byte order mark, one column for each value under the names
of the JSON fields (`agency_code`), page by page: the header `Link` leads to the next. A text that a spreadsheet would take for a
formula is led by an apostrophe."""

TAGS = [
    {"name": "overview", "description": "What an agency's working day begins with, in one call."},
    {"name": "alerts", "description": "What is wrong now, who is asked to act, and until when."},
    {"name": "dossiers", "description": "Where dossiers stand, and everything that is known of one."},
    {"name": "sync", "description": "How many dossiers agree on both sides, and where they do not."},
    {"name": "stock", "description": "How many dossiers are open and how they stand, today and on earlier days."},
    {"name": "measures", "description": "What the plans ask for beside the points, and whether it is reached."},
    {"name": "delays", "description": "Where lateness arises: in which stage, at which agency."},
    {"name": "petitions", "description": "What citizens complain of, and until when they must be answered."},
    {"name": "incidents", "description": "Masses of dossiers out of step by one cause: one message instead of a thousand."},
    {"name": "silences", "description": "Of what nobody is told for a while, and what was held back."},
    {"name": "events", "description": "What happened, in order, for those who ask instead of being called."},
    {"name": "webhooks", "description": "Be called when something happens: who is told of what, and what became of it."},
    {"name": "rules", "description": "What other rules would have meant, before anyone is told by them."},
    {"name": "agencies", "description": "Who receives and handles dossiers."},
    {"name": "procedures", "description": "What can be applied for."},
    {"name": "scores", "description": "What the portal scores by Decision 766, what figures are worth, and by which rules."},
    {"name": "sources", "description": "How far each outside system is read, and what of it could not be used."},
    {"name": "labels", "description": "The Vietnamese names of what answers tell in codes."},
    {"name": "operations", "description": "Does the service live, can it answer, what does it count; who did what."},
]

_TABLES: dict[str, type[Schema]] = {
    "AgencyList": catalogue.Agency,
    "AlertList": alerts.Alert,
    "AlertSummary": summary.AlertGroup,
    "AuditLog": audit.AuditEntry,
    "DelaySummary": summary.DelayGroup,
    "DossierList": dossier_list.DossierItem,
    "IncidentList": incidents.Incident,
    "IndicatorList": indicators.IndicatorFacts,
    "MeasureList": measures.MeasureFigure,
    "OpportunityList": opportunities.Opportunity,
    "LostDossierList": score_details.LostDossier,
    "PetitionList": petitions.PetitionItem,
    "PolicyList": indicators.PolicyFacts,
    "ProcedureList": catalogue.Procedure,
    "RankingList": scores.RankedUnit,
    "RejectList": sources.Reject,
    "ScoredProcedureList": score_details.ScoredProcedure,
    "ScoreHistory": scores.ScoreReading,
    "DeliveryList": webhooks.Delivery,
    "SilenceList": silences.Silence,
    "SourceList": sources.SourceFacts,
    "StockList": stock.StockDay,
    "Sync": sync.SyncPart,
    "WebhookList": webhooks.Webhook,
}
"""What a row of each list is as CSV."""

_ROWS = {"Sync": "by_agency"}

_NOT_OURS = ("HTTPValidationError", "ValidationError")
_DESCRIPTIONS = {
    "FieldDifference": "A field the two sides disagree on, with both values.",
    "IndicatorBelow": "An indicator below its target, in percent.",
    "TotalBelow": "A total below what the plan asks of every agency, in points of 100.",
    "IndicatorFallen": "An indicator that lost points, with its points now and before.",
    "IndicatorApart": "An indicator in percent, as we count it and as the portal publishes it.",
    "RepairKind": "What is done: `sync`: the portal's side becomes as home's; `result`: the portal gets the electronic result; "
    "`payment`: it learns of a payment; `intake`: what lies untouched past its window is taken up; `in_time`: it is not let run "
    "past its due date or window; `lost`: nothing can be done any more.",
    "AlertState": "`open` until somebody takes it up or it no longer stands.",
    "Severity": "`critical`: late or out of step already, or about to be counted so; `warning`: it can still be prevented.",
}


def install(app: FastAPI) -> None:
    """Let the application answer /openapi.json with the finished document, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        webhooks=app.webhooks.routes,
        tags=app.openapi_tags,
    )
    schemas = document["components"]["schemas"]
    for name in _NOT_OURS:
        schemas.pop(name, None)
    for name, schema in schemas.items():
        _finish_schema(name, schema)
    for path, operation in _operations(document):
        for status, response in operation["responses"].items():
            _finish_response(path, status, response)
    for name, methods in document["webhooks"].items():
        methods["post"]["requestBody"]["content"]["application/json"]["example"] = EVENTS[EventType(name)]
        methods["post"]["responses"].pop("422", None)
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def _finish_schema(name: str, schema: dict[str, Any]) -> None:
    """Describe a schema and give it an example; the details of a rule tell which rules have them."""
    written = "" if schema.get("description", "").startswith(f"{name}(") else schema.get("description", "")
    if name in details.NAMES:
        rules = ", ".join(f"`{rule}`" for rule in details.rules_telling(name))
        written = " ".join([f"Details of {rules}.", written]).strip()
    schema["description"] = _DESCRIPTIONS.get(name, written)
    if "enum" in schema:
        schema["examples"] = schema["enum"][:1]
    elif name in EXAMPLES:
        schema["examples"] = [EXAMPLES[name]]


def _finish_response(path: str, status: str, response: dict[str, Any]) -> None:
    content = response.get("content", {})
    form = next((form for form in content if form.endswith("json")), "application/json")
    model = content.get(form, {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    if model == "ProblemDocument":
        response["content"] = {MEDIA_TYPE: {**content[form], "example": problem_example(int(status), path)}}
    elif model in EXAMPLES:
        content[form]["example"] = EXAMPLES["NotReady" if (model, status) == ("Readiness", "503") else model]
    if "text/csv" in content:
        rows = EXAMPLES[model][_ROWS.get(model, "items")]
        content["text/csv"] = {"schema": {"type": "string"}, "example": sheet(_TABLES[model], rows)}
    if "text/event-stream" in content:
        content["text/event-stream"] = {"schema": {"type": "string"}, "example": EXAMPLES["stream"]}
    if "text/plain" in content:
        content["text/plain"] = {"schema": {"type": "string"}, "example": EXAMPLES["metrics"]}
