"""Who did what."""

from typing import Any

from pydantic import Field

from services.api.schemas.base import ListBody, Moment, Schema


class AuditEntry(Schema):
    """One thing somebody did. Entries are never changed and never taken away."""

    id: int
    at: Moment
    actor: str = Field(description="`key:<prefix>`, `token:<subject>` or `command:<user of the operating system>`")
    action: str = Field(description="What was done, such as `key.created`")
    subject: str = Field(description="What it was done to, such as `key:<prefix>`")
    agency: str | None = Field(description="The code of the agency whose it is; null: the whole province's")
    request_id: str | None = Field(description="`X-Request-ID` of the request; null where it was none")
    details: dict[str, Any] = Field(description="What was said about it; never a secret")


class AuditLog(ListBody):
    """What was done, the latest first."""

    items: list[AuditEntry]
