"""Events, as webhooks are sent them and the feed lists them."""

from typing import Literal

from pydantic import Field

from services.api.schemas.base import AgencyName, Fresh, Moment, Schema
from services.api.schemas.overview import MassPage, MorningPage, WeekPage
from shared.domain.alert_endings import Cause, Resolution
from shared.domain.alerts import AlertState
from shared.domain.events import EventType
from shared.domain.findings import Responsible, Severity
from shared.domain.incidents import CauseKind
from shared.domain.recipients import Role


class EventAlert(Schema):
    """The alert as it was at the moment of the event."""

    id: int
    rule: str
    severity: Severity
    state: AlertState
    sequence: int = Field(description="Counts what is told of this alert, from 1: a smaller one that comes later is old news")
    cause: Cause | None = Field(description="Why it went wrong, as whoever acknowledged it sees it")
    resolution: Resolution | None = Field(description="How it ended")
    reopens: int | None = Field(description="The alert about the same that had been resolved up to 30 days before")


class EventParameters(Schema):
    """Values for the templates of Zalo and e-offices, under their names."""

    ma_ho_so: str | None = Field(description="The dossier's code")
    ten_tthc: str | None = Field(description="The name of the procedure")
    don_vi: str | None = Field(description="Who is asked to act")
    han: str | None = Field(description="Until when, such as `15:52 20/11/2026`")
    con_lai: str | None = Field(description="How much time is left or gone at the moment of the event; null once it is resolved")


class AlertEventData(Schema):
    """What is told of an alert: enough for a message of one's own, without asking back. The texts are Vietnamese."""

    alert: EventAlert
    title: str = Field(max_length=120)
    text: str = Field(max_length=600, description="What happened, how much time is left, who is asked to do what")
    short: str = Field(max_length=160, description="The same in at most 160 characters")
    params: EventParameters
    agency: AgencyName | None = Field(description="Where the dossier stands, or who handles the petition or procedure")
    responsible: Responsible
    recipient_role: Role = Field(description="As whom it is told: the webhook's role; in the feed the one asked to act")
    officer_id: str | None = Field(description="The number of the public servant at work on it")
    dossier_code: str | None
    due_at: Moment | None
    expires_at: Moment | None = Field(description="From then on it need not be told any more; null: never")
    supersedes: str | None = Field(description="The id under which the event of the same alert before this one was told")
    url: str | None = Field(description="Where to read more; null where `webhooks.public_url` is not set")
    test: bool = Field(description="True for a sample: nothing happened")


class EndpointEventData(Schema):
    """What is told of a webhook: it was switched off, or accepts again after a while."""

    webhook_id: int
    reason: Literal["gone", "failing"] | None = Field(description="Why it was switched off; null where it was not")
    failing_since: Moment | None = Field(description="Since when it accepted nothing")
    cancelled: int | None = Field(description="How many deliveries waited for it, and were cancelled")
    test: bool = Field(description="True for a sample: nothing happened")


class EventIncident(Schema):
    """The incident as it was at the moment of the event."""

    id: int
    kind: CauseKind
    code: str = Field(description="Of the agency or the procedure, or the name of the source")
    name: str
    severity: Severity
    opened_at: Moment
    closed_at: Moment | None
    alerts: int = Field(description="How many dossiers, as far as known at the moment of the event")
    standing: int = Field(description="How many of them still stand; at its end they are told one by one")
    rules: list[str]
    responsible_agency: str | None


class IncidentEventData(Schema):
    """What is told of an incident. The texts are Vietnamese."""

    incident: EventIncident
    title: str = Field(max_length=120)
    text: str = Field(max_length=600)
    short: str = Field(max_length=160, description="The same in at most 160 characters")
    url: str | None = Field(description="Where to read more; null where `webhooks.public_url` is not set")
    test: bool = Field(description="True for a sample: nothing happened")


class MorningEventData(Schema):
    """What an agency's working day begins with. The texts are Vietnamese."""

    digest: MorningPage
    title: str = Field(max_length=120)
    text: str = Field(max_length=600)
    short: str = Field(max_length=160, description="The same in at most 160 characters")
    url: str | None = Field(description="Where to read more; null where `webhooks.public_url` is not set")
    test: bool = Field(description="True for a sample: nothing happened")


class WeekEventData(Schema):
    """The province's week."""

    digest: WeekPage
    title: str = Field(max_length=120)
    text: str = Field(max_length=600)
    short: str = Field(max_length=160)
    url: str | None
    test: bool


class MassEventData(Schema):
    """Alerts that came at once and are told together."""

    digest: MassPage
    title: str = Field(max_length=120)
    text: str = Field(max_length=600)
    short: str = Field(max_length=160)
    url: str | None
    test: bool


class AlertEvent(Schema):
    """What is sent of an alert, in the envelope of Standard Webhooks."""

    type: Literal[
        "alert.opened",
        "alert.worsened",
        "alert.moved",
        "alert.acknowledged",
        "alert.unacknowledged",
        "alert.lapsed",
        "alert.reminder",
        "alert.escalated",
        "alert.resolved",
        "source.stale",
        "score.dropped",
    ]
    timestamp: Moment = Field(description="When it happened")
    data: AlertEventData


class EndpointEvent(Schema):
    """What is sent of a webhook, in the envelope of Standard Webhooks."""

    type: Literal["endpoint.disabled", "endpoint.recovered", "endpoint.test"]
    timestamp: Moment = Field(description="When it happened")
    data: EndpointEventData


class IncidentEvent(Schema):
    """What is sent of an incident, in the envelope of Standard Webhooks."""

    type: Literal["incident.opened", "incident.closed"]
    timestamp: Moment = Field(description="When it happened")
    data: IncidentEventData


class MorningEvent(Schema):
    """What is sent each working morning, in the envelope of Standard Webhooks."""

    type: Literal["digest.daily"]
    timestamp: Moment = Field(description="When it was written")
    data: MorningEventData


class WeekEvent(Schema):
    """What is sent on the first working morning of a week, in the envelope of Standard Webhooks."""

    type: Literal["digest.weekly"]
    timestamp: Moment = Field(description="When it was written")
    data: WeekEventData


class MassEvent(Schema):
    """What is sent of alerts that came at once, in the envelope of Standard Webhooks."""

    type: Literal["digest.baseline", "digest.rules_changed"]
    timestamp: Moment = Field(description="When it was written")
    data: MassEventData


class FeedEvent(Schema):
    """An event in the feed; `id` is the same whoever asks."""

    id: str
    type: EventType
    timestamp: Moment = Field(description="When it happened")
    data: AlertEventData | EndpointEventData | IncidentEventData | MorningEventData | WeekEventData | MassEventData


class EventFeed(Fresh):
    """The next events in their order."""

    items: list[FeedEvent]
    after: str = Field(description="Ask again with this `after` for what comes next; never null, the feed has no end")
