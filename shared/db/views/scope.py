"""What a caller may see, as conditions: his agencies, or the whole province."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, any_, exists, literal, true

from shared.db.tables import dossiers
from shared.domain.agencies import AgencyTree


def in_province(column: ColumnElement[str], province: str) -> ColumnElement[bool]:
    """Return whether a row is of a province, which stands in the statement: the plan of one without values is kept."""
    return column == literal(province, Text, literal_execute=True)


def one_of(column: ColumnElement[Any], values: Collection[str]) -> ColumnElement[bool]:
    """Return whether a column has one of the values; one parameter, however many there are."""
    return column == any_(literal(sorted(values), ARRAY(Text)))


def at_agency(column: ColumnElement[Any], within: AgencyTree) -> ColumnElement[bool]:
    """Return whether a row that stands at an agency may be seen; in the whole province also a row without one."""
    return true() if within.is_whole else one_of(column, within.codes)


def of_dossier(province: str, code: ColumnElement[Any], within: AgencyTree) -> ColumnElement[bool]:
    """Return whether a row that belongs to a dossier may be seen: where the dossier stands decides."""
    if within.is_whole:
        return true()
    return exists().where(dossiers.c.province_code == province, dossiers.c.code == code, one_of(dossiers.c.agency, within.codes))
