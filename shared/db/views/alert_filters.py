"""Which alerts are wanted."""

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Text, func, literal, literal_column, or_

from shared.db.tables import agencies, alerts, procedures
from shared.db.views.folding import codes_named
from shared.db.views.scope import one_of
from shared.domain import codes
from shared.domain.alerts import AlertState

ACTIVE = (AlertState.OPEN, AlertState.ACKNOWLEDGED)


class AlertFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Each filter left empty lets everything through; several values of one mean any of them, several filters all of them.

    `dossiers` and `procedures` are codes in normal form. `due_from` counts as due, `due_to` no longer. `q` is searched in the
    dossier's code and the names of the procedure and the agency.
    """

    states: tuple[AlertState, ...] = ACTIVE
    rules: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    responsibles: tuple[str, ...] = ()
    responsible_agencies: tuple[str, ...] = ()
    dossiers: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    due_from: datetime | None = None
    due_to: datetime | None = None
    q: str | None = None


def conditions(filters: AlertFilters, province: str) -> list[ColumnElement[bool]]:
    """Return what an alert must fulfil."""
    listed = (
        (alerts.c.rule, filters.rules),
        (alerts.c.family, filters.families),
        (alerts.c.severity, filters.severities),
        (alerts.c.responsible, filters.responsibles),
        (alerts.c.responsible_agency, filters.responsible_agencies),
        (alerts.c.dossier_code, filters.dossiers),
        (alerts.c.procedure, filters.procedures),
        (alerts.c.sector, filters.sectors),
        (alerts.c.stage, filters.stages),
        (alerts.c.officer_id, filters.officers),
    )
    wanted = [one_of(column, values) for column, values in listed if values]
    if filters.due_from:
        wanted.append(alerts.c.due_at >= filters.due_from)
    if filters.due_to:
        wanted.append(alerts.c.due_at < filters.due_to)
    if filters.q:
        wanted.append(_mentions(filters.q, province))
    return [alerts.c.province_code == province, *_in_state(filters.states), *wanted]


def unresolved() -> ColumnElement[bool]:
    """Return the condition as the partial indexes write it: a parameter in its place would keep them from being used."""
    return alerts.c.state != literal_column("'resolved'")


def _in_state(states: tuple[AlertState, ...]) -> list[ColumnElement[bool]]:
    unasked = set(AlertState).difference(states)
    found = [unresolved()] if AlertState.RESOLVED in unasked else []
    return found if unasked <= {AlertState.RESOLVED} else [*found, one_of(alerts.c.state, states)]


def _mentions(words: str, province: str) -> ColumnElement[bool]:
    """Names are searched first, there are few; then their codes in the alerts."""
    code = literal(codes.dossier(words), Text)
    return or_(
        func.strpos(alerts.c.dossier_code, code) > 0,
        alerts.c.procedure.in_(codes_named(procedures, province, words)),
        alerts.c.agency.in_(codes_named(agencies, province, words)),
    )
