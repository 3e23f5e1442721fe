"""Incidents: masses of dossiers out of step by one cause."""

from pydantic import Field

from services.api.schemas.base import ListBody, Moment, Named, Schema
from shared.db.views.incidents import IncidentState
from shared.domain.findings import Severity
from shared.domain.incidents import CauseKind


class Incident(Schema):
    """What a mass of dossiers has in common, and how many of them still stand. The texts are Vietnamese."""

    id: int
    state: IncidentState
    kind: CauseKind
    cause: Named = Field(description="The agency or the procedure, or the source, with its name")
    severity: Severity = Field(description="Of the worst inside it")
    rules: list[str]
    responsible_agency: str | None = Field(description="The code of the agency asked to act")
    opened_at: Moment
    closed_at: Moment | None
    expected: int = Field(description="How many dossiers, as far as known when it began")
    alerts: int = Field(description="How many alerts it had, of those you may see")
    standing: int = Field(description="How many of them still stand")
    title: str
    text: str
    url: str = Field(description="Its alerts that still stand")


class IncidentList(ListBody):
    """One page of incidents, the latest first."""

    items: list[Incident]
