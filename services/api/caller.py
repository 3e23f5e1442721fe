"""Who asks. Today everyone sees the whole province; access control fills this in, no route has to change."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from shared.domain.agencies import WHOLE_PROVINCE, AgencyTree


@dataclass(frozen=True)
class Caller:
    """`within`: the agencies whose dossiers the caller may see."""

    within: AgencyTree


async def caller() -> Caller:
    """Return who asks."""
    return Caller(within=WHOLE_PROVINCE)


AnyCaller = Annotated[Caller, Depends(caller)]
