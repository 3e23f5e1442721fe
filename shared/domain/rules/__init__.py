"""The rules: one small pure function each, in the file of its family. To add one, write it and name it in `FAMILIES`.

A rule never sees the time. It tells in phases what will be true from when to when if no record changes; `review` reads off what
holds now and when to look again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from shared.domain.case import Case
from shared.domain.findings import Judgement
from shared.domain.rules import (
    apology,
    deadline,
    intake,
    main,
    pause,
    payment,
    petition,
    portal,
    publication,
    result,
    stage,
    supplement,
    sync,
)

Needs = Callable[[Case], frozenset[str]]

BOTH: Needs = attrgetter("both")
JUDGED: Needs = attrgetter("judged_source")
HOME: Needs = attrgetter("home_source")
SPECIALISED_AND_MAIN: Needs = attrgetter("specialised_and_main")


@dataclass(frozen=True)
class Family:
    """Rules of which at most one stands at a time, mildest first.

    `needs`: the sources whose reading its answer depends on. `judge`: the pure function.
    """

    name: str
    rules: tuple[str, ...]
    needs: Needs
    judge: Callable[[Case], Judgement]


def _alone(name: str, needs: Needs, judge: Callable[[Case], Judgement]) -> Family:
    return Family(name, (name,), needs, judge)


FAMILIES: tuple[Family, ...] = (
    _alone("sync.missing_on_portal", BOTH, sync.missing_on_portal),
    _alone("sync.missing_at_home", BOTH, sync.missing_at_home),
    _alone("sync.status_mismatch", BOTH, sync.status_mismatch),
    _alone("sync.field_mismatch", BOTH, sync.field_mismatch),
    _alone("sync.result_missing", BOTH, sync.result_missing),
    _alone("sync.payment_mismatch", BOTH, sync.payment_mismatch),
    _alone("sync.status_unknown", BOTH, sync.status_unknown),
    _alone("main.missing", SPECIALISED_AND_MAIN, main.missing),
    _alone("portal.intake", BOTH, portal.intake),
    _alone("portal.deadline", BOTH, portal.deadline),
    Family("intake", ("intake.due_soon", "intake.breached"), BOTH, intake.untouched),
    _alone("stage.overdue", HOME, stage.overdue),
    Family("deadline", ("deadline.due_soon", "deadline.overdue"), JUDGED, deadline.nearing_or_passed),
    _alone("deadline.missing", JUDGED, deadline.missing),
    _alone("supplement.repeated", JUDGED, supplement.repeated),
    _alone("request.late", JUDGED, supplement.late_request),
    _alone("pause.too_long", JUDGED, pause.too_long),
    _alone("payment.unnoticed", JUDGED, payment.unnoticed),
    _alone("result.missing", HOME, result.missing),
    _alone("apology.missing", HOME, apology.missing),
)

FAMILY_OF: dict[str, str] = {rule: family.name for family in FAMILIES for rule in family.rules} | {
    "petition.due_soon": petition.FAMILY,
    "petition.overdue": petition.FAMILY,
    "publication.due_soon": publication.FAMILY,
    "publication.late": publication.FAMILY,
    "source.stale": "source.stale",
    "review.failed": "review.failed",
}
"""Every rule's family, mildest first. The last ones are about petitions, procedures, sources and our own work."""

RULES: tuple[str, ...] = tuple(FAMILY_OF)
