"""Sources and what of them could not be used."""

from typing import Literal

from pydantic import Field

from services.api.schemas.base import Fresh, ListBody, Moment, Schema


class SourceCounts(Schema):
    """What is stored of a source. `notes`: records by what is odd but readable about them."""

    records: int
    refused: int = Field(description="Items that could not be used and are not mended")
    skewed: int = Field(description="Records whose update time lay in the future when they came")
    notes: dict[str, int]


class PollRun(Schema):
    """One poll and what it met."""

    started_at: Moment
    finished_at: Moment | None
    pages: int
    received: int
    added: int
    changed: int
    refused: int
    skewed: int
    error: str | None


class SourceFacts(Schema):
    """An outside system: how far it is read, and why not further."""

    name: str
    kind: str
    role: Literal["portal", "home", "petitions", "evaluation"] = Field(
        description="Only portal and home say how fresh an answer is; for petitions and the portal's own scores nothing waits"
    )
    active: bool = Field(description="In the present configuration")
    status: Literal["ok", "loading", "stale"] | None = Field(description="Null for a source that is no longer configured")
    interval_seconds: int
    read_to: Moment | None = Field(description="When its last complete poll started; null before the first")
    settled_to: Moment | None = Field(description="Up to when every review and single question that follows is done")
    first_complete_at: Moment | None
    progress_at: Moment
    catalogue_read_at: Moment | None
    error: str | None = Field(description="Why the last poll failed; null after a complete one")
    error_at: Moment | None
    counts: SourceCounts
    last_run: PollRun | None = Field(description="Its last poll of dossiers, or of scores")


class Source(SourceFacts, Fresh):
    """One source, and how fresh all of them are."""


class SourceList(ListBody):
    """The sources, the portal first, then the home systems as configured."""

    items: list[SourceFacts]


class Reject(Schema):
    """An item that could not be used: which field and why, never the value."""

    id: int
    field: str
    reason: str
    code: str | None = Field(description="The dossier's code, if one could be read")
    source_id: str | None = Field(description="The source's own key, if one could be read")
    refused_at: Moment
    mended_at: Moment | None = Field(description="When the item came again and could be used")


class RejectList(ListBody):
    """One page of what a source sent and could not be used, latest first."""

    items: list[Reject]
