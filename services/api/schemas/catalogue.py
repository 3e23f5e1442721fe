"""Agencies and procedures."""

from datetime import date

from pydantic import Field

from services.api.schemas.base import ListBody, Schema


class Agency(Schema):
    """A unit that receives or handles dossiers."""

    code: str
    name: str
    parent: str | None = Field(description="The agency above it, null where nobody said")
    level: int | None = Field(description="1 province, 2 department, 3 commune or ward")
    in_catalogue: bool = Field(description="On the portal's list, not only named by a record")


class AgencyList(ListBody):
    """One page of agencies, by code."""

    items: list[Agency]


class Procedure(Schema):
    """An administrative procedure. A fact nobody stated is null."""

    code: str
    name: str
    sector: str | None
    sector_name: str | None
    agencies: list[str] = Field(description="The agencies that handle it")
    online_level: int | None = Field(description="0 not online, 1 in part, 2 in full")
    has_fee: bool | None
    online_payment: bool | None
    gives_paper_result: bool | None
    uses_population_data: bool | None
    content_complete: bool | None
    decided_on: date | None
    effective_on: date | None
    published_on: date | None
    legal_limit_days: int | None = Field(description="Working days the law allows")
    in_catalogue: bool = Field(description="On the portal's list, not only named by a record")


class ProcedureList(ListBody):
    """One page of procedures, by code."""

    items: list[Procedure]
