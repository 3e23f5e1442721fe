"""Acknowledgements: who takes care of alerts, why it came to them, and until when."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from services.api.parameters import IncidentNumber as Number
from services.api.parameters import Moment as AskedMoment
from services.api.schemas.base import Schema
from shared.domain.alert_endings import Cause
from shared.domain.messages.wording import clean

LONGEST = timedelta(days=92)
LONGEST_NOTE = 500
MOST_AT_ONCE = 500

Note = Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$"), AfterValidator(clean)]


class NewAcknowledgement(Schema):
    """That somebody takes care of it."""

    cause: Cause = Field(description="Why it came to it, as far as known; the analysis of causes counts it")
    until: AskedMoment | None = Field(
        default=None, description="From then on it is open again, RFC 3339; at most 92 days ahead; left out: until it is resolved"
    )
    note: Note | None = Field(
        default=None, description="For colleagues; no data of citizens. It is kept with the alert and sent to nobody"
    )


class NewAcknowledgements(NewAcknowledgement):
    """The same of many alerts."""

    ids: list[Number] = Field(min_length=1, max_length=MOST_AT_ONCE, description="Ids of alerts")


class Acknowledged(Schema):
    """What became of alerts that were to be acknowledged."""

    acknowledged: list[int] = Field(description="Ids of alerts that are acknowledged now")
    left: list[int] = Field(description="Ids of those that are not: resolved, not there, or not to be seen")
