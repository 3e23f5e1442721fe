"""Whether the process lives and can answer."""

from typing import Literal

from pydantic import Field

from services.api.schemas.base import Moment, Schema

_Standing = Literal["pass", "warn", "fail"]


class Health(Schema):
    """The process lives."""

    status: Literal["ok"]


class ReadinessCheck(Schema):
    """One thing answers depend on. What is not known is left out."""

    componentId: str | None = Field(default=None, description="Which of several: the name of a source")  # noqa: N815 - theirs
    componentType: Literal["datastore", "system", "component"]  # noqa: N815
    observedValue: float | str | None = Field(default=None, description="What was seen")  # noqa: N815
    observedUnit: str | None = Field(default=None, description="`s` or `ms`")  # noqa: N815
    status: _Standing
    time: Moment | None = Field(default=None, description="When it was seen")
    output: str | None = Field(default=None, description="What is wrong, where something is")


class Readiness(Schema):
    """Whether answers are complete and fresh, as health+json (draft-inadarei-api-health-check) has it."""

    status: _Standing = Field(description="`warn`: something is wrong that spoils no answer; the status is 200 then, too")
    version: str = Field(description="Of the API")
    output: str | None = Field(default=None, description="All that is wrong, where something is")
    reasons: list[str] = Field(description="Why answers are not complete or not fresh; empty unless `fail`")
    checks: dict[str, list[ReadinessCheck]] = Field(
        description="By `component:measurement`: the database, its schema, every source, events and deliveries on their way"
    )
