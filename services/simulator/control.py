"""What no real system has: the truth, the plans behind it, and faults on demand. For demonstrations and tests."""

from collections import defaultdict
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.simulator.faults import KINDS, AnyFault
from services.simulator.publications import owner
from services.simulator.systems import Systems
from services.simulator.timeline import FOREVER, Phase, Plan, Span
from services.simulator.world import SYSTEMS
from shared.domain import codes
from shared.domain.working_time import LOCAL

_CRITICAL = frozenset({"sync.missing_on_portal", "sync.missing_at_home", "deadline.overdue"})
_EXAMPLES = 3


class Control:
    """The routes beside the portal's own."""

    def __init__(self, systems: Systems) -> None:
        self._systems = systems

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/truth", self.truth, methods=["GET"]),
            Route("/world", self.world, methods=["GET"]),
            Route("/dossiers/{code}", self.dossier, methods=["GET"]),
            Route("/faults", self.faults, methods=["GET"]),
            Route("/faults", self.set_fault, methods=["POST"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/faults/{system}", self.clear_faults, methods=["DELETE"]),
        ]

    async def truth(self, request: Request) -> Response:
        """The alerts that should be open at a moment, and who handles each dossier, petition or procedure then."""
        world = self._systems.world()
        try:
            at = _moment(request.query_params.get("at")) or self._systems.now()
        except ValueError:
            return json_answer({"error": "at must be RFC 3339 with an offset"}, 422)
        return json_answer(
            {
                "at": at,
                "findings": [_finding(code, span, at, world.plans[code].agency_at(at)) for code, span in world.truth(at)],
                "petitions": [_finding(plan.code, span, at, plan.agency) for plan, span in world.truth_of_petitions(at)],
                "procedures": [
                    _finding(procedure.code, span, at, owner(procedure)) for procedure, span in world.truth_of_procedures(at)
                ],
            }
        )

    async def world(self, _: Request) -> Response:
        """What this world is made of, with a few planted dossiers of every rule."""
        world, size = self._systems.world(), self._systems.world().size
        return json_answer(
            {
                "seed": size.seed,
                "origin": size.origin,
                "dossiers": size.dossiers,
                "arrival_every_seconds": size.arrival_every.total_seconds(),
                "now": self._systems.now(),
                "planned": len(world.plans),
                "rows": {system: len(world.shelves[system]) for system in SYSTEMS},
                "central_sectors": world.central_sectors,
                "special_sectors": world.special_sectors,
                "planted": _planted(world.plans.values()),
            }
        )

    async def dossier(self, request: Request) -> Response:
        """The plan of one dossier."""
        plan = self._systems.world().plans.get(codes.dossier(request.path_params["code"]))
        return json_answer(described(plan)) if plan else json_answer({"error": "no such dossier"}, 404)

    async def faults(self, _: Request) -> Response:
        """The faults set at present, and what each kind does."""
        return json_answer({"faults": list(self._systems.faults), "kinds": KINDS})

    async def set_fault(self, request: Request) -> Response:
        """Let a fault begin; answers with the dossiers that have news by it at once."""
        try:
            fault = msgspec.json.decode(await request.body(), type=AnyFault)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return json_answer({"error": str(error)}, 422)
        touched = self._systems.set_fault(fault)
        return json_answer({"faults": list(self._systems.faults), "dossiers": [plan.code for plan in touched]}, 201)

    async def clear_faults(self, request: Request) -> Response:
        """Let the faults of one system end, or all; of one `kind`, if that is asked for."""
        kind = request.query_params.get("kind")
        if kind not in (None, *KINDS):
            return json_answer({"error": f"no such kind: {kind}"}, 422)
        self._systems.clear_faults(request.path_params.get("system"), kind)
        return json_answer({"faults": list(self._systems.faults)})


def _finding(code: str, span: Span, at: datetime, agency: str) -> dict[str, Any]:
    return {"code": code, "rule": span.rule, "severity": severity(span, at), "from": span.begins, "agency": agency}


def severity(span: Span, at: datetime) -> str:
    """Return how bad an alert is at a moment."""
    return "critical" if span.rule in _CRITICAL or span.worsens <= at else "warning"


def described(plan: Plan) -> dict[str, Any]:
    """Return a plan with its timelines and its alerts, to be read by people."""
    return {
        "code": plan.code,
        "scenario": plan.scenario,
        "rule": plan.rule,
        "opens": plan.opens,
        "procedure": plan.procedure.code,
        "agency": plan.agency,
        "channel": plan.channel,
        "submitted": plan.submitted,
        "timelines": {system: [_phase(phase) for phase in plan.phases(system)] for system in SYSTEMS},
        "truth": [
            {"rule": span.rule, "from": span.begins, "until": None if span.ends == FOREVER else span.ends} for span in plan.spans
        ],
    }


def _phase(phase: Phase) -> dict[str, Any]:
    values = msgspec.structs.asdict(phase) | {"status": phase.status.name, "effective_due": phase.effective_due}
    return {key: value for key, value in values.items() if value not in (None, (), False)}


def _planted(plans: Any) -> dict[str, Any]:
    """Return, for every rule, how many dossiers were planted for it and the first few codes."""
    found: dict[str, list[str]] = defaultdict(list)
    for plan in plans:
        if plan.rule:
            found[plan.rule].append(plan.code)
    return {rule: {"count": len(listed), "examples": listed[:_EXAMPLES]} for rule, listed in sorted(found.items())}


def _moment(text: str | None) -> datetime | None:
    """Read a moment; a plus sign that came as a space is understood."""
    if not text:
        return None
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment.astimezone(LOCAL)


def json_answer(body: Any, status: int = 200) -> Response:
    """Return an answer of what no real system has."""
    return Response(msgspec.json.encode(body), status, media_type="application/json")
