"""When the simulated evaluation judges something late: each limit exactly at it, and just after."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from services.simulator.catalogue import load
from services.simulator.evaluation.marks import Mark, mark
from services.simulator.evaluation.offers import Offers
from services.simulator.evaluation.request import Period
from services.simulator.evaluation.sums import Sums
from services.simulator.timeline import FOREVER, ONLINE, Phase, Plan, Request
from shared.domain.catalogue import Procedure
from shared.domain.statuses import Status
from shared.domain.working_time import LOCAL
from tests.unit.builders import ACCEPTED, DUE, MICROSECOND, SUBMITTED, calendar

PROCEDURE = next(each for each in load().procedures if each.legal_limit_days)


def counted(phase: Phase) -> Mark | None:
    """What an online dossier of H20.14, complained of, counts for in a phase."""
    plan = Plan(
        code="H20.14-261117-0001", procedure=PROCEDURE, agency="H20.14", home_agency="H20.14", receiving="H20.14",
        channel=ONLINE, submitted=SUBMITTED, mark=1,
    )  # fmt: skip
    return mark(plan, phase, load(), calendar(), complained=True)


def judged(phase: Phase) -> Mark:
    found = counted(phase)
    assert found
    return found


def phase(status: Status, **more: object) -> Phase:
    return Phase(at=ACCEPTED, status=status, since=ACCEPTED, **{"accepted": ACCEPTED, "due": DUE, **more})  # type: ignore[arg-type]


def test_an_online_dossier_is_overdue_exactly_eight_hours_after_it_was_handed_in() -> None:
    untouched, sums = judged(phase(Status.NEW, accepted=None, due=None)), Sums()
    window = SUBMITTED + timedelta(hours=8)
    sums.add(untouched, window - MICROSECOND)
    assert sums == Sums()
    sums.add(untouched, window)
    assert sums == Sums(untouched=1)
    assert untouched.day == SUBMITTED.astimezone(LOCAL).date()


def test_a_running_dossier_is_in_time_when_it_is_due_and_late_just_after() -> None:
    assert judged(phase(Status.PROCESSING)).late_from == DUE + MICROSECOND


def test_the_first_request_for_papers_stops_the_clock_and_a_second_makes_it_late() -> None:
    asked = Request(asked=DUE)
    assert judged(phase(Status.SUPPLEMENT, requests=(asked,))).late_from == FOREVER
    assert judged(phase(Status.SUPPLEMENT, requests=(Request(asked=DUE + MICROSECOND),))).late_from < SUBMITTED
    again = Request(asked=ACCEPTED, answered=ACCEPTED + timedelta(hours=1))
    assert judged(phase(Status.SUPPLEMENT, requests=(again, asked))).late_from < SUBMITTED


def test_an_end_is_on_time_when_it_is_the_due_date_and_late_just_after() -> None:
    assert judged(phase(Status.FINISHED, finished=DUE)).late_from == FOREVER
    assert judged(phase(Status.FINISHED, finished=DUE + MICROSECOND)).late_from < SUBMITTED


def test_without_a_due_date_the_legal_limit_counts_less_the_citizens_working_time() -> None:
    limit, office = PROCEDURE.legal_limit_days or 0, calendar()
    due = office.after(ACCEPTED, office.days(limit))
    assert judged(phase(Status.PROCESSING, due=None)).late_from == due + MICROSECOND
    waited = Request(asked=ACCEPTED, answered=office.after(ACCEPTED, office.days(1)))
    later = office.after(ACCEPTED, office.days(limit + 1))
    assert judged(phase(Status.PROCESSING, due=None, requests=(waited,))).late_from == later + MICROSECOND


def test_a_dossier_that_was_refused_without_being_accepted_counts_nowhere() -> None:
    assert counted(phase(Status.REFUSED, accepted=None, refused=ACCEPTED)) is None


@dataclass
class OneProcedure:
    procedures: list[Procedure]


@pytest.mark.parametrize(
    ("effective", "published", "found"),
    [(date(2026, 11, 7), date(2026, 11, 9), (1, 1)), (date(2026, 11, 6), date(2026, 11, 10), (0, 0))],
)
def test_five_working_days_to_publish_and_five_before_it_takes_effect(effective: date, published: date, found: object) -> None:
    """Decided on Monday 2 November 2026: five working days before Saturday the 7th, and five after it is Monday the 9th."""
    procedure = Procedure(
        code="1.001193",
        name="",
        agencies=("H20.14",),
        decided_on=date(2026, 11, 2),
        effective_on=effective,
        published_on=published,
    )
    catalogue, november = OneProcedure([procedure]), Period(date(2026, 11, 1), date(2026, 11, 30))
    told = Offers(catalogue, calendar()).published(november)  # type: ignore[arg-type]
    assert (told.announced_in_time, told.published_in_time) == found
