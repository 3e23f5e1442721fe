"""The petitions of a world: those before it begins, what is planted around that moment, and one more every ten minutes."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random

from msgspec.structs import replace

from services.simulator.petitions import ANSWERED, IN_WORK, MORE_WANTED, NEW, PUBLISHED, REFUSED, PetitionPlan, Turn
from services.simulator.timeline import Plan
from services.simulator.truth import is_steady
from services.simulator.truth_petitions import TO_ANSWER, TO_ASK, TO_PUBLISH, TO_REFUSE, tell, working_days
from shared.domain.working_time import WorkingTime

Course = tuple[Turn, ...]
Planting = Callable[[datetime, datetime | None, WorkingTime], Course]
"""Plans a petition that goes wrong at a moment, and is mended at another (None: never)."""

ARRIVE_EVERY = timedelta(minutes=10)
_EVERY = timedelta(seconds=75)
_DAYS = 58
_PLANTED, _ARRIVED = 5000, 7000
"""Where the numbers of planted petitions, and of those that arrive, begin."""

_STANDING, _FOLLOWING = 2, 12
_ONE_DAY = timedelta(hours=8)
_ATTEMPTS = 20


class Petitioners:
    """Draws petitions one by one; the same seed, origin and dossiers give the same ones."""

    def __init__(self, seed: int, origin: datetime, plans: Sequence[Plan], office: WorkingTime) -> None:
        self._seed, self._origin, self._office = seed, origin, office
        self._plans = [plan for plan in plans if plan.submitted < origin - timedelta(days=2) and plan.left_at is None]

    def backlog(self) -> Iterator[PetitionPlan]:
        """Yield those received before the world begins, one for about fifty dossiers, and those planted."""
        for number in range(len(self._plans) // 50):
            rng = Random(f"{self._seed}/petition/{number}")
            received = self._origin - timedelta(seconds=rng.randint(3600, _DAYS * 86400))
            yield self._drawn(f"backlog/{number}", number, partial(_course, received, self._office))
        if self._plans:
            yield from self._planted()

    def arrival(self, number: int) -> PetitionPlan | None:
        """Return the petition of one slot of the steady stream, None in a world nobody could complain about."""
        if not self._plans:
            return None
        received = self._origin + (number + 1) * ARRIVE_EVERY
        return self._drawn(f"arrival/{number}", _ARRIVED + number, partial(_course, received, self._office))

    def _planted(self) -> Iterator[PetitionPlan]:
        """Yield two of each kind that are wrong when the world begins, then one after the other that goes wrong."""
        kinds: tuple[Planting, ...] = (_answer_near, _answer_late, _publication_near, _publication_late, _lying_near, _lying_late)
        for kind, planting in enumerate(kinds):
            for nth in range(_STANDING + _FOLLOWING):
                opens = self._opens(nth, in_office_hours=planting is not _answer_late)
                number = kind * (_STANDING + _FOLLOWING) + nth
                yield self._drawn(f"planted/{number}", _PLANTED + number, partial(self._mended_or_not, planting, opens, nth))

    def _opens(self, nth: int, *, in_office_hours: bool) -> datetime:
        """Return when the nth of a kind goes wrong: some minutes before the beginning or after it, of work where that counts."""
        if nth < _STANDING:
            return self._office.before(self._origin, timedelta(minutes=7 * (nth + 1))).replace(microsecond=0)
        wait = _EVERY * (nth - _STANDING + 0.5)
        return (self._office.after(self._origin, wait) if in_office_hours else self._origin + wait).replace(microsecond=0)

    def _mended_or_not(self, planting: Planting, opens: datetime, nth: int, rng: Random) -> Course:
        """Every second one is mended within the hour or so."""
        mended = max(opens, self._origin) + timedelta(seconds=rng.randint(600, 4200)) if nth % 2 else None
        return planting(opens, mended, self._office)

    def _drawn(self, key: str, number: int, course: Callable[[Random], Course]) -> PetitionPlan:
        """Return a petition with a course of turns, drawn again where an alert would be too short to be seen."""
        for attempt in range(_ATTEMPTS):
            rng = Random(f"{self._seed}/petition/{key}/{attempt}")
            turns, plan = course(rng), rng.choice(self._plans)
            drawn = PetitionPlan(
                code=f"PAKN.20.{turns[0].at:%y%m%d}.{number:04d}",
                agency=plan.agency,
                turns=turns,
                mark=rng.randrange(10**12),
                kind=1 if rng.random() < 0.8 else 2,
                dossier=plan.code if rng.random() < 0.5 else None,
                content=rng.choice((True, True, False, None)),
                again=rng.random() < 0.06,
            )
            drawn = replace(drawn, spans=tell(drawn, self._office))
            if is_steady(drawn.spans):
                break
        return drawn


def _course(received: datetime, office: WorkingTime, rng: Random) -> Course:
    """Draw how far a petition comes, and when: one in twenty is left lying, one answer in ten is late."""
    received = received.replace(microsecond=0)
    new = Turn(received, NEW, office.after(received, office.days(TO_ANSWER)))
    chance = rng.random()
    if chance < 0.05:
        return (new,)
    if chance < 0.13:
        return new, Turn(_within(rng, received, TO_REFUSE, office), REFUSED, new.due)
    if chance < 0.2:
        asked = Turn(_within(rng, received, TO_ASK, office), MORE_WANTED, new.due)
        if rng.random() < 0.5:
            return new, asked
        resumed = asked.at + timedelta(seconds=rng.randint(3600, 5 * 86400))
        again = Turn(resumed, IN_WORK, office.after(resumed, office.days(TO_ANSWER)))
        return new, asked, again, *_answered(rng, again, office)
    taken_up = Turn(received + (_within(rng, received, 1, office) - received) / 2, IN_WORK, new.due)
    taken_up = replace(taken_up, at=taken_up.at.replace(microsecond=0))
    return new, taken_up, *_answered(rng, replace(taken_up, at=received), office, not_before=taken_up.at)


def _answered(rng: Random, since: Turn, office: WorkingTime, not_before: datetime | None = None) -> Course:
    answered = max(_within(rng, since.at, TO_ANSWER, office, late=rng.random() < 0.1), not_before or since.at)
    answer = Turn(answered, ANSWERED, since.due)
    if rng.random() < 0.05:
        return (answer,)
    return answer, Turn(_within(rng, answered, TO_PUBLISH, office, late=rng.random() < 0.1), PUBLISHED, since.due)


def _within(rng: Random, start: datetime, days: int, office: WorkingTime, *, late: bool = False) -> datetime:
    share = rng.uniform(1.05, 1.5) if late else rng.uniform(0.1, 0.95)
    return office.after(start, working_days(office, days * share)).replace(microsecond=0)


def _answer_near(opens: datetime, mended: datetime | None, office: WorkingTime) -> Course:
    """Three working days are left for the answer."""
    return _worked_on(office.after(opens, 3 * _ONE_DAY), mended, office)


def _answer_late(opens: datetime, mended: datetime | None, office: WorkingTime) -> Course:
    """The day by which it had to be answered passes."""
    return _worked_on(opens, mended, office)


def _publication_near(opens: datetime, mended: datetime | None, office: WorkingTime) -> Course:
    """Answered a working day ago, and not published."""
    return _unpublished(office.before(opens, _ONE_DAY), mended, office)


def _publication_late(opens: datetime, mended: datetime | None, office: WorkingTime) -> Course:
    """Answered two working days ago, and not published."""
    return _unpublished(office.before(opens, TO_PUBLISH * _ONE_DAY), mended, office)


def _lying_near(opens: datetime, mended: datetime | None, office: WorkingTime) -> Course:
    """Received a working day ago, and nobody has taken it up."""
    return _lying(office.before(opens, _ONE_DAY), mended, office)


def _lying_late(opens: datetime, mended: datetime | None, office: WorkingTime) -> Course:
    """Received two working days ago, when it could last be refused, and nobody has taken it up."""
    return _lying(office.before(opens, TO_REFUSE * _ONE_DAY), mended, office)


def _lying(received: datetime, mended: datetime | None, office: WorkingTime) -> Course:
    turns = (Turn(received, NEW, office.after(received, office.days(TO_ANSWER))),)
    return turns if mended is None else (*turns, replace(turns[0], at=mended.replace(microsecond=0), status=IN_WORK))


def _worked_on(due: datetime, mended: datetime | None, office: WorkingTime) -> Course:
    received = office.before(due, office.days(TO_ANSWER))
    turns = Turn(received, NEW, due), Turn(received + timedelta(hours=1), IN_WORK, due)
    if mended is None:
        return turns
    answered = mended.replace(microsecond=0)
    published = office.after(answered, timedelta(hours=2)).replace(microsecond=0)
    return *turns, Turn(answered, ANSWERED, due), Turn(published, PUBLISHED, due)


def _unpublished(answered: datetime, mended: datetime | None, office: WorkingTime) -> Course:
    received = office.before(answered, office.days(5))
    due = office.after(received, office.days(TO_ANSWER))
    turns = Turn(received, NEW, due), Turn(received + timedelta(hours=1), IN_WORK, due), Turn(answered, ANSWERED, due)
    return turns if mended is None else (*turns, Turn(mended.replace(microsecond=0), PUBLISHED, due))
