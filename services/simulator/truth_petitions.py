"""What is wrong with a petition, and from when to when: told from its plan, turn by turn."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.simulator.petitions import ANSWERED, IN_WORK, MORE_WANTED, NEW, PetitionPlan, Turn
from services.simulator.timeline import FOREVER, Span
from services.simulator.truth import joined
from services.simulator.truth_clock import PASSED, warning_of
from shared.domain.working_time import WorkingTime

TO_REFUSE, TO_ASK, TO_ANSWER, TO_PUBLISH = 2, 5, 15, 2
"""Working days the law gives to refuse, to ask for more, for the answer, and for its publication."""


def tell(plan: PetitionPlan, office: WorkingTime) -> tuple[Span, ...]:
    """Return every alert the petition carries, in order of rule and time."""
    ends = [*(turn.at for turn in plan.turns[1:]), FOREVER]
    stretches = zip(plan.turns, ends, strict=True)
    return joined(span for turn, end in stretches for span in _spans(plan, turn, end, office))


def _spans(plan: PetitionPlan, turn: Turn, end: datetime, office: WorkingTime) -> Iterator[Span]:
    """Until it is taken up, towards its refusal; while it is worked on, towards the last moment to ask for more and the answer;
    once answered, towards the publication; asked for more, only what was late.
    """
    if turn.status == NEW:
        yield from _untouched(plan.received, turn, end, office)
    elif turn.status == IN_WORK:
        if not any(each.status == MORE_WANTED for each in plan.turns if each.at <= turn.at):
            yield _askable(plan.received, turn, end, office)
        yield from _towards(plan.received, turn.due, turn.at, end, office)
    elif turn.status == ANSWERED:
        yield from _towards(turn.at, office.after(turn.at, office.days(TO_PUBLISH)), turn.at, end, office)
    elif turn.status == MORE_WANTED and turn.at > turn.due:
        yield Span("petition.overdue", turn.at, end, turn.at)


def _untouched(received: datetime, turn: Turn, end: datetime, office: WorkingTime) -> Iterator[Span]:
    """Late from the last moment to refuse on, and critical once the answer is late."""
    refuse = office.after(received, office.days(TO_REFUSE))
    yield Span("petition.due_soon", max(turn.at, warning_of(received, refuse, office)), min(end, refuse + PASSED))
    yield Span("petition.overdue", max(turn.at, refuse + PASSED), end, max(turn.at, turn.due + PASSED))


def _askable(received: datetime, turn: Turn, end: datetime, office: WorkingTime) -> Span:
    """In work, and the last moment to ask for more comes close: nobody is late when it has passed."""
    ask = office.after(received, office.days(TO_ASK))
    return Span("petition.due_soon", max(turn.at, warning_of(received, ask, office)), min(end, ask + PASSED))


def _towards(start: datetime, due: datetime, begins: datetime, end: datetime, office: WorkingTime) -> Iterator[Span]:
    yield Span("petition.due_soon", max(begins, warning_of(start, due, office)), min(end, due + PASSED))
    late = max(begins, due + PASSED)
    yield Span("petition.overdue", late, end, late)


def working_days(office: WorkingTime, days: float) -> timedelta:
    """Return working days as working time, to the second."""
    return timedelta(seconds=round(office.days(days).total_seconds()))
