"""What is counted, once for one dossier and summed up for many; marks and tallies are made of it (`facts/scoring.md`)."""

from datetime import date
from enum import StrEnum

import msgspec


class View(StrEnum):
    """The portal as it stands, or home: as if everything were in step."""

    PORTAL = "portal"
    HOME = "home"


class Counters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How often something is so, in one dossier (0 or 1) or summed over many.

    `accepted`: the denominator of most. `to_sync`, `synced`: 1.4. `on_time`: 2.1. `finished`, `minutes` (working time from
    acceptance to the end): 2.2. `online`: 3.3. `fee`, `paid`: 3.6. `paper`, `result`: 4.1. `digitised`: 4.2. `reused`: 4.3.
    `stored`: 4.5. `population`: 4.7. `received`, `wanting` (late, untouched or complained of): 5.3.
    `service_used`, `service_paid`: online or paid online in a procedure that counts in 3.2 or 3.4 for this agency.
    """

    accepted: int = 0
    to_sync: int = 0
    synced: int = 0
    on_time: int = 0
    finished: int = 0
    minutes: int = 0
    online: int = 0
    fee: int = 0
    paid: int = 0
    paper: int = 0
    result: int = 0
    digitised: int = 0
    reused: int = 0
    stored: int = 0
    population: int = 0
    received: int = 0
    wanting: int = 0
    service_used: int = 0
    service_paid: int = 0


COUNTERS: tuple[str, ...] = Counters.__struct_fields__


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What a dossier counts for in one view, on one local day (its month is the key's), for one agency and procedure."""

    view: View
    day: date
    agency: str
    procedure: str
    counters: Counters

    @property
    def month(self) -> date:
        return self.day.replace(day=1)
