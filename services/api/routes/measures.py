"""The plans' measures, which give no points: of a span of days, or of the moment."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Query as QueryParameters
from pydantic import AfterValidator, Field

from services.api.answers import AListAnswer
from services.api.bodies.lists import list_body, named
from services.api.bodies.measures import by_level, cells_of_sectors, cells_of_units, figure_body, sector_body
from services.api.caller import ScoresReader
from services.api.cursors import cut, next_cursor
from services.api.measuring import Measuring, TheMeasuring
from services.api.names import names_of
from services.api.narrowing import at_agencies
from services.api.parameters import MOST, AgencyCode, Day, ListQuery, known
from services.api.reader import Reader, TheReader
from services.api.schemas.measures import MeasureFigure, MeasureList
from services.api.schemas.problem import LIST_ANSWERS
from services.api.spans import span_of
from shared.db.views.agencies import units
from shared.db.views.measures import Place, measure_cells
from shared.db.views.paging import Listing, listed
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.measures import NUMBERS, Figure, Tally, figures, levels_of
from shared.domain.periods import Span, local_day

router = APIRouter(tags=["measures"])

MeasureId = Annotated[str, AfterValidator(known("measure", NUMBERS)), Field(json_schema_extra={"enum": list(NUMBERS)})]


class MeasuresBy(StrEnum):
    """What the dossiers measured together have in common."""

    AGENCY = "agency"
    SECTOR = "sector"


class MeasureQuery(ListQuery):
    """Which measures, of which agencies and days. Lists of values repeat: `measure=a&measure=b`."""

    agency: list[AgencyCode] = Field(
        default_factory=list, max_length=MOST, description="Where the dossiers stand: the agency or one below it"
    )
    measure: list[MeasureId] = Field(default_factory=list, max_length=MOST, description="Left out: all of them")
    by: MeasuresBy | None = Field(
        default=None,
        description="Each agency with everything below it, so that they do not add up; or each sector. Left out: all together",
    )
    first: Day | None = Field(
        default=None, alias="from", description="The first local day; left out: the first of the month of `to`"
    )
    last: Day | None = Field(default=None, alias="to", description="The last local day; left out: today")


@router.get("/v1/measures", response_model=MeasureList, responses=LIST_ANSWERS, summary="Read the plans' measures")
async def read_measures(
    request: Request,
    caller: ScoresReader,
    reader: TheReader,
    measuring: TheMeasuring,
    answer: AListAnswer,
    query: Annotated[MeasureQuery, QueryParameters()],
) -> Response:
    """What the plans ask for beside the points: how many of how many, the target, and whether it is reached.

    Measures of a span count the dossiers accepted on its days, `m.intake_8h` those submitted, as they stand now; any days may be
    asked for, such as the 15th to the 14th of a statutory report. Measures of the moment (`m.overdue_on_portal`, `m.paused`)
    count what is open at the request and take no notice of the days. Agencies and sectors without a dossier are left out.
    """
    async with reader.snapshot() as snapshot:
        today = local_day(snapshot.now)
        span = span_of(query.first, query.last, today, usual=(query.last or today).replace(day=1))
        within = await at_agencies(snapshot, query.agency, within=caller.within)
        cells = await measure_cells(snapshot, span, measuring.land_sectors, reader.calendar, within=within)
        rows = await _rows(snapshot, cells, query, span, reader, measuring, within)
    page = listed(rows, cut(request, query, Listing()))
    days = {"from": span.first, "to": span.last, "as_of": snapshot.now.replace(second=0, microsecond=0)}
    return answer.page({**days, **list_body(snapshot, page.rows, next_cursor(request, query, page))}, MeasureFigure)


async def _rows(
    snapshot: Snapshot,
    cells: Mapping[Place, Tally],
    query: MeasureQuery,
    span: Span,
    reader: Reader,
    measuring: Measuring,
    within: AgencyTree,
) -> list[dict[str, Any]]:
    seen = await units(snapshot, measuring.offices, within=within)
    levels, minutes = levels_of(seen.values()), round(reader.calendar.day_length.total_seconds() / 60)
    wanted = [name for name in measuring.measures.of if name in query.measure or not query.measure]
    body = partial(figure_body, measures=measuring.measures)

    def of(found: Mapping[Place, Tally]) -> list[Figure]:
        return figures(by_level(found, levels), measuring.measures, wanted, until=span.last, day_minutes=minutes)

    def by_agency() -> Iterator[dict[str, Any]]:
        for unit, found in cells_of_units(cells, seen.values()):
            yield from (body(figure, agency=named(unit.code, unit.name)) for figure in of(found))

    if query.by is MeasuresBy.AGENCY:
        return list(by_agency())
    if query.by is None:
        return [body(figure) for figure in of(cells)]
    sectors = cells_of_sectors(cells)
    names = await names_of(snapshot, "sector", {code for code, _ in sectors}, within=within)
    return [body(figure, sector=sector_body(code, names)) for code, found in sectors for figure in of(found)]
