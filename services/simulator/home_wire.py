"""What a home system writes: dossiers in iGate's field names."""

from datetime import datetime
from typing import Any

from services.simulator import papers, people, wording
from services.simulator.catalogue import Catalogue
from services.simulator.portal_wire import fee
from services.simulator.timeline import DIRECT, ONLINE, POSTAL, Phase, Plan, Request
from services.simulator.wording import home_date
from shared.domain.statuses import LABELS, Status

_CHANNELS = {ONLINE: (0, "Trực tuyến"), DIRECT: (1, "Trực tiếp"), POSTAL: (2, "Bưu chính công ích")}

_STATUS_IDS = {
    Status.NEW: 0,
    Status.SUPPLEMENT: 1,
    Status.PROCESSING: 2,
    Status.PAUSED: 3,
    Status.STOPPED: 3,
    Status.FINISHED: 4,
    Status.RETURNED: 5,
    Status.WITHDRAWN: 6,
    Status.REFUSED: 7,
    Status.PAYMENT: 8,
    Status.ACCEPTED: 9,
}
"""iGate's usual table; it has no word for a stop and says paused."""

_STAGES = ("Thụ lý hồ sơ", "Thẩm định", "Trình ký", "Ban hành kết quả")


def dossier(plan: Plan, phase: Phase, updated: datetime, system: str, catalogue: Catalogue) -> dict[str, Any]:
    """Return a dossier as a home system lists it."""
    mark = plan.mark
    code, nation_code = wording.home_codes(plan)
    channel, channel_name = _CHANNELS[plan.channel]
    agency = phase.agency or plan.home_agency
    started = phase.accepted is not None
    record = {
        "id": wording.home_id(plan, system),
        "code": code,
        "nationCode": nation_code,
        "procedure": _procedure(plan, phase, catalogue),
        "agency": _agency(agency, mark, catalogue),
        "receivingAgency": _agency(plan.receiving, mark, catalogue) if plan.receiving else None,
        "accepter": people.officer(mark) if started else None,
        "applyMethod": {"id": str(channel) if mark % 2 else channel, "name": channel_name},
        "dossierStatus": _status(phase, mark),
        "appliedDate": home_date(plan.submitted),
        "acceptedDate": home_date(phase.accepted),
        "appointmentDate": home_date(phase.due),
        "completedDate": home_date(phase.finished),
        "returnedDate": home_date(phase.returned),
        "apology": {"sentDate": home_date(phase.apology), "newAppointmentDate": None} if phase.apology else None,
        "payment": _payment(plan, phase),
        "digitization": _digitization(plan, phase),
        "additionalRequirement": [_request(request) for request in phase.requests],
        "applicant": people.at_home(mark),
    }
    return wording.nothing(record, mark // 7) | _tasks(plan, phase, agency, catalogue) | {"updatedDate": home_date(updated)}


def _procedure(plan: Plan, phase: Phase, catalogue: Catalogue) -> dict[str, Any]:
    known = catalogue.by_code.get(phase.procedure or "", plan.procedure)
    sector = {"id": f"lv-{known.sector}", "code": known.sector, "name": known.sector_name}
    return {"id": f"tt-{known.code}", "code": wording.procedure(known.code, plan.mark // 3), "name": known.name, "sector": sector}


def _agency(code: str, mark: int, catalogue: Catalogue) -> dict[str, Any]:
    known = catalogue.agencies[code]
    above = catalogue.agencies.get(known.parent or "")
    parent = {"id": f"dv-{above.code}", "code": above.code, "name": above.name} if above else None
    return {"id": f"dv-{code}", "code": wording.agency(code, mark // 5), "name": known.name, "parent": parent}


def _status(phase: Phase, mark: int) -> dict[str, Any]:
    if phase.odd_status:
        return {"id": phase.odd_status, "name": "Đang luân chuyển"}
    number = _STATUS_IDS[phase.status]
    return {"id": number if mark % 3 else str(number), "name": LABELS[phase.status]}


def _payment(plan: Plan, phase: Phase) -> dict[str, Any] | None:
    owed = fee(plan)
    if not owed and not phase.paid_online and plan.mark % 2:
        return None
    amount: int | str = str(owed) if plan.mark % 4 == 0 else owed
    return {"required": bool(owed), "amount": amount, "paidOnline": phase.paid_online, "paidDate": home_date(phase.paid_at)}


def _digitization(plan: Plan, phase: Phase) -> dict[str, Any]:
    mark = plan.mark
    return {
        "components": papers.digitised(mark),
        "reused": papers.reused(mark),
        "personalStore": papers.from_store(mark),
        "populationData": papers.population_data(mark),
        "resultFile": f"https://igate.example.vn/ket-qua/{mark % 10**9}.pdf" if phase.e_result else None,
    }


def _request(request: Request) -> dict[str, Any]:
    return {
        "requestedDate": home_date(request.asked),
        "answeredDate": home_date(request.answered),
        "oldAppointmentDate": home_date(request.due_before),
        "newAppointmentDate": home_date(request.due_after),
    }


def _tasks(plan: Plan, phase: Phase, agency: str, catalogue: Catalogue) -> dict[str, Any]:
    """Return the stages passed and the current one; an ended or untouched dossier has none at present."""
    if phase.accepted is None:
        return {"task": [], "currentTask": []}
    now = _task(plan, phase, phase.stage, agency, catalogue)
    if phase.end is not None:
        return {"task": [now | {"completedDate": home_date(phase.end)}], "currentTask": []}
    done = {"dueDate": None, "completedDate": home_date(phase.at)}
    passed = [_task(plan, phase, number, agency, catalogue) | done for number in range(phase.stage)]
    return {"task": [*passed, now], "currentTask": [now]}


def _task(plan: Plan, phase: Phase, number: int, agency: str, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "id": f"{plan.mark % 10**10}-{number}",
        "name": _STAGES[number % len(_STAGES)],
        "assignee": people.officer(plan.mark // 11 + number),
        "agency": {"code": agency, "name": catalogue.name(agency)},
        "createdDate": home_date(phase.accepted),
        "dueDate": home_date(phase.stage_due),
        "completedDate": None,
    }
