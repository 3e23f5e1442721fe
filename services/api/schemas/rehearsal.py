"""Rehearsing other rules: what is asked, and what would have come of it."""

from datetime import timedelta
from typing import Annotated

from pydantic import ConfigDict, Field

from services.api.parameters import MOST, AgencyCode
from services.api.schemas.base import AgencyName, Fresh, Moment, Schema, without_defaults

LONGEST_DAYS = 31

Length = Annotated[str, Field(pattern=r"^[0-9]{1,7}(ms|s|m|h|d)$", examples=["8h"], description="Such as 15m, 8h or 10d")]
Lead = Annotated[list[Length | None], Field(min_length=2, max_length=2)]


class Change(Schema):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=without_defaults)


class SyncChange(Change):
    """Of the rules about synchronisation."""

    hold: Length = Field(default="15m", description="How long it must last before anyone is told")


class IntakeChange(Change):
    """Of the rules about taking dossiers up."""

    window: Length = Field(default="8h", description="Elapsed hours in which an online dossier must be taken up")
    warn_before: Length = Field(default="2h", description="How long before the end of the window to warn")


class DeadlineChange(Change):
    """Of the rules about due dates."""

    leads: list[Lead] = Field(
        default_factory=list,
        max_length=20,
        description="Pairs of (allowed up to, warn before) in working hours, ascending; the last without an upper bound",
        examples=[[["8h", "2h"], ["40h", "8h"], [None, "24h"]]],
    )


class PauseChange(Change):
    """Of the rules about pauses."""

    warn_after: Length = Field(default="10d", description="Working days")


class RulesChange(Change):
    """What is to be other than in the configuration, by the names of its block `rules`; what is left out stays."""

    sync: SyncChange = Field(default_factory=SyncChange)
    intake: IntakeChange = Field(default_factory=IntakeChange)
    deadline: DeadlineChange = Field(default_factory=DeadlineChange)
    pause: PauseChange = Field(default_factory=PauseChange)


class RehearsalRequest(Schema):
    """Other rules, and the past they are rehearsed on."""

    rules: RulesChange
    days: int = Field(default=7, ge=1, le=LONGEST_DAYS, description="So many days up to now")
    agencies: Annotated[list[AgencyCode], Field(max_length=MOST)] = Field(
        default_factory=list, description="Each with those below it; none: all you may see"
    )

    @property
    def length(self) -> timedelta:
        return timedelta(days=self.days)


class RehearsalVolume(Schema):
    """How many alerts opened, and how many messages told of alerts that opened, got worse, moved or were resolved."""

    alerts: int
    messages: int


class Volumes(Schema):
    """What there was, and what there would have been."""

    had: RehearsalVolume = Field(description="What really was told in that time")
    present: RehearsalVolume = Field(description="Rehearsed with the rules as they are: how far a rehearsal is to be trusted")
    changed: RehearsalVolume = Field(description="Rehearsed with the changed rules")


class AgencyVolumes(Volumes):
    """Of the dossiers of one agency."""

    agency: AgencyName | None


class RuleVolumes(Volumes):
    """Of one rule."""

    rule: str
    name: str = Field(description="In Vietnamese")


class RehearsalBody(Fresh):
    """What would have come of other rules. Nothing is kept of it."""

    begins_at: Moment
    ends_at: Moment
    dossiers: int = Field(description="Dossiers that could have had alerts in that time")
    rehearsed: int = Field(description="So many of them were lived through again; volumes are scaled up to all")
    total: Volumes
    by_agency: list[AgencyVolumes] = Field(description="Those with the most messages by the changed rules first")
    by_rule: list[RuleVolumes] = Field(description="Likewise")
