"""The agencies and the procedure a dossier names besides being handled by and under them."""

from collections.abc import Iterator

from services.monitor.sources import identities
from services.monitor.sources.igate import wire
from services.monitor.sources.values import Word, many, one, text
from shared.domain.catalogue import Agency, Procedure


def procedure(dossier: wire.Dossier, odd: set[str]) -> Procedure:
    """Return the dossier's procedure as it names it; its code is empty where it names none."""
    named = one(dossier.procedure, "procedure") or wire.Formality()
    sector = one(named.sector, "procedure.sector") or wire.Sector()
    return Procedure(
        code=identities.procedure(named.code, odd),
        name=text(named.name, odd),
        sector=identities.code_or_none(sector.code, odd),
        sector_name=text(sector.name, odd) or None,
    )


def agencies(
    dossier: wire.Dossier, province: str, handling: wire.Office, receiving: wire.Office, odd: set[str]
) -> tuple[Agency, ...]:
    """Return the province's agencies a dossier mentions by name, each once."""
    offices = [*_with_parent(handling, "agency", odd), *_with_parent(receiving, "receivingAgency", odd)]
    tasks = [*many(dossier.task, "task"), *many(dossier.current_task, "currentTask")]
    units = [one(task.agency, "task[].agency") or wire.Unit() for task in tasks]
    named = [*offices, *(_agency(unit.code, unit.name, None, odd) for unit in units)]
    return identities.named_once(province, [agency for agency in named if agency])


def parent_code(office: wire.Office, odd: set[str], field: str = "agency") -> str | None:
    """Return the code of an agency's parent; an agency is never its own."""
    parent = one(office.parent, field + ".parent") or wire.Unit()
    code = identities.agency_or_none(parent.code, odd)
    return None if code == identities.agency_or_none(office.code, odd) else code


def _with_parent(office: wire.Office, field: str, odd: set[str]) -> Iterator[Agency | None]:
    above = parent_code(office, odd, field)
    yield _agency(office.code, office.name, above, odd)
    if above is not None:
        parent = one(office.parent, field + ".parent") or wire.Unit()
        yield _agency(above, parent.name, None, odd)


def _agency(code: Word, name: Word, parent: str | None, odd: set[str]) -> Agency | None:
    normal = identities.agency_or_none(code, odd)
    return Agency(code=normal, name=text(name, odd), parent=parent) if normal else None
