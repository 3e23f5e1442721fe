"""Webhooks: who is told of what, their secrets, and what became of what was sent."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool

from services.api.names_of_rules import RuleOrFamily
from services.api.parameters import MOST, AgencyCode
from services.api.parameters import Moment as AskedMoment
from services.api.schemas.base import ListBody, Moment, Schema, without_defaults
from shared.domain.addresses import LONGEST_URL
from shared.domain.delivery import DeliveryState
from shared.domain.events import EventType
from shared.domain.findings import Severity
from shared.domain.messages.wording import clean
from shared.domain.recipients import Mode, Role
from shared.domain.windows import ALWAYS, WORKING_TIME, window_of

LONGEST_DESCRIPTION = 500


Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL, pattern=r"^[^\x00]*$", description="Where it is sent to")]
Description = Annotated[
    str, Field(max_length=LONGEST_DESCRIPTION, pattern=r"^[^\x00]*$", description="For yourselves"), AfterValidator(clean)
]
Agencies = Annotated[list[AgencyCode], Field(max_length=MOST, description="Each with everything below it; none: all you may see")]
Rules = Annotated[list[RuleOrFamily], Field(max_length=MOST, description="Rules and families; none: all")]
Least = Annotated[Severity, Field(description="`critical`: nothing of what can still be prevented")]
As = Annotated[
    Role,
    Field(
        description="As whom you are told: who takes dossiers in, who handles them, who answers for synchronisation, operations, "
        "or the People's Committee office, which hears everything"
    ),
]
Told = Annotated[
    Mode,
    Field(description="`each`: every event by itself; `digest`: only digests, each morning of the agencies named"),
]


def _a_window(written: object) -> object:
    if not _is_window([written] if isinstance(written, str) else written):
        raise ValueError(f"must be `{ALWAYS}`, `{WORKING_TIME}` or shifts in order that do not touch: 07:00-11:30")
    return written


def _is_window(words: object) -> bool:
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return False
    try:
        window_of(words, critical_at_once=True)
    except ValueError:
        return False
    return True


def _words(written: str | list[str]) -> list[str]:
    """A window is kept as a list of words."""
    return [written] if isinstance(written, str) else written


_SHIFT = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"
Shifts = Annotated[list[Annotated[str, Field(pattern=_SHIFT)]], Field(min_length=1, max_length=10)]
WindowWords = Literal["always", "working_time"]
Window = Annotated[
    WindowWords | Shifts,
    Field(
        description="At which hours it is told: `always`, `working_time` of the province, or shifts of working days such as "
        "`07:00-11:30`. What happens outside waits until it opens; what has ended by then is not told"
    ),
    BeforeValidator(_a_window),
    AfterValidator(_words),
]
CriticalAtOnce = Annotated[StrictBool, Field(description="What is critical does not wait for the window")]
Active = Annotated[StrictBool, Field(description="False: nothing is sent; it is kept, to be sent again on wish")]


class NewWebhook(Schema):
    """What is to be told to whom."""

    url: Url
    description: Description = ""
    agencies: Agencies = Field(default_factory=list)
    rules: Rules = Field(default_factory=list)
    least_severity: Least = Severity.WARNING
    role: As = Role.OFFICE
    mode: Told = Mode.EACH
    window: Window = Field(default=ALWAYS, validate_default=True)
    critical_at_once: CriticalAtOnce = True
    active: Active = True


class WebhookChange(NewWebhook):
    """What is to change; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=without_defaults)

    url: Url = ""


class SecretDates(Schema):
    """A secret that deliveries are signed with, without the secret."""

    created_at: Moment
    expires_at: Moment | None = Field(description="Until when it signs, after a newer one was made; null: until then")


class Webhook(Schema):
    """A webhook, and how it fares."""

    id: int
    url: str
    description: str
    agencies: list[str]
    rules: list[str]
    least_severity: Severity
    role: Role
    mode: Literal["each"]
    window: WindowWords | list[str] = Field(description="At which hours it is told; shifts are of working days")
    critical_at_once: bool = Field(description="What is critical does not wait for the window")
    active: bool = Field(description="As you wish")
    state: Literal["listening", "paused", "disabled"] = Field(
        description="`paused`: not active; `disabled`: switched off because it failed or is gone; enable it again"
    )
    owner_agency: str | None = Field(description="The agency it was made for; null: the whole province")
    created_at: Moment
    changed_at: Moment
    disabled_at: Moment | None
    disabled_reason: Literal["gone", "failing"] | None = Field(description="It answered 410, or accepted nothing for days")
    failing_since: Moment | None = Field(description="Since when nothing was accepted; null when the last delivery was")
    delivered_at: Moment | None = Field(description="When it last accepted a delivery")
    secrets: list[SecretDates] = Field(description="What deliveries are signed with, the newest first; all of them sign")


class WebhookWithSecret(Webhook):
    """A webhook with its new secret, which is never shown again."""

    secret: str = Field(description="Verify signatures with it; keep it, it is not shown again")


class WebhookList(ListBody):
    """One page of webhooks, in the order they were made."""

    items: list[Webhook]


class Attempt(Schema):
    """What came of one sending."""

    number: int
    at: Moment
    milliseconds: int
    status: int | None = Field(description="Of the answer; null where there was none")
    error: str | None = Field(description="What went wrong where there was no answer")
    answer: str | None = Field(description="The beginning of the answer")


class Delivery(Schema):
    """An event on its way to a webhook."""

    id: int
    message_id: str = Field(description="`webhook-id` of every attempt; tell repetitions by it")
    event: EventType
    subject: str = Field(description="Events of one subject are sent in their order, each after the one before it is done")
    alert_id: int | None
    state: DeliveryState
    created_at: Moment
    due_at: Moment = Field(description="While it waits: when it is sent next")
    expires_at: Moment | None = Field(description="From then on it is not sent any more")
    finished_at: Moment | None
    attempts: list[Attempt] = Field(description="The latest first")


class DeliveryList(ListBody):
    """One page of deliveries, the latest first."""

    items: list[Delivery]


class TestRequest(Schema):
    """Of which event a sample is to be sent."""

    __test__ = False  # no test, whatever pytest takes it for

    event: EventType = EventType.ENDPOINT_TEST


class ReplayRequest(Schema):
    """From when on everything is to be sent again."""

    since: AskedMoment = Field(description="RFC 3339, with its offset")


class Replayed(Schema):
    """What is sent again."""

    deliveries: int = Field(description="How many are on their way again")
