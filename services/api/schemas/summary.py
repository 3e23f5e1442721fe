"""Alerts and delays, counted by what they have in common."""

from pydantic import Field

from services.api.schemas.base import ListBody, Moment, Schema


class AlertGroup(Schema):
    """Alerts that have one thing in common."""

    key: str | None = Field(description="A value of what `by` names; null for the alerts that have none")
    name: str | None = Field(description="What it is called; the key itself where nobody gave a name")
    count: int
    critical: int
    warning: int
    oldest_since: Moment = Field(description="Since when the oldest of them has been true")
    earliest_due: Moment | None = Field(description="The earliest `due_at` among them")


class AlertSummary(ListBody):
    """One page of groups, the largest first."""

    items: list[AlertGroup]


class DelayGroup(Schema):
    """Delays that have one thing in common. Minutes are working minutes past the due date of a stage, else of its dossier; none
    are added while the dossier stands still: papers are awaited, or it is stopped or paused.
    """

    key: str | None = Field(description="A value of what `by` names; null for the delays that have none")
    name: str | None = Field(description="What it is called; the key itself where nobody gave a name")
    minutes: int = Field(description="All of them together; those that go on are counted up to the moment of the request")
    longest: int = Field(description="The minutes of the longest of them")
    delays: int
    running: int = Field(description="How many of them go on; none of a dossier that stands still does")
    dossiers: int = Field(description="How many dossiers they delayed")


class DelaySummary(ListBody):
    """One page of groups, the most minutes first."""

    items: list[DelayGroup]
