"""What is behind the figures of a card: the dossiers sync loses points on, and the procedures that count."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters
from pydantic import AfterValidator, Field

from services.api.answers import AListAnswer
from services.api.bodies.lists import list_body, named
from services.api.bodies.lost import lost_dossier
from services.api.bodies.score_procedures import procedures_behind
from services.api.caller import ScoredDossiersReader, ScoresReader
from services.api.cursors import cut, next_cursor
from services.api.live_scores import LiveScores
from services.api.parameters import AgencyPath, ListQuery, PeriodText, known
from services.api.reader import TheReader
from services.api.schemas.problem import BOTH_ANSWERS
from services.api.schemas.score_details import LostDossier, LostDossierList, ScoredProcedure, ScoredProcedureList
from services.api.score_views import ScoreViews
from services.api.scoring import TheScoring
from shared.db.views import score_procedures as views_of_procedures
from shared.db.views.lost_dossiers import BY_CODE, lost_page
from shared.db.views.paging import Ranking, ranked
from shared.domain.counters import View
from shared.domain.score_procedures import INDICATORS, OF_DECISIONS, OF_PROVINCE, SERVICES, Use
from shared.domain.shares import OF_DOSSIERS
from shared.domain.units import Unit

router = APIRouter(tags=["scores"])

FAILING_FIRST = Ranking("failing")


class _Behind(ListQuery):
    period: PeriodText | None = Field(default=None, description="As for a card")


class LostDossierQuery(_Behind):
    """Which indicator, of which period."""

    indicator: Annotated[str, AfterValidator(known("indicator of dossiers", OF_DOSSIERS))] = Field(
        description="Whose dossiers; the others count none", json_schema_extra={"enum": list(OF_DOSSIERS)}
    )


class ScoredProcedureQuery(_Behind):
    """Which indicator, of which period and view, and which of its procedures."""

    indicator: Annotated[str, AfterValidator(known("indicator of procedures", INDICATORS))] = Field(
        description="Whose procedures; the others count none", json_schema_extra={"enum": list(INDICATORS)}
    )
    view: View = Field(default=View.PORTAL, description="Whose dossiers make a service used: the portal's records, or home's")
    counted: Literal["yes", "no"] | None = Field(
        default=None, description="yes: only those in the numerator; no: only the others; left out: both"
    )


@router.get(
    "/v1/scores/{code}/lost/dossiers",
    response_model=LostDossierList,
    responses=BOTH_ANSWERS,
    summary="List the dossiers sync loses points on",
)
async def list_lost_dossiers(
    request: Request,
    code: AgencyPath,
    caller: ScoredDossiersReader,
    reader: TheReader,
    scoring: TheScoring,
    answer: AListAnswer,
    query: Annotated[LostDossierQuery, QueryParameters()],
) -> Response:
    """The dossiers behind what a lack of synchronisation costs an agency in one indicator, with what each side counts.

    Home counts them well and the portal does not, or the portal counts them badly and home does not. One that home does not know
    and the portal alone counts badly is among them.
    """
    async with reader.snapshot() as snapshot:
        views = ScoreViews(snapshot, reader, scoring, caller, query.period)
        views.check()
        unit = await views.live(View.PORTAL).unit(code)
        page = await lost_page(snapshot, views.period, unit, query.indicator, cut(request, query, BY_CODE), within=caller.within)
    body = list_body(snapshot, [lost_dossier(row) for row in page.rows], next_cursor(request, query, page))
    about = {"agency": named(unit.code, unit.name), "period": str(views.period), "indicator": query.indicator}
    return answer.page({**about, **body}, LostDossier)


@router.get(
    "/v1/scores/{code}/procedures",
    response_model=ScoredProcedureList,
    responses=BOTH_ANSWERS,
    summary="List the procedures behind an indicator",
)
async def list_scored_procedures(
    request: Request,
    code: AgencyPath,
    caller: ScoresReader,
    reader: TheReader,
    scoring: TheScoring,
    answer: AListAnswer,
    query: Annotated[ScoredProcedureQuery, QueryParameters()],
) -> Response:
    """The procedures that count in an indicator of an agency, those that lose it points first, then by code.

    1.1, 1.2 and 1.3 are figures of the province: its procedures stand behind them, whoever's card it is. A province counts each
    procedure once over all its agencies.
    """
    async with reader.snapshot() as snapshot:
        views = ScoreViews(snapshot, reader, scoring, caller, query.period)
        views.check()
        scores = views.live(query.view)
        unit = await scores.unit(code)
        found = await _behind(scores, unit, query.indicator)
    wanted = [item for item in found if query.counted is None or item["counted"] is (query.counted == "yes")]
    rows = [{**item, "failing": int(not item["counted"]), "key": item["code"]} for item in wanted]
    page = ranked(rows, FAILING_FIRST, cut(request, query, FAILING_FIRST))
    items = [{name: row[name] for name in ScoredProcedure.model_fields} for row in page.rows]
    about = {
        "agency": named(unit.code, unit.name),
        "period": str(views.period),
        "view": query.view,
        "indicator": query.indicator,
        "numerator": sum(item["counted"] for item in found),
        "denominator": len(found),
    }
    return answer.page({**about, **list_body(snapshot, items, next_cursor(request, query, page))}, ScoredProcedure)


async def _behind(scores: LiveScores, unit: Unit, indicator: str) -> list[dict[str, Any]]:
    """Return every procedure that counts in an indicator of a unit."""
    snapshot, within = scores.snapshot, scores.within
    if indicator in OF_DECISIONS:
        rows = await views_of_procedures.decided(snapshot, scores.period, within=within)
    else:
        at = snapshot.province if indicator in OF_PROVINCE else unit.code
        rows = await views_of_procedures.offered(snapshot, at, within=within)
    uses = await _uses(scores, unit, indicator)
    return procedures_behind(indicator, ((row, uses.get(row["code"], Use())) for row in rows), scores.calendar)


async def _uses(scores: LiveScores, unit: Unit, indicator: str) -> Mapping[str, Use]:
    if indicator not in SERVICES:
        return {}
    return await views_of_procedures.uses(scores.snapshot, scores.view, scores.period, unit, within=scores.within)
