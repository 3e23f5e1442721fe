"""The three systems as one thing that moves with the clock: the world brought up to now, and the faults of the day."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from services.simulator import effects, home_wire, portal_wire
from services.simulator.faults import ClockAhead, ClockBehind, Expired, Fault, Faults, MovingRows
from services.simulator.shelf import Row
from services.simulator.timeline import PORTAL, Plan
from services.simulator.world import World
from shared.domain.working_time import LOCAL

Clock = Callable[[], datetime]


class Systems:
    """What the three listeners share. The clock is read here and nowhere else."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world, self._clock = world, clock
        self.faults = Faults()
        self.doors: dict[str, Door] = {}

    def now(self) -> datetime:
        return self._clock().astimezone(LOCAL)

    def world(self) -> World:
        """Return the world as it is now."""
        self._world.advance(self.now())
        return self._world

    def world_for_a_page(self, system: str, size: int) -> World:
        """Return the world for a request of a page of so many rows; with that fault set, some rows move first."""
        world = self.world()
        if fault := self.faults.get(system, MovingRows):
            effects.move_rows(world, fault, size, self.now())
        return world

    async def refusal(self, system: str) -> Response | None:
        """Return the answer that a fault gives in place of a system's own, after the time that the system takes."""
        await self.faults.wait(system)
        return self.faults.refusal(system)

    def item(self, row: Row, system: str) -> Any:
        """Return a row in its system's own words, spoiled if it is."""
        if row.plan is None:
            return row.junk
        phase = row.plan.phases(system)[row.phase]
        if system == PORTAL:
            item = portal_wire.dossier(row.plan, phase, row.updated)
        else:
            item = home_wire.dossier(row.plan, phase, row.updated, system, self._world.catalogue)
        return row.spoil(item) if row.spoil else item

    def answer(self, system: str, body: Any, status: int = 200) -> Response:
        """Return a JSON answer of a system, cut short if that fault is set."""
        return Response(self.faults.cut(system, msgspec.json.encode(body)), status, media_type="application/json")

    def set_fault(self, fault: Fault) -> Sequence[Plan]:
        """Let a fault begin, in place of one of its kind; return the dossiers that have news by it at once."""
        if isinstance(fault, Expired):
            self.doors[fault.system].forget()
            return ()
        for kind in (ClockAhead, ClockBehind) if isinstance(fault, ClockAhead | ClockBehind) else (type(fault),):
            self.clear_faults(fault.system, str(kind.__struct_config__.tag))
        if not isinstance(fault, effects.AT_ONCE):
            self.faults.add(fault)
        return effects.begin(self.world(), fault, self.now())

    def clear_faults(self, system: str | None = None, kind: str | None = None) -> None:
        """Let the faults of a system and a kind end, None standing for any."""
        for fault in self.faults.clear(system, kind):
            effects.end(self.world(), fault, self.now())


class Door:
    """Who was let in, until when. A restart forgets everyone."""

    def __init__(self, lasts: float, clock: Clock) -> None:
        self._lasts, self._clock = lasts, clock
        self._passes: dict[str, float] = {}

    def let_in(self, name: str) -> None:
        self._passes[name] = self._clock().timestamp() + self._lasts

    def knows(self, name: object) -> bool:
        """Return whether a pass was given and is still good."""
        return isinstance(name, str) and self._passes.get(name, 0) > self._clock().timestamp()

    def forget(self) -> None:
        """Make every pass invalid."""
        self._passes.clear()


async def nobody_waits(_: Request, __: Exception) -> Response:
    """Answer a caller who has left in the middle of asking: no fault of anybody."""
    return Response(status_code=400)


GONE = {ClientDisconnect: nobody_waits}
"""What every system does where a caller has gone away."""


def is_secret(given: object, expected: str | None) -> bool:
    """Return whether a password is right; where none is set, any that is not empty."""
    return bool(given) and isinstance(given, str) and expected in (None, "", given)
