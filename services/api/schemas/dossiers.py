"""Dossiers."""

from typing import Any, Literal

from pydantic import Field

from services.api.schemas.alerts import Alert
from services.api.schemas.base import AgencyName, Fresh, Moment, Officer, ProcedureName, Schema
from services.api.schemas.details import Details
from shared.domain.findings import Responsible, Severity
from shared.domain.records import Channel


class StatusBody(Schema):
    """A status in the portal's codes (11 is paused, 0 a word no table maps), and since when it is known."""

    code: int
    label: str
    since: Moment


class RefusalBody(Schema):
    """Why what a source sent could not be used: the field and the reason, never the value."""

    field: str
    reason: str
    refused_at: Moment


class SupplementBody(Schema):
    """One request for more papers."""

    asked_at: Moment
    answered_at: Moment | None
    due_before: Moment | None
    due_after: Moment | None


class StageBody(Schema):
    """One step of the work."""

    id: str
    name: str
    agency: str | None
    officer_id: str | None
    started_at: Moment | None
    due_at: Moment | None
    completed_at: Moment | None
    current: bool


class ApologyBody(Schema):
    """A letter of apology for being late."""

    sent_at: Moment
    new_due_at: Moment | None


class RecordBody(Schema):
    """What one source says of the dossier, in the same fields for every source."""

    source: str
    source_id: str
    code: str
    spelling: str = Field(description="The code as this source writes it")
    procedure: str
    agency: str
    status: int
    updated_at: Moment
    status_raw: str
    sector: str | None
    agency_parent: str | None
    receiving_agency: str | None
    channel: Channel
    submitted_at: Moment | None
    accepted_at: Moment | None
    due_at: Moment | None
    finished_at: Moment | None
    returned_at: Moment | None
    refused_at: Moment | None
    fee_owed: bool
    paid_online: bool
    paid_at: Moment | None
    result_online: bool
    electronic_result: bool
    components_digitised: bool
    component_reused: bool
    personal_store_used: bool
    population_data_used: bool
    supplements: list[SupplementBody]
    stages: list[StageBody]
    apology: ApologyBody | None
    notes: list[str] = Field(description="What is odd but readable")


class Side(Schema):
    """One source's side. `absent`: it has no such dossier; `unreadable`: its last answer could not be used, or what is
    stored of it was written by another version and cannot be decoded."""

    source: str
    role: Literal["portal", "home"]
    state: Literal["seen", "absent", "unreadable"]
    asked_at: Moment | None = Field(description="When it was last asked for this dossier singly")
    look_up_wanted_at: Moment | None = Field(description="Since when it is to be asked singly; null while no question is owed")
    refusal: RefusalBody | None
    updated_at: Moment | None = Field(description="The source's update time, never later than it was read")
    first_updated_at: Moment | None = Field(description="Its update time when it was first read")
    status: StatusBody | None
    ended_at: Moment | None
    effective_due_at: Moment | None = Field(description="The due date plus the time the citizen took to answer")
    record: RecordBody | None = Field(description="The last record that could be read")


class FindingBody(Schema):
    """One thing that is wrong, or soon will be. `pending` until it lasted its hold and whoever had to be asked was asked."""

    rule: str
    family: str
    severity: Severity
    state: Literal["pending", "ripe"]
    since: Moment
    opens_at: Moment = Field(description="When it becomes an alert if it still stands")
    due_at: Moment | None
    responsible: Responsible
    responsible_agency: str | None
    stage: str | None
    officer: Officer | None
    details: Details


class RecordChange(Schema):
    """What changed in one source's record, as `{field: [old, new]}`; a first reading has no changes."""

    at: Moment
    source: str
    source_id: str
    changes: dict[str, Any]


class Parked(Schema):
    """The dossier could not be judged and waits until something about it changes."""

    at: Moment
    reason: str | None


class DossierAlerts(Schema):
    """The dossier's alerts, the latest opened first, at most 100 in all."""

    active: list[Alert]
    resolved: list[Alert]


class Dossier(Fresh):
    """One dossier: its sides beside each other, what is wrong with it, and how it came to be so."""

    code: str
    first_seen_at: Moment
    judged_at: Moment | None = Field(description="When it was last reviewed")
    next_review_at: Moment | None = Field(description="When it will be looked at again if nothing changes")
    waits_for: list[str] = Field(description="Sources that must be read further before it can be judged")
    parked: Parked | None
    agency: AgencyName | None
    procedure: ProcedureName | None
    sides: list[Side]
    findings: list[FindingBody]
    alerts: DossierAlerts
    history: list[RecordChange] = Field(description="Newest first, the latest 100")
