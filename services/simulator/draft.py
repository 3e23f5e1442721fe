"""Writes the plan of one dossier, change by change, on the sides that hear of each change."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from msgspec.structs import replace

from services.simulator import serials, wording
from services.simulator.catalogue import CENTRAL_SECTOR, SPECIAL_SECTOR, Catalogue
from services.simulator.timeline import HOME, ONLINE, PORTAL, SPECIAL, Phase, Plan, Request
from shared.domain.catalogue import Procedure
from shared.domain.statuses import Status
from shared.domain.working_time import WorkingTime


class Draft:
    """A plan being written. A change goes to the given sides at one moment, by default to all that have the dossier."""

    def __init__(self, desk: "Desk", procedure: Procedure, submitted: datetime, channel: str) -> None:
        self.office, self.rng = desk.office, desk.rng
        self.procedure, self.channel = procedure, channel
        self.submitted = submitted
        self.agency = desk.catalogue.agency_for(procedure, desk.rng)
        self.home_agency = desk.catalogue.office_for(self.agency, desk.rng)
        self.mark = desk.rng.getrandbits(48)
        self.own_code: str | None = None
        self.brief = False
        self.sides: dict[str, list[Phase]] = {}
        self.ours = {CENTRAL_SECTOR: (), SPECIAL_SECTOR: (SPECIAL, HOME)}.get(procedure.sector or "", (HOME,))
        self.everywhere = (PORTAL, *self.ours)
        self._serial = desk.serial

    @property
    def judged(self) -> Phase:
        """The last phase at home, else on the portal."""
        return next(self.sides[side][-1] for side in (SPECIAL, HOME, PORTAL) if self.sides.get(side))

    def begin(self, at: datetime, sides: Sequence[str] | None = None, **facts: Any) -> None:
        """Let the dossier appear; as newly registered unless the facts say otherwise."""
        first = Phase(at=at, since=at, **{"status": Status.NEW, **facts})
        for side in sides or self.everywhere:
            self.sides[side] = [first]

    def change(self, at: datetime, sides: Sequence[str] | None = None, **facts: Any) -> None:
        """Change what the sides say; sides that said the same share one phase, so that being in step is cheap to see."""
        made: dict[int, Phase] = {}
        for side in sides or tuple(self.sides):
            last = self.sides[side][-1]
            if id(last) not in made:
                since = at if facts.get("status", last.status) != last.status else last.since
                made[id(last)] = replace(last, at=at, since=since, **facts)
            self.sides[side].append(made[id(last)])

    def catch_up(self, at: datetime, side: str, like: str) -> None:
        """Let one side say what another says, from `at` on."""
        known = self.sides.setdefault(side, [])
        last = self.sides[like][-1]
        kept = known[-1].since if known and known[-1].status == last.status else at
        known.append(replace(last, at=at, since=kept, odd_status=None))

    def accept(self, at: datetime, due: datetime | None, sides: Sequence[str] | None = None, **facts: Any) -> None:
        """Take the dossier up and start the work, with a first stage due when the dossier is."""
        self.change(at, sides, **{"status": Status.PROCESSING, "accepted": at, "due": due, "stage_due": due, **facts})

    def ask(self, at: datetime, sides: Sequence[str] | None = None) -> None:
        """Ask the citizen for more papers."""
        phase = self.judged
        request = Request(asked=at, due_before=phase.due)
        self.change(at, sides, status=Status.SUPPLEMENT, requests=(*phase.requests, request))

    def answer(self, at: datetime, due: datetime | None = None, sides: Sequence[str] | None = None) -> None:
        """Let the citizen answer the last request; `due` is the new due date, None where none was given."""
        phase = self.judged
        answered = replace(phase.requests[-1], answered=at, due_after=due)
        requests = (*phase.requests[:-1], answered)
        facts = {"due": due or phase.due, "stage_due": due or (phase.stage_due and phase.stage_due + answered.waited)}
        self.change(at, sides, status=Status.PROCESSING, requests=requests, stage=phase.stage + 1, **facts)

    def finish(self, at: datetime, sides: Sequence[str] | None = None, **facts: Any) -> None:
        """Finish the work, with an electronic result unless the facts say otherwise."""
        self.change(at, sides, **{"status": Status.FINISHED, "finished": at, "e_result": True, **facts})

    def finish_later(self, after: datetime) -> None:
        """Finish some hours after a moment, when that is still clearly in time."""
        phase = self.judged
        due = phase.effective_due
        at = self.office.after(after, timedelta(minutes=self.rng.randint(60, 900)))
        if phase.runs and due and at < due - timedelta(hours=1):
            self.finish(at)

    def write_old(self, system: str) -> None:
        """Let a system write the dossier's code the old way, so that it is found there by no other spelling."""
        self.mark = wording.old_mark(self.mark, system)

    def take_in(self) -> None:
        """Let home take the dossier in under a code of its own; its second change there brings the national code."""
        self.own_code = f"{self.agency}-{self.submitted:%y%m%d}-{serials.own(self._serial)}"

    def plans(self, scenario: str) -> tuple[Plan, ...]:
        """Return the finished plans, without their truth: one, or one under each code that the dossier has had."""
        plan = self._plan(scenario)
        if self.own_code is None:
            return (plan,)
        first, *later = plan.home
        before = replace(plan, code=self.own_code, home=(first,), portal=(), left_at=later[0].at)
        return before, replace(plan, home=tuple(later))

    def _plan(self, scenario: str) -> Plan:
        sides = self._timelines()
        return Plan(
            code=self._code(),
            procedure=self.procedure,
            agency=self.agency,
            home_agency=self.home_agency,
            receiving=self.agency if self.mark % 5 else "",
            channel=self.channel,
            submitted=self.submitted,
            mark=self.mark,
            scenario=scenario,
            brief=self.brief,
            own_code=self.own_code,
            home=sides.get(HOME, ()),
            special=sides.get(SPECIAL, ()),
            portal=sides.get(PORTAL, ()),
        )

    def _timelines(self) -> dict[str, tuple[Phase, ...]]:
        """Return the sides as tuples, the same one for sides that always say the same."""
        shared: dict[tuple[int, ...], tuple[Phase, ...]] = {}
        return {side: shared.setdefault(tuple(map(id, phases)), tuple(phases)) for side, phases in self.sides.items() if phases}

    def _code(self) -> str:
        if not self.ours:
            return f"G01.20-{self.submitted:%Y%m%d}-{self._serial:07d}"
        return f"{self.agency}-{self.submitted:%y%m%d}-{self._serial:04d}"


class Desk:
    """Where one plan is drafted: the draws, the working time, the catalogue, and the number the dossier will carry."""

    def __init__(self, rng: Random, office: WorkingTime, catalogue: Catalogue, serial: int) -> None:
        self.rng, self.office, self.catalogue, self.serial = rng, office, catalogue, serial

    def draft(self, submitted: datetime, procedure: Procedure, channel: str = ONLINE) -> Draft:
        """Open a draft for a dossier handed in at a moment."""
        return Draft(self, procedure, submitted, channel)

    def minutes(self, low: float, high: float) -> timedelta:
        """Draw a length between two numbers of minutes, in whole seconds."""
        return timedelta(seconds=self.rng.randint(int(low * 60), int(high * 60)))

    def later(self, moment: datetime, low: float, high: float) -> datetime:
        """Return a moment some working minutes later."""
        return self.office.after(moment, self.minutes(low, high))

    def procedure(self, *, days: int = 0, paper: bool | None = None, fee: bool | None = None) -> Procedure:
        """Draw a procedure to plant a scenario in, with a legal limit of at least so many days."""
        return self.rng.choice(self.catalogue.suitable(days, paper=paper, fee=fee))
