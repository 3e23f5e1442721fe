"""What can be asked of the list of alerts, and of their summary."""

from typing import Annotated

from pydantic import AfterValidator, Field

from services.api.names_of_rules import Family, Rule
from services.api.parameters import (
    MOST,
    AgencyCode,
    DossierCode,
    IncidentNumber,
    ListQuery,
    Moment,
    ProcedureCode,
    Query,
    Text,
    known,
)
from shared.db.views.alert_filters import ACTIVE, AlertFilters
from shared.db.views.alert_summary import AlertsBy
from shared.db.views.alerts import AlertSort
from shared.domain.agencies import AgencyTree
from shared.domain.alert_endings import Cause, Resolution
from shared.domain.alerts import AlertState
from shared.domain.findings import Responsible, Severity

_STATES = (*AlertState, "active")

State = Annotated[str, AfterValidator(known("state", _STATES)), Field(json_schema_extra={"enum": list(_STATES)})]


class AlertFiltersQuery(Query):
    """Filters. Every list of values repeats: `rule=a&rule=b`."""

    rule: list[Rule] = Field(default_factory=list, max_length=MOST, description="The rule that found it")
    family: list[Family] = Field(default_factory=list, max_length=MOST, description="The family of rules it belongs to")
    state: list[State] = Field(
        default_factory=list, max_length=MOST, description="Its state; `active`, the default, is open or acknowledged"
    )
    agency: list[AgencyCode] = Field(
        default_factory=list, max_length=MOST, description="Where the dossier stands: the agency or one below it"
    )
    severity: list[Severity] = Field(default_factory=list, max_length=MOST, description="How bad it is")
    responsible: list[Responsible] = Field(default_factory=list, max_length=MOST, description="Who is asked to act")
    responsible_agency: list[AgencyCode] = Field(
        default_factory=list, max_length=MOST, description="The agency asked to act, or one below it"
    )
    dossier: list[DossierCode] = Field(default_factory=list, max_length=MOST, description="A dossier's code, in any spelling")
    procedure: list[ProcedureCode] = Field(default_factory=list, max_length=MOST, description="A procedure's code")
    sector: list[Text] = Field(default_factory=list, max_length=MOST, description="A sector's code")
    stage: list[Text] = Field(default_factory=list, max_length=MOST, description="The name of the stage it is about")
    officer: list[Text] = Field(default_factory=list, max_length=MOST, description="The id of the officer at work on it")
    incident: list[IncidentNumber] = Field(
        default_factory=list, max_length=MOST, description="The incident it was or is part of, by its id"
    )
    cause: list[Cause] = Field(default_factory=list, max_length=MOST, description="Why it came to it, as acknowledged")
    resolution: list[Resolution] = Field(default_factory=list, max_length=MOST, description="How it ended; with `state=resolved`")
    opened_from: Moment | None = Field(default=None, description="Opened at this moment or later, RFC 3339")
    opened_to: Moment | None = Field(default=None, description="Opened before this moment, RFC 3339")
    due_from: Moment | None = Field(default=None, description="Due at this moment or later, RFC 3339")
    due_to: Moment | None = Field(default=None, description="Due before this moment, RFC 3339")
    q: Text | None = Field(
        default=None,
        description="Words of the dossier's code, the procedure's or the agency's name; case and accents do not matter",
    )


class AlertQuery(ListQuery, AlertFiltersQuery):
    """Filters, sort and page of the list."""

    sort: AlertSort = Field(
        default=AlertSort.URGENCY,
        description="`urgency`: critical first, then the earliest due; `due_at`: the earliest due, none last; "
        "`opened_at`: the latest opened first; `points`: what is worth most on its agency's card first, none last",
    )
    count: bool = Field(default=False, description="Also count all alerts that fit, on every page")


class AlertSummaryQuery(ListQuery, AlertFiltersQuery):
    """What is counted, with the filters of the list."""

    by: AlertsBy = Field(default=AlertsBy.RULE, description="What the alerts counted together have in common")


def filters_of(query: AlertFiltersQuery, asked: AgencyTree, unsaid: tuple[AlertState, ...] = ACTIVE) -> AlertFilters:
    """Return the filters; agencies are not among them, they narrow what is seen. `asked`: the agencies asked to act, all of them
    where none is named. `unsaid`: the states meant where none is named.
    """
    return AlertFilters(
        states=_states(query) if query.state else unsaid,
        rules=tuple(query.rule),
        families=tuple(query.family),
        severities=tuple(query.severity),
        responsibles=tuple(query.responsible),
        responsible_agencies=() if asked.is_whole else tuple(asked.codes),
        dossiers=tuple(query.dossier),
        procedures=tuple(query.procedure),
        sectors=tuple(query.sector),
        stages=tuple(query.stage),
        officers=tuple(query.officer),
        incidents=tuple(query.incident),
        causes=tuple(query.cause),
        resolutions=tuple(query.resolution),
        opened_from=query.opened_from,
        opened_to=query.opened_to,
        due_from=query.due_from,
        due_to=query.due_to,
        q=query.q,
    )


def _states(query: AlertFiltersQuery) -> tuple[AlertState, ...]:
    named = {AlertState(state) for state in query.state if state != "active"}
    return tuple(sorted(named.union(ACTIVE) if "active" in query.state else named))
