"""Dossiers in a list."""

from pydantic import Field

from services.api.schemas.base import AgencyName, ListBody, Moment, Officer, ProcedureName, Schema
from shared.db.views.dossier_filters import SyncState


class StatusName(Schema):
    """A status in the portal's codes (11 is paused, 0 a word no table maps)."""

    code: int
    label: str


class DossierItem(Schema):
    """Where a dossier stands. What is known only after its first review is null before."""

    code: str
    agency: AgencyName | None
    procedure: ProcedureName | None
    source: str | None = Field(description="The home system that speaks for it; null where only the portal has it")
    status: StatusName | None = Field(description="At home, else on the portal")
    portal_status: StatusName | None = Field(description="Null where the portal does not have it")
    online: bool = Field(description="Handed in online")
    submitted_at: Moment | None
    due_at: Moment | None = Field(description="The due date plus the time the citizen took to answer")
    ended_at: Moment | None
    overdue: bool = Field(description="Past due at home now")
    overdue_on_portal: bool = Field(description="Counted as overdue by the portal now, by due date or, untouched, by the window")
    stage: str | None = Field(description="The name of the stage it is in")
    officer: Officer | None
    sync_state: SyncState | None = Field(description="Null for a dossier no system has any more")
    out_of_step: list[str] = Field(description="The rules by which its sides do not agree")
    alerts: int = Field(description="How many of its alerts are open or acknowledged")
    next_review_at: Moment | None = Field(description="When it will be looked at again if nothing changes")
    url: str = Field(description="Where to read more")


class DossierList(ListBody):
    """One page of dossiers; `count` is there when it was asked for."""

    items: list[DossierItem]
    count: int | None = Field(default=None, description="How many there are on all pages")
