"""Whether the process lives and can answer."""

from typing import Literal

from pydantic import Field

from services.api.schemas.base import Schema


class Health(Schema):
    """The process lives."""

    status: Literal["ok"]


class Readiness(Schema):
    """Whether answers are complete and fresh."""

    status: Literal["ready", "not_ready"]
    reasons: list[str] = Field(description="Why not; empty when ready")
