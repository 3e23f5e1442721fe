"""The public evaluation over HTTP: `POST /api/v1/reporting/evaluation/{name}`, and what a test may look up beside it."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.simulator.control import json_answer
from services.simulator.evaluation import request as asked_for
from services.simulator.evaluation import wire
from services.simulator.evaluation.figures import Books, Figures
from services.simulator.evaluation.nation import Standing, ranking
from services.simulator.evaluation.points import GROUPS
from services.simulator.evaluation.request import Body, Period, Refusal
from services.simulator.faults import EVALUATION, Nulls
from services.simulator.province import PROVINCE
from services.simulator.systems import Systems
from services.simulator.world import World

_ADMINISTRATIVE = "ADMINISTRATIVE_UNIT"
_RANKING = "service-results"
_LONGEST = 200
"""The largest page of most endpoints."""


class Listing(NamedTuple):
    """How one endpoint answers: the largest page, the names of its two parts, what writes them, and its key for the filter."""

    largest: int
    above: str
    below: str
    parent: wire.Writer
    child: wire.Writer
    filter_key: str = "formalityId"
    read_period: Callable[[Body, date], Period] = asked_for.period


class Evaluation:
    """The seven endpoints. A refusal is an answer with status 201 whose `code` is not OK."""

    def __init__(self, systems: Systems, world: World) -> None:
        self._systems = systems
        self._books = Books(world)
        self._seed = world.size.seed
        self._units = {wire.department_id(agency.code): agency.code for agency in world.catalogue.listed}
        self._procedures = world.catalogue.by_code
        progress = partial(wire.progress, office=world.office)
        self._listings: Mapping[str, Listing] = {
            "transparency": _metrics("CKMB"),
            "dvc-progress-tree": Listing(100, "parent", "children", progress, progress),
            "provide-online-tree": Listing(_LONGEST, "parent", "children", wire.online_parent, wire.online_child),
            "formality-online-payment-tree": Listing(100, "parent", "children", wire.payment, wire.payment),
            "dossier-digitized": _metrics("MDSH")._replace(filter_key="formalityID"),
            "handling-satisfaction": _metrics("MDHL")._replace(read_period=asked_for.span),
        }

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/v1/reporting/evaluation/{name}", self.ask, methods=["POST"]),
            Route("/evaluation", self.exact, methods=["GET"]),
        ]

    async def ask(self, request: Request) -> Response:
        """Answer one endpoint."""
        if refused := await self._systems.refusal(EVALUATION):
            return refused
        try:
            data = await self._data(request.path_params["name"], asked_for.body(await request.body()))
        except Refusal as refusal:
            return self._answer({"code": refusal.code, "data": None, "message": refusal.message})
        return self._answer({"code": "OK", "data": data, "message": "Thành công"})

    async def exact(self, request: Request) -> Response:
        """Return the exact sums and ratios of a `unit` for a `period` (`2026-11`, `2026-Q4`, `2026`), ended or not."""
        try:
            period = asked_for.named(request.query_params.get("period", ""))
        except ValueError:
            return json_answer({"error": "period must be like 2026-11, 2026-Q4 or 2026"}, 422)
        unit = (await self._figures(period)).get(request.query_params.get("unit", PROVINCE))
        if unit is None:
            return json_answer({"error": "no such unit"}, 404)
        sums = {name: value for name, value in msgspec.structs.asdict(unit.sums).items() if isinstance(value, int)}
        points = {group: float(score) for group, score in _groups(unit).items()}
        return json_answer({"unit": unit.agency.code, "period": period, "sums": sums, "ratios": unit.ratios, "points": points})

    async def _data(self, name: str, body: Body) -> dict[str, Any]:
        if name == _RANKING:
            return await self._ranking(body)
        listing = self._listings.get(name)
        if listing is None:
            raise Refusal("NOT_FOUND", "Chỉ tiêu đánh giá không tồn tại")
        root, procedure = self._root(body), self._procedure(body, listing.filter_key)
        offset, size = asked_for.page(body, listing.largest)
        figures = await self._figures(listing.read_period(body, self._systems.now().date()), procedure)
        below = [unit for code, unit in figures.items() if root == PROVINCE != code]
        return {
            listing.above: self._told(listing.parent(figures[root])),
            listing.below: [self._told(listing.child(unit)) for unit in below[offset : offset + size]],
        }

    def _root(self, body: Body) -> str:
        """Return the unit asked for."""
        root = self._units.get(str(body.get("rootDepartmentId")))
        if root is None:
            raise Refusal("NOT_FOUND", "Đơn vị không tồn tại")
        return root

    def _procedure(self, body: Body, key: str) -> str | None:
        """Return the procedure to filter by, if there is one."""
        procedure = asked_for.procedure(body, key)
        if procedure not in (None, *self._procedures):
            raise Refusal("NOT_FOUND", "Thủ tục hành chính không tồn tại")
        return procedure

    async def _ranking(self, body: Body) -> dict[str, Any]:
        """Return the provinces in order: our own as it is counted, the others as they were drawn."""
        if body.get("departmentType") != _ADMINISTRATIVE:
            raise Refusal("BAD_REQUEST", "departmentType không hợp lệ")
        offset, size = asked_for.page(body, _LONGEST)
        period = asked_for.period(body, self._systems.now().date())
        own = (await self._figures(period))[PROVINCE]
        standings = ranking(Standing(PROVINCE, own.agency.name, _groups(own)), self._seed, period)
        listed = [self._told(wire.ranked(standing)) for standing in standings[offset : offset + size]]
        return {"overview": self._told(wire.average(standings)), "evaluation": listed}

    async def _figures(self, period: Period, procedure: str | None = None) -> dict[str, Figures]:
        """Return the figures as the world stands now; the counting goes on beside other requests."""
        world = self._systems.world()
        return await asyncio.to_thread(self._books.figures, self._books.shown(), period, world.now, procedure)

    def _told(self, item: wire.Item) -> wire.Item:
        return wire.unknown(item) if self._systems.faults.get(EVALUATION, Nulls) else wire.told(item)

    def _answer(self, body: dict[str, Any]) -> Response:
        return self._systems.answer(EVALUATION, body, 201)


def _metrics(group: str) -> Listing:
    write = partial(wire.scored, group)
    return Listing(_LONGEST, "overview", "evaluation", write, write)


def _groups(unit: Figures) -> dict[str, Decimal]:
    return {group: unit.points(group) for group in GROUPS}
