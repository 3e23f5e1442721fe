"""What is behind a score card: dossiers and procedures."""

from datetime import date

from pydantic import Field

from services.api.schemas.base import AgencyName, ListBody, ProcedureName, Schema
from shared.domain.counters import View


class SideCount(Schema):
    """What one side counts of a dossier in an indicator."""

    numerator: int
    denominator: int


class AlertLink(Schema):
    """The alert that tells of it."""

    id: int
    rule: str
    url: str = Field(description="Where to read it")


class LostDossier(Schema):
    """A dossier behind what a lack of synchronisation costs."""

    code: str
    agency: AgencyName | None = Field(description="Where it stands")
    procedure: ProcedureName | None
    portal: SideCount | None = Field(description="Null where the portal counts it nowhere in this unit and period")
    home: SideCount | None = Field(description="Null where home counts it nowhere in this unit and period")
    out_of_step: list[str] = Field(description="The rules by which its sides do not agree")
    alert: AlertLink | None = Field(
        description="The most urgent of its open alerts about synchronisation or the portal; null while there is none"
    )
    url: str = Field(description="Where to read more")


class LostDossierList(ListBody):
    """The dossiers behind what one indicator loses, by code."""

    agency: AgencyName
    period: str
    indicator: str
    items: list[LostDossier]


class ScoredProcedure(Schema):
    """A procedure that counts in an indicator: in its denominator, and if `counted` in its numerator."""

    code: str
    name: str
    sector: str | None
    counted: bool
    decided_on: date | None
    effective_on: date | None
    published_on: date | None
    last_day: date | None = Field(
        description="Until when it had to be decided (1.1) or public (1.2); null elsewhere, and where that cannot be told"
    )
    online_dossiers: int | None = Field(description="How many were handed in online (3.2, 3.4); null elsewhere")
    paid_dossiers: int | None = Field(description="How many were paid online (3.2, 3.4); null elsewhere")


class ScoredProcedureList(ListBody):
    """The procedures behind an indicator, those that do not count well first; numerator and denominator are those of the card."""

    agency: AgencyName
    period: str
    view: View
    indicator: str
    numerator: int
    denominator: int
    items: list[ScoredProcedure]
