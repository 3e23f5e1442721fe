"""The morning page of an agency, and what else digests tell."""

import datetime as dt

from pydantic import Field

from services.api.schemas.base import AgencyName, Fresh, Moment, Schema


class NamedDossier(Schema):
    """A dossier, and the moment it is named for."""

    code: str
    at: Moment = Field(description="Until when something can be done, or since when it is late or done")
    procedure: str | None = Field(description="The name of the procedure, cut short")


class NamedDossiers(Schema):
    """Dossiers that stand alike: how many, and the ten most urgent."""

    total: int
    first: list[NamedDossier]


class IndicatorBelowTarget(Schema):
    """An indicator below the plan's target, in percent: of an agency those it leads on, of the province all."""

    id: str
    name: str
    percent: float
    target: float
    missing: int | None = Field(description="So many more cases would reach the target; null where not even all would")


class AgencyBelowTarget(Schema):
    """An agency whose total is below the points every agency must reach."""

    agency: AgencyName
    total: float


class AgenciesBelowTarget(Schema):
    """Agencies whose total is below the points every agency must reach: how many, and the ten lowest."""

    total: int
    of: int = Field(description="So many agencies have all their figures, of enough dossiers to say something")
    first: list[AgencyBelowTarget]


class ScoreStanding(Schema):
    """Where the score of the year stands."""

    total: float
    target: float | None = Field(description="The points every agency must reach")
    rank: int | None
    of: int | None = Field(description="Among so many of its kind")
    below: list[IndicatorBelowTarget]
    agencies_below: AgenciesBelowTarget | None = Field(description="Of the province alone; null on an agency's page")


class MorningPage(Schema):
    """What a working day begins with, of an agency with everything below it."""

    agency: AgencyName
    day: dt.date
    as_of: Moment | None = Field(description="Everything is settled up to here")
    out_of_hours: NamedDossiers = Field(description="Handed in online out of hours, not taken up yet, by the end of the window")
    due_today: NamedDossiers = Field(description="Running, due today")
    overdue: NamedDossiers = Field(description="Overdue at home, the oldest first")
    unsynced: NamedDossiers = Field(description="Ended here, open on the portal")
    apologies: int = Field(description="Apologies owed")
    supplement: int = Field(description="Waiting for the citizen's papers")
    payment: int = Field(description="Waiting for the citizen's payment")
    stopped: int
    paused: int
    unacknowledged: int = Field(description="Alerts nobody has acknowledged")
    critical: int = Field(description="Critical ones among them")
    other_agency: int = Field(description="Alerts that wait for another agency")
    repeated: int = Field(description="Dossiers for which papers were asked for more than once")
    score: ScoreStanding | None = Field(description="Null while there is none")


class Overview(MorningPage, Fresh):
    """The morning page as it stands now."""

    title: str = Field(max_length=120)
    text: str = Field(max_length=600, description="In Vietnamese, as the digest would tell it")
    short: str = Field(max_length=160)


class AgencyWeekPage(Schema):
    """An agency's dossiers open on the portal, with everything below it."""

    agency: AgencyName
    on_portal: int
    overdue: int
    unacknowledged: int = Field(description="Alerts nobody has acknowledged")


class WeekPage(Schema):
    """The province's week."""

    day: dt.date = Field(description="Its Monday")
    as_of: Moment | None
    most_percent: float = Field(description="From so many percent overdue on the portal on an agency is named")
    agencies: int
    above: list[AgencyWeekPage] = Field(description="The worst first, at most 20")
    above_count: int
    on_portal: int
    overdue: int
    unacknowledged: int
    causes: dict[str, int] = Field(description="Causes of the alerts that opened in the last seven days, as was said of them")


class MassPage(Schema):
    """Alerts of an agency and those below it that are told together."""

    agency: AgencyName
    opened: dict[str, int] = Field(description="How many opened, by rule")
    resolved: int
