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
    agency_kinds: Names
    owners: Names = Field(description="Who answers for an indicator")
    bases: Names = Field(description="What an indicator is counted from")
    scorings: Names = Field(description="How an indicator comes to its points")
    when_empty: Names = Field(description="What an indicator without cases is worth")
    elsewhere: Names = Field(description="What holds for an agency an indicator does not apply to")
    groups: Names = Field(description="Groups of indicators")
    score_states: Names = Field(description="What became of an indicator on a score card")
    score_views: Names = Field(description="What figures a score card is made of")
    measure_spans: Names = Field(description="What a measure of the plans is of: days, or the moment")
    measure_targets: Names = Field(description="How a measure must stand to its target")
    agency_levels: Names = Field(description="Levels of agency whose digitisation has targets of its own")
    repairs: Names = Field(description="What can be done about a dossier for the score")
    ranked_among: Names = Field(description="Which units are ranked with each other")
    since: Names = Field(description="Which earlier day a card is held against")
    causes: Names = Field(description="Why it came to an alert, as whoever acknowledges it sees it")
    resolutions: Names = Field(description="How an alert ended")
    incident_kinds: Names = Field(description="What the dossiers of an incident have in common")
    incident_states: Names
    silence_states: Names
