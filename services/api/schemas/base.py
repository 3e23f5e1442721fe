"""What every schema shares."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Moment = Annotated[datetime, Field(description="RFC 3339 with +07:00")]


class Schema(BaseModel):
    """Every field is always there."""

    model_config = ConfigDict(extra="forbid")


def without_defaults(schema: dict[str, Any]) -> None:
    """Say of no field what it is when left out: what is left out stays as it is."""
    for field in schema["properties"].values():
        field.pop("default", None)


class Named(Schema):
    """A code with its name."""

    code: str
    name: str = Field(description="The code itself where nobody gave a name")


class AgencyName(Named):
    """An agency."""


class ProcedureName(Named):
    """A procedure with its sector."""

    sector: str | None


class Officer(Schema):
    """A public servant at work, by number only."""

    id: str


class FreshnessBody(Schema):
    """How fresh an answer is: `loading` while a source was never read completely, `stale` while one is not read any more."""

    status: Literal["ok", "loading", "stale"]
    sources: list[str] = Field(description="The sources that are not ok")


class Fresh(Schema):
    """An answer that says up to when it holds."""

    data_as_of: Moment | None = Field(
        description="The smallest moment up to which a source is read and all that follows from it is done; null while loading"
    )
    freshness: FreshnessBody


class ListBody(Fresh):
    """The frame of every list."""

    next_cursor: str | None = Field(description="Ask again with this `cursor` for the next page; null on the last")
