"""What agencies and procedures are called, beside the rows that name them.

Each name is looked up for the rows that are shown and no other: PostgreSQL asks for it after the limit. A join would be planned
together with the list, and where the planner guesses wrong, made for all of it before it is sorted.
"""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, select

from shared.db.tables import agencies, procedures


def agency_name(rows: FromClause, code: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the name of the agency with this code, null where nobody listed it; `rows` say of which province."""
    return _of(rows, agencies, code, agencies.c.name)


def procedure_name(rows: FromClause, code: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the name of the procedure with this code, likewise."""
    return _of(rows, procedures, code, procedures.c.name)


def procedure_facts(rows: FromClause) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return name and sector of the procedure that rows name, as `procedure_name` and `procedure_sector`; null likewise."""
    code = rows.c.procedure
    name = _of(rows, procedures, code, procedures.c.name).label("procedure_name")
    return name, _of(rows, procedures, code, procedures.c.sector).label("procedure_sector")


def _of(rows: FromClause, table: FromClause, code: ColumnElement[Any], wanted: ColumnElement[Any]) -> ColumnElement[Any]:
    listed = select(wanted).where(table.c.province_code == rows.c.province_code, table.c.code == code)
    return listed.correlate(rows).scalar_subquery()
