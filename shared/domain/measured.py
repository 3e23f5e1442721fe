"""What one dossier counts for in the measures of the plans, which have no points (`facts/scoring.md`, "Measures without points").

It follows from the records alone: moments are told and compared with the present where they are counted. Whether the two sides
agree is not among it: that is what stands of the `sync.*` rules (`Judged.out_of_step`).
"""

from datetime import date, datetime

import msgspec

from shared.domain.case import Case, passed, still_since, waiting_since
from shared.domain.dossiers import Seen
from shared.domain.rules.apology import owed_for
from shared.domain.statuses import FINISHED, Status
from shared.domain.working_time import LOCAL

_NOT_TAKEN_UP = frozenset({Status.UNKNOWN, Status.NEW, Status.WITHDRAWN})


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """The facts measures are counted from. "At home" means there, else on the portal, unless it says: home's record.

    `counted_on`: the local day of acceptance at home, else of submission; `accepted`: it is that of acceptance.
    `open_on_portal`: the portal has it, not ended. `paused_since`: waits for papers or payment, stopped or paused, since then.
    `intake_by`: the end of the window of an online dossier, None where there is nothing to take up; `taken_up_at`: when somebody
    first acted on it, None while it lies untouched. `late_from`: from when home's record is late and owes an apology;
    `apologised`: home's record shows one. `result_at_home`: home's record is finished with an electronic result.
    `paid_online`: on either side, of a dossier home has or should have. `online_result`: whether an online dossier that ended
    and whose procedure gives a paper result has an electronic one; None for any other.
    """

    counted_on: date | None = None
    accepted: bool = False
    open_on_portal: bool = False
    paused_since: datetime | None = None
    intake_by: datetime | None = None
    taken_up_at: datetime | None = None
    late_from: datetime | None = None
    apologised: bool = False
    result_at_home: bool = False
    paid_online: bool = False
    online_result: bool | None = None


def measured(case: Case) -> Measured:
    """Return what a dossier counts for; nothing where no side can be read."""
    seen = case.home or case.portal
    if seen is None:
        return Measured()
    intake_by, taken_up_at = _intake(case)
    late_by = owed_for(case.home) if case.home else None
    began = seen.record.accepted_at or (case.entry.submitted_at if case.entry else None)
    return Measured(
        counted_on=began.astimezone(LOCAL).date() if began else None,
        accepted=seen.record.accepted_at is not None,
        open_on_portal=case.portal is not None and not case.portal.record.has_ended,
        paused_since=_paused_since(case.judged),
        intake_by=intake_by,
        taken_up_at=taken_up_at,
        late_from=passed(late_by) if late_by else None,
        apologised=case.home is not None and case.home.record.apology is not None,
        result_at_home=case.home is not None and case.home.record.status in FINISHED and case.home.record.electronic_result,
        paid_online=_paid_online(case),
        online_result=seen.record.electronic_result if _owes_online_result(case, seen) else None,
    )


def _intake(case: Case) -> tuple[datetime | None, datetime | None]:
    """Return until when an online dossier was to be taken up (seed 001, 2.1), and when it was.

    One the citizen withdrew within the window, or whose status nobody knows, was not to be taken up; one withdrawn later lay
    untouched until then.
    """
    if not case.is_online or case.entry is None or case.entry.submitted_at is None:
        return None, None
    closes = case.entry.submitted_at + case.rules.intake_window
    sides = [seen for seen in (case.portal, *case.homes) if seen]
    acted = min((moment for seen in sides if (moment := _acted_at(seen))), default=None)
    if acted:
        return closes, acted
    statuses = {seen.record.status for seen in sides} - {Status.UNKNOWN}
    if statuses == {Status.NEW}:
        return closes, None
    withdrawn = min((seen.status_since for seen in sides if seen.record.status is Status.WITHDRAWN), default=None)
    return (closes, withdrawn) if withdrawn and withdrawn > closes else (None, None)


def _acted_at(seen: Seen) -> datetime | None:
    """Return the earliest moment at which this side shows that somebody acted: accepted it, asked for papers, ended it, or had
    given it another status.
    """
    moments = [seen.record.accepted_at, *(request.asked_at for request in seen.record.requests)]
    if seen.record.status not in _NOT_TAKEN_UP:
        moments.append(seen.ended_at)
        moments.append(seen.status_since)
    return min((moment for moment in moments if moment), default=None)


def _paused_since(judged: Seen | None) -> datetime | None:
    """Return since when it stands still or waits for payment, as `pause.too_long` counts."""
    if judged is None or (still_since(judged) is None and judged.record.status is not Status.PAYMENT):
        return None
    return waiting_since(judged)


def _paid_online(case: Case) -> bool:
    paid = any(seen.record.paid_online for seen in (case.home, case.portal) if seen)
    return paid and (case.home is not None or case.missing_at_home)


def _owes_online_result(case: Case, seen: Seen) -> bool:
    gives_paper = case.procedure is not None and bool(case.procedure.gives_paper_result)
    return case.is_online and seen.record.status in FINISHED and gives_paper
