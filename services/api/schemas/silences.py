"""Silences: what nobody is told of for a while."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from services.api.names_of_rules import RuleOrFamily
from services.api.parameters import MOST, AgencyCode, DossierCode, ProcedureCode
from services.api.parameters import Moment as AskedMoment
from services.api.schemas.base import ListBody, Moment, Schema
from shared.db.views.silences import SilenceState
from shared.domain.messages.wording import clean

LONGEST = timedelta(days=92)
LONGEST_REASON = 500

Why = Annotated[str, Field(min_length=1, max_length=LONGEST_REASON, pattern=r"^[^\x00]*$"), AfterValidator(clean)]


class NewSilence(Schema):
    """Of what nobody is to be told, for how long, and why. What is left out covers everything; something must be named."""

    rules: list[RuleOrFamily] = Field(default_factory=list, max_length=MOST, description="Rules and families")
    agencies: list[AgencyCode] = Field(
        default_factory=list, max_length=MOST, description="Where the alert stands, each with everything below it"
    )
    procedures: list[ProcedureCode] = Field(default_factory=list, max_length=MOST, description="Codes of procedures")
    dossier: DossierCode | None = Field(default=None, description="One dossier's code, in any spelling")
    starts_at: AskedMoment | None = Field(default=None, description="RFC 3339, with its offset; left out: now")
    ends_at: AskedMoment = Field(description="RFC 3339, with its offset; at most 92 days after it starts")
    reason: Why = Field(description="For whoever asks later: why nobody is told")


class Silence(Schema):
    """A silence, and what it held back."""

    id: int
    rules: list[str]
    agencies: list[str]
    procedures: list[str]
    dossier: str | None
    starts_at: Moment
    ends_at: Moment = Field(description="From then on everything is told again; earlier than planned where somebody ended it")
    reason: str
    author: str = Field(description="Who made it, as the audit log names them")
    owner_agency: str | None = Field(description="The agency it was made for; null: the whole province")
    created_at: Moment
    ended_by: str | None = Field(description="Who ended it before its time; null: it ended by itself, or has not")
    state: SilenceState
    events_held: int = Field(description="How many events it held back")
    alerts_held: int = Field(description="Of how many alerts")
    alerts_standing: int = Field(description="Of these, how many still stand and are told when it ends")
    alerts_told: int = Field(description="How many were told at its end, because they still stood")


class SilenceList(ListBody):
    """One page of silences, the latest first."""

    items: list[Silence]
