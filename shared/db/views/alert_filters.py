"""Which alerts are wanted."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Text, func, literal, literal_column, or_

from shared.db.tables import agencies, alerts, procedures
from shared.db.views.folding import codes_named
from shared.db.views.scope import in_province, one_of
from shared.domain import codes
from shared.domain.alerts import AlertState

ACTIVE = (AlertState.OPEN, AlertState.ACKNOWLEDGED)


class AlertFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Each filter left empty lets everything through; several values of one mean any of them, several filters all of them.

    `dossiers` and `procedures` are codes in normal form. `due_from` counts as due, `due_to` no longer, and
    so with `opened_from` and `opened_to`. `q` is searched in the
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
    incidents: tuple[int, ...] = ()
    causes: tuple[str, ...] = ()
    resolutions: tuple[str, ...] = ()
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    due_from: datetime | None = None
    due_to: datetime | None = None
    q: str | None = None


def conditions(filters: AlertFilters, province: str) -> list[ColumnElement[bool]]:
    """Return what an alert must fulfil."""
    besides = facts(filters, province, alerts.c.__getitem__)
    return [in_province(alerts.c.province_code, province), *_in_state(filters.states), *besides]


def facts(filters: AlertFilters, province: str, of: Callable[[str], ColumnElement[Any]]) -> list[ColumnElement[bool]]:
    """Return what must be so of an alert besides its state. `of` gives its facts by the names of their columns, wherever the
    alert is kept.
    """
    listed = {
        "rule": filters.rules,
        "family": filters.families,
        "severity": filters.severities,
        "responsible": filters.responsibles,
        "responsible_agency": filters.responsible_agencies,
        "dossier_code": filters.dossiers,
        "procedure": filters.procedures,
        "sector": filters.sectors,
        "stage": filters.stages,
        "officer_id": filters.officers,
        "cause": filters.causes,
        "resolution": filters.resolutions,
    }
    wanted = [one_of(of(name), values) for name, values in listed.items() if values]
    if filters.incidents:
        wanted.append(of("incident_id").in_(filters.incidents))
    if filters.opened_from:
        wanted.append(of("opened_at") >= filters.opened_from)
    if filters.opened_to:
        wanted.append(of("opened_at") < filters.opened_to)
    if filters.due_from:
        wanted.append(of("due_at") >= filters.due_from)
    if filters.due_to:
        wanted.append(of("due_at") < filters.due_to)
    if filters.q:
        wanted.append(_mentions(filters.q, province, of))
    return wanted


def unresolved() -> ColumnElement[bool]:
    """Return the condition as the partial indexes write it: a parameter in its place would keep them from being used."""
    return alerts.c.state != literal_column("'resolved'")


def _in_state(states: tuple[AlertState, ...]) -> list[ColumnElement[bool]]:
    unasked = set(AlertState).difference(states)
    found = [unresolved()] if AlertState.RESOLVED in unasked else []
    return found if unasked <= {AlertState.RESOLVED} else [*found, one_of(alerts.c.state, states)]


def _mentions(words: str, province: str, of: Callable[[str], ColumnElement[Any]]) -> ColumnElement[bool]:
    """Names are searched first, there are few; then their codes in the alerts."""
    code = literal(codes.dossier(words), Text)
    return or_(
        func.strpos(of("dossier_code"), code) > 0,
        of("procedure").in_(codes_named(procedures, province, words)),
        of("agency").in_(codes_named(agencies, province, words)),
    )
