"""The parameters routes share: texts that cannot break anything, moments with an offset, codes in any spelling."""

import re
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Path, Request
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)

from services.api.problems import ParameterError, invalid_parameters
from shared.domain import codes
from shared.domain.periods import PERIOD_PATTERN, Period

_SPACE_FOR_PLUS = re.compile(r" (\d\d:\d\d)$", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LARGEST_ID = 2**63 - 1
_NO_NUL = r"^[^\x00]*$"

MOST = 200
"""At most so many values of one filter."""


def _moment(value: object) -> datetime:
    """Read RFC 3339; a `+` that the address turned into a space is put back."""
    if isinstance(value, datetime):
        return value
    try:
        moment = datetime.fromisoformat(_SPACE_FOR_PLUS.sub(r"+\1", str(value)))
        utc = None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        utc = None
    if utc is None:
        raise ValueError("must be a moment such as 2026-11-20T17:00:00+07:00")
    return utc


def _day(value: object) -> object:
    """Read a day, written in one way only."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("must be a day such as 2026-11-20")
    return value


def known(what: str, values: Collection[str]) -> Callable[[str], str]:
    """Return a check that a value is one of those there are; it says what is not known, never the value."""

    def check(value: str) -> str:
        if value not in values:
            raise ValueError(f"unknown {what}")
        return value

    return check


Moment = Annotated[datetime, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]
PeriodText = Annotated[
    Period,
    PlainValidator(lambda value: value if isinstance(value, Period) else Period.parse(str(value))),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": PERIOD_PATTERN, "examples": ["2026", "2026-Q4", "2026-11"]}),
]
Cursor = Annotated[str, Field(max_length=1000, pattern=_NO_NUL)]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=_NO_NUL)]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=_NO_NUL)]
DossierCode = Annotated[Code, AfterValidator(codes.dossier)]
AgencyCode = Annotated[Code, AfterValidator(codes.agency)]
ProcedureCode = Annotated[Code, AfterValidator(codes.procedure)]

AlertId = Annotated[int, Path(ge=1, le=_LARGEST_ID, description="The alert's id", examples=[1042])]
WebhookId = Annotated[int, Path(ge=1, le=_LARGEST_ID, description="The webhook's id", examples=[3])]
IncidentNumber = Annotated[int, Field(ge=1, le=_LARGEST_ID)]
IncidentId = Annotated[int, Path(ge=1, le=_LARGEST_ID, description="The incident's id", examples=[12])]
SilenceId = Annotated[int, Path(ge=1, le=_LARGEST_ID, description="The silence's id", examples=[7])]
DeliveryId = Annotated[int, Path(ge=1, le=_LARGEST_ID, description="The delivery's id", examples=[5120])]
DossierPath = Annotated[DossierCode, Path(description="The dossier's code, in any spelling", examples=["H20.114-261120-0042"])]
AgencyPath = Annotated[AgencyCode, Path(description="The agency's code, in any spelling", examples=["H20.14"])]
PetitionPath = Annotated[Code, Path(description="The petition's code", examples=["PAKN.20.261105.0311"])]
SourceName = Annotated[Code, Path(description="The source's name in the configuration", examples=["igate"])]


class Query(BaseModel):
    """Parameters of one route; any other is refused by name."""

    model_config = ConfigDict(extra="forbid")


class ListQuery(Query):
    """What every list takes."""

    limit: int = Field(default=50, ge=1, le=500, description="At most so many items")
    cursor: Cursor | None = Field(default=None, description="`next_cursor` of the page before, with the same filters and sort")


async def no_parameters(request: Request) -> None:
    """Refuse every query parameter by name, for routes that take none."""
    if request.query_params:
        raise invalid_parameters([ParameterError(name[:100], "unknown parameter") for name in request.query_params])
