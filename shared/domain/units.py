"""Units: the agencies a score card is made for, each with everything below it, and what each answers for."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from shared.domain.agencies import AgencyTree
from shared.domain.catalogue import Agency
from shared.domain.indicators import AgencyKind
from shared.domain.ranking import Of
from shared.domain.targets import Owner, Target, Targets

Role = Literal["lead", "support"]

_LEVELS = {1: AgencyKind.PROVINCE, 2: AgencyKind.SPECIALISED, 3: AgencyKind.COMMUNE}
_OWNERS = {
    AgencyKind.SPECIALISED: Owner.SPECIALISED,
    AgencyKind.ECONOMIC_ZONE: Owner.ECONOMIC_ZONE,
    AgencyKind.COMMUNE: Owner.COMMUNE,
}


_RANKED = frozenset(AgencyKind) - {AgencyKind.PROVINCE}


class Offices(msgspec.Struct, frozen=True, kw_only=True):
    """Agencies with a task of their own, by code: the People's Committee office, science and technology, justice; and the boards
    of economic zones, which the portal lists as departments. None where the province configured none.
    """

    office: str | None = None
    science: str | None = None
    justice: str | None = None
    economic_zones: frozenset[str] = frozenset()


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """An agency with the codes of itself and everything below it; `kind` is None where neither list nor configuration tells.

    `is_listed`: the portal's list names it with a level.
    """

    code: str
    name: str
    kind: AgencyKind | None
    agencies: frozenset[str]
    is_listed: bool = False


def units_of(agencies: Iterable[Agency], offices: Offices) -> dict[str, Unit]:
    """Return agencies as units, by code and in their order; nothing else is below them."""
    by_code = {agency.code: agency for agency in agencies}
    branches = AgencyTree({code: agency.parent for code, agency in by_code.items()}).branches()
    return {
        code: Unit(
            code=code, name=agency.name, kind=kind_of(agency, offices), agencies=branches[code], is_listed=bool(agency.level)
        )
        for code, agency in by_code.items()
    }


def unit_of(code: str, known: Mapping[str, Unit], province: str) -> Unit:
    """Return an agency as a unit, also one nobody listed: the province with all there are, any other alone."""
    if code in known:
        return known[code]
    if code == province:
        return Unit(code=code, name=code, kind=AgencyKind.PROVINCE, agencies=frozenset(known) | {code})
    return Unit(code=code, name=code, kind=None, agencies=frozenset({code}))


def kind_of(agency: Agency, offices: Offices) -> AgencyKind | None:
    """Return the kind of an agency by its level in the portal's list."""
    return AgencyKind.ECONOMIC_ZONE if agency.code in offices.economic_zones else _LEVELS.get(agency.level or 0)


def ranked(units: Iterable[Unit], of: Of | None) -> list[Unit]:
    """Return the units that are ranked with each other: of some kinds, or all but the province; only listed ones."""
    kinds = _RANKED if of is None else of.kinds & _RANKED
    return [unit for unit in units if unit.is_listed and unit.kind in kinds]


def roles(unit: Unit, targets: Targets, offices: Offices) -> Mapping[str, Role]:
    """Return by indicator whether the unit leads on it or supports; those it has no part in are missing."""
    owners = _owners(unit, offices)
    found: dict[str, Role] = {}
    for indicator, target in targets.of.items():
        if owners.intersection(target.lead):
            found[indicator] = "lead"
        elif owners.intersection(target.support):
            found[indicator] = "support"
    return found


def led(unit: Unit, target: Target, offices: Offices) -> Literal["own", "province"] | None:
    """Return whose figures a unit answers for as the lead: its own by its kind, the province's by a task of its own, or none."""
    if unit.kind in _OWNERS and _OWNERS[unit.kind] in target.lead:
        return "own"
    return "province" if _tasks(unit, offices).intersection(target.lead) else None


def _owners(unit: Unit, offices: Offices) -> frozenset[Owner]:
    return _tasks(unit, offices) | ({_OWNERS[unit.kind]} if unit.kind in _OWNERS else set())


def _tasks(unit: Unit, offices: Offices) -> frozenset[Owner]:
    named = {Owner.OFFICE: offices.office, Owner.SCIENCE: offices.science, Owner.JUSTICE: offices.justice}
    return frozenset(owner for owner, code in named.items() if code == unit.code)
