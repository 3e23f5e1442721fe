"""The Vietnamese names of what answers tell in codes."""

from pydantic import Field

from services.api.schemas.base import Schema

Names = dict[str, str]


class Labels(Schema):
    """For each kind of code, `{code: name}`. Codes keep their meaning, names may be worded better."""

    rules: Names
    families: Names
    statuses: Names = Field(description="By the portal's codes; 11 is paused, 0 a word no table maps")
    severities: Names
    responsible: Names = Field(description="Who is asked to act")
    alert_states: Names
    channels: Names
    sync_states: Names
    petition_statuses: Names = Field(description="By the portal's codes")
    petition_kinds: Names = Field(description="By the portal's codes")
    source_roles: Names
    freshness: Names = Field(description="How fresh an answer or a source is")
