"""The stages of the work at home. iGate lists them twice: all of them, and those worked on now."""

import msgspec

from services.monitor.sources import identities
from services.monitor.sources.igate import wire
from services.monitor.sources.moments import Moments
from services.monitor.sources.values import Many, many, one, text
from shared.domain.records import Stage

_LONGEST_ID = 64


def of(dossier: wire.Dossier, moments: Moments, odd: set[str]) -> tuple[Stage, ...]:
    """Return each stage once, in the order of `task`; what `currentTask` says of a stage wins. Raises `FieldRefused`."""
    found = _listed(dossier.task, "task", moments, odd)
    for id_, stage in _listed(dossier.current_task, "currentTask", moments, odd).items():
        found[id_] = _current(stage, found.get(id_))
    return tuple(found.values())


def _listed(tasks: Many[wire.Task], field: str, moments: Moments, odd: set[str]) -> dict[str, Stage]:
    found: dict[str, Stage] = {}
    for task in many(tasks, field):
        stage = _stage(task, field + "[].", moments, odd)
        if not stage.id:
            odd.add("stage without an id")
            continue
        if stage.id in found:
            odd.add("duplicate stage")
        found[stage.id] = stage
    return found


def _stage(task: wire.Task, within: str, moments: Moments, odd: set[str]) -> Stage:
    """Return one stage; without an id of its own it goes by its name."""
    agency = one(task.agency, within + "agency") or wire.Unit()
    officer = one(task.assignee, within + "assignee") or wire.Officer()
    name = text(task.name, odd)
    return Stage(
        id=text(task.id, odd, _LONGEST_ID) or name[:_LONGEST_ID],
        name=name,
        agency=identities.agency_or_none(agency.code, odd),
        officer_id=text(officer.id, odd, _LONGEST_ID) or None,
        officer_name=text(officer.fullname, odd) or None,
        started_at=moments.read(task.created_date, within + "createdDate"),
        due_at=moments.read(task.due_date, within + "dueDate"),
        completed_at=moments.read(task.completed_date, within + "completedDate"),
    )


def _current(stage: Stage, listed: Stage | None) -> Stage:
    """Return a stage worked on now; what it leaves out, but not whether it is done, is taken from the full list."""
    if listed is None:
        return msgspec.structs.replace(stage, current=True)
    return Stage(
        id=stage.id,
        name=stage.name or listed.name,
        agency=stage.agency or listed.agency,
        officer_id=stage.officer_id or listed.officer_id,
        officer_name=stage.officer_name if stage.officer_id else stage.officer_name or listed.officer_name,
        started_at=stage.started_at or listed.started_at,
        due_at=stage.due_at or listed.due_at,
        completed_at=stage.completed_at,
        current=True,
    )
