"""Citizens' petitions. Nothing of the citizen and nothing of what they wrote is kept."""

from pydantic import Field

from services.api.schemas.base import AgencyName, Fresh, ListBody, Moment, Schema
from shared.domain.petitions import Step


class PetitionStatusName(Schema):
    """Where a petition stands, in the portal's codes."""

    code: int
    label: str


class PetitionKindName(Schema):
    """What a petition is about, in the portal's codes: 1 a procedure, 2 the conduct of an officer."""

    code: int
    label: str


class PetitionItem(Schema):
    """One petition. What is owed next is known after its first review, and null before."""

    code: str
    agency: AgencyName = Field(description="Who handles it")
    status: PetitionStatusName
    kind: PetitionKindName | None
    step: Step | None = Field(
        description="What is owed: of one nobody has taken up that it be refused or more be asked for, its answer, or the "
        "publication of the answer; null where nothing is"
    )
    due_at: Moment | None = Field(description="Until when that is owed")
    overdue: bool = Field(description="Past that now")
    received_at: Moment
    refused_at: Moment | None
    supplement_asked_at: Moment | None
    answered_at: Moment | None
    published_at: Moment | None
    dossier_code: str | None = Field(description="The dossier it names")
    satisfied: bool | None = Field(description="Whether the citizen is content with the answer; null where they did not say")
    repeated: bool = Field(description="The citizen complained once more")
    updated_at: Moment
    url: str


class Petition(PetitionItem, Fresh):
    """One petition, and how fresh the dossiers are; how far petitions are read is told by their own source."""


class PetitionList(ListBody):
    """One page of petitions; `count` is there when it was asked for."""

    items: list[PetitionItem]
    count: int | None = Field(default=None, description="How many there are on all pages")
