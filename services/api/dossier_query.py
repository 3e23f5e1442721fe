"""What can be asked of the list of dossiers."""

from typing import Annotated

from pydantic import AfterValidator, Field

from services.api.parameters import MOST, AgencyCode, Code, ListQuery, Moment, ProcedureCode, Text, known
from shared.db.views.dossier_filters import DossierFilters, SyncState
from shared.db.views.dossier_list import DossierSort
from shared.domain.rules import RULES
from shared.domain.statuses import Status

SYNC_RULES = tuple(rule for rule in RULES if rule.startswith("sync."))
"""What a dossier may be out of step by."""

_SYNC = (*SyncState, *SYNC_RULES)

Sync = Annotated[str, AfterValidator(known("sync state", _SYNC)), Field(json_schema_extra={"enum": list(_SYNC)})]


class DossierQuery(ListQuery):
    """Filters, sort and page. Every list of values repeats: `status=2&status=4`."""

    agency: list[AgencyCode] = Field(
        default_factory=list, max_length=MOST, description="Where the dossier stands: the agency or one below it"
    )
    status: list[Status] = Field(default_factory=list, max_length=MOST, description="Its status at home, else on the portal")
    portal_status: list[Status] = Field(default_factory=list, max_length=MOST, description="Its status on the portal")
    sync_state: list[Sync] = Field(
        default_factory=list,
        max_length=MOST,
        description="Whether its sides agree, or the rule by which they do not; `unjudged` alone lists what nobody has looked at",
    )
    procedure: list[ProcedureCode] = Field(default_factory=list, max_length=MOST, description="A procedure's code")
    sector: list[Text] = Field(default_factory=list, max_length=MOST, description="A sector's code")
    source: list[Code] = Field(default_factory=list, max_length=MOST, description="The home system that speaks for it")
    stage: list[Text] = Field(default_factory=list, max_length=MOST, description="The name of the stage it is in")
    officer: list[Text] = Field(default_factory=list, max_length=MOST, description="The id of the officer at work on it")
    due_from: Moment | None = Field(default=None, description="Due at this moment or later, RFC 3339")
    due_to: Moment | None = Field(default=None, description="Due before this moment, RFC 3339")
    open: bool | None = Field(default=None, description="true: only those that go on; false: only those that ended")
    overdue: bool | None = Field(default=None, description="true: only those past due at home now; false: only the others")
    overdue_on_portal: bool | None = Field(
        default=None, description="true: only those the portal counts as overdue now; false: only the others"
    )
    q: Text | None = Field(
        default=None,
        description="The beginning of the dossier's code in any spelling, or words of the procedure's name; "
        "case and accents do not matter",
    )
    sort: DossierSort = Field(
        default=DossierSort.DUE_AT,
        description="`due_at`: the earliest due, none last; `submitted_at`: the latest handed in first, none last; `code`",
    )
    count: bool = Field(default=False, description="Also count all dossiers that fit, on every page")


def filters_of(query: DossierQuery) -> DossierFilters:
    """Return the filters; agencies are not among them, they narrow what is seen."""
    return DossierFilters(
        statuses=tuple(query.status),
        portal_statuses=tuple(query.portal_status),
        sync_states=tuple(SyncState(state) for state in query.sync_state if state not in SYNC_RULES),
        sync_rules=tuple(state for state in query.sync_state if state in SYNC_RULES),
        procedures=tuple(query.procedure),
        sectors=tuple(query.sector),
        sources=tuple(query.source),
        stages=tuple(query.stage),
        officers=tuple(query.officer),
        due_from=query.due_from,
        due_to=query.due_to,
        is_open=query.open,
        is_overdue=query.overdue,
        is_overdue_on_portal=query.overdue_on_portal,
        q=query.q,
    )
