"""Which dossier is worth most: what could be done about each, by the points it brings."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters
from pydantic import Field

from services.api.answers import AListAnswer
from services.api.bodies.lists import list_body, named
from services.api.bodies.opportunities import group_body, opportunity_body
from services.api.caller import ScoredDossiersReader
from services.api.cursors import cut, next_cursor
from services.api.opportunities import opportunities
from services.api.parameters import MOST, AgencyPath, ListQuery, PeriodText
from services.api.reader import TheReader
from services.api.schemas.opportunities import Opportunity, OpportunityList
from services.api.schemas.problem import BOTH_ANSWERS
from services.api.score_views import ScoreViews
from services.api.scoring import TheScoring
from shared.db.views.opportunities import Wanted, Worthy, alerts_about, opportunity_page
from shared.db.views.procedures import procedure_names
from shared.domain.counters import View
from shared.domain.moves import RepairKind

router = APIRouter(tags=["scores"])


class GroupsBy(StrEnum):
    """What the repairs of one group have in common: what is done, or also the procedure."""

    REPAIR = "repair"
    PROCEDURE = "procedure"


class OpportunityQuery(ListQuery):
    """Of which period, and which repairs."""

    period: PeriodText | None = Field(default=None, description="As for a card")
    repair: list[RepairKind] = Field(default_factory=list, max_length=MOST, description="What is done")
    recoverable: bool | None = Field(
        default=None, description="`true`: what can still be done; `false`: what is lost; left out: both"
    )
    by: GroupsBy = Field(default=GroupsBy.REPAIR, description="What the repairs of one group have in common")

    @property
    def kinds(self) -> frozenset[RepairKind]:
        """What is asked for, all of it where nothing is named."""
        return frozenset(
            kind for kind in self.repair or RepairKind if self.recoverable is None or kind.recoverable is self.recoverable
        )


@router.get(
    "/v1/scores/{code}/opportunities",
    response_model=OpportunityList,
    responses=BOTH_ANSWERS,
    summary="List what could be done, by what it is worth",
)
async def list_opportunities(
    request: Request,
    code: AgencyPath,
    caller: ScoredDossiersReader,
    reader: TheReader,
    scoring: TheScoring,
    answer: AListAnswer,
    query: Annotated[OpportunityQuery, QueryParameters()],
) -> Response:
    """What could be done about the dossiers of an agency and everything below it, the most points first, by its card as it stands
    now in the portal's view; and what all of it brings together, which is not the sum of the dossiers' points.

    Points move with every dossier, so one may move while you page and be met twice or not at all.
    """
    async with reader.snapshot() as snapshot:
        views = ScoreViews(snapshot, reader, scoring, caller, query.period)
        views.check()
        scores = views.live(View.PORTAL)
        unit = await scores.unit(code)
        wanted = Wanted(kinds=query.kinds, agencies=unit.agencies, period=views.period)
        found = await opportunities(scores, unit, wanted, by_procedure=query.by is GroupsBy.PROCEDURE)
        page = await opportunity_page(snapshot, wanted, found.weights, cut(request, query, Worthy()), within=caller.within)
        shown = [(row["code"], RepairKind(row["repair"])) for row in page.rows]
        alerts = await alerts_about(snapshot, shown, within=caller.within)
        names = await procedure_names(
            snapshot, [group.procedure for group in found.groups if group.procedure], within=caller.within
        )
    items = [opportunity_body(row, found, alerts) for row in page.rows]
    about = {
        "agency": named(unit.code, unit.name),
        "period": str(views.period),
        "policy": scores.policy(scores.today).id,
        "groups": [group_body(group, names) for group in found.groups],
    }
    return answer.page({**about, **list_body(snapshot, items, next_cursor(request, query, page))}, Opportunity)
