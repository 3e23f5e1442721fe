"""What the routes about measures need: the plans' measures, and the agencies and sectors a configuration names."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from shared.domain.measures import Measures
from shared.domain.units import Offices


@dataclass(frozen=True)
class Measuring:
    """Built once by the composition root. `land_sectors`: by code."""

    measures: Measures
    land_sectors: frozenset[str]
    offices: Offices


async def measuring(request: Request) -> Measuring:
    """Return what the application that answers measures by."""
    found = request.app.state.measuring
    if not isinstance(found, Measuring):
        raise TypeError("the application was not built by create_app")
    return found


TheMeasuring = Annotated[Measuring, Depends(measuring)]
