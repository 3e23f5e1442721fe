"""Alerts."""

from typing import Any, Literal

from pydantic import Field

from services.api.schemas.base import AgencyName, ListBody, Moment, Officer, ProcedureName, Schema
from services.api.schemas.details import Details
from shared.domain.alert_endings import Cause, Resolution
from shared.domain.alerts import AlertState
from shared.domain.findings import Responsible, Severity


class AcknowledgementBody(Schema):
    """Who took care of it last, and what they said; in force while the alert is `acknowledged`."""

    by: str = Field(description="Who, as the audit log names them")
    at: Moment
    until: Moment | None = Field(
        description="From then on the alert is open again; null: not before it is resolved or gets worse"
    )
    note: str | None
    cause: Cause


class Alert(Schema):
    """A finding that lasted long enough to tell someone. The texts are Vietnamese, counted at the moment of the request."""

    id: int
    rule: str = Field(description="The rule that found it; getting worse may change it")
    family: str = Field(description="At most one alert of a family is unresolved for one subject")
    severity: Severity
    state: AlertState
    subject: str = Field(
        description="`dossier:<code>`, `petition:<code>`, `procedure:<code>`, `agency:<code>`, `source:<name>`, "
        "`audit:<province>`; of scores `indicators:<agency>:<period>`, `score:<agency>:<period>`, `rank:<agency>:<period>`, "
        "`comparison:<agency>:<period>`"
    )
    dossier_code: str | None = Field(description="Null for an alert about anything else")
    source: str | None = Field(description="The source it is about, null for an alert about a dossier")
    agency: AgencyName | None = Field(
        description="Where the dossier stands, who handles the petition or procedure, or whose score it is"
    )
    procedure: ProcedureName | None
    responsible: Responsible
    responsible_agency: str | None = Field(description="The code of the agency asked to act")
    since: Moment = Field(description="When it became true, from the data")
    due_at: Moment | None = Field(description="Until when something can be done, or what it is late for")
    opened_at: Moment
    acknowledged_at: Moment | None
    resolved_at: Moment | None
    baseline: bool = Field(description="Was already wrong at the first complete reading")
    stage: str | None = Field(description="The name of the stage it is about")
    officer: Officer | None
    details: Details = Field(description="Typed by `rule`")
    points: float | None = Field(
        description="What doing it is worth on the card of the agency where the dossier counts, of the year it counts in: six "
        "decimals, may be negative; null where nothing brings points back or nobody knows; once resolved as it was told last"
    )
    province_points: float | None = Field(description="Likewise on the province's card")
    incident_id: int | None = Field(description="The incident it was or is part of; null: none")
    acknowledgement: AcknowledgementBody | None
    escalated_at: Moment | None = Field(description="When it was passed on because nobody had acknowledged it")
    escalated_to: str | None = Field(description="The code of the agency above that was told")
    resolution: Resolution | None = Field(description="How it ended; null while it stands, or where that was not kept")
    reopens: int | None = Field(description="The alert of the same family and subject before it, by its id; null: there was none")
    reopened_by: int | None = Field(description="The alert that opened after it, by its id; null: none")
    title: str = Field(description="For a list")
    message: str = Field(description="What happened, how much time is left, who is asked to do what; at most 600 characters")
    short: str = Field(description="The same in at most 160 characters")
    url: str = Field(description="Where to read more")


class AlertChange(Schema):
    """Something that happened to an alert; `changes` are `{field: [old, new]}`."""

    at: Moment
    event: Literal[
        "opened",
        "worsened",
        "updated",
        "moved",
        "resolved",
        "acknowledged",
        "unacknowledged",
        "lapsed",
        "reminder",
        "escalated",
    ]
    changes: dict[str, Any]
    reason: str | None = Field(description="Why, where it was not the dossier itself: baseline, merged, rules_changed, incident")
    actor: str | None = Field(description="Who, as the audit log names them; null where nobody did it")


class AlertWithHistory(Alert):
    """An alert with what happened to it, newest first, the latest 200."""

    history: list[AlertChange]


class AlertList(ListBody):
    """One page of alerts; `count` is there when it was asked for."""

    items: list[Alert]
    count: int | None = Field(default=None, description="How many there are on all pages")
