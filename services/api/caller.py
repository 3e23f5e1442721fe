"""Who asks, and what a route asks for before it answers him."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import HTTPBearer, SecurityScopes

from services.api.problems import forbidden
from shared.db.views.seen import Seen
from shared.domain.access import Actor, Scope, missing
from shared.domain.agencies import AgencyTree

NOBODY = Actor("nobody")


@dataclass(frozen=True)
class Caller:
    """Somebody the gate let in.

    `within`: the agencies whose dossiers he may see; `actor`: as the audit log names him; `agency`: the one he is bound to,
    None where that is the whole province; `seen`: the database as it was when he was let in, None where it was not asked.
    """

    within: AgencyTree
    actor: Actor = NOBODY
    scopes: frozenset[Scope] = frozenset()
    agency: str | None = None
    seen: Seen | None = None


_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="A key (`watch766 keys create`) or a token of the province's OpenID Connect issuer. Scopes: "
    + ", ".join(f"`{scope}`" for scope in Scope),
)
"""For the OpenAPI document: the gate has looked at the header before any route is."""


async def caller(request: Request, needed: SecurityScopes, _: Annotated[object, Security(_BEARER)]) -> Caller:
    """Return who asks; raises the problem of one who has not every scope the route needs."""
    found = getattr(request.state, "caller", None)
    if not isinstance(found, Caller):
        raise TypeError("no gate stands before this application")
    if lacking := missing(found.scopes, needed.scopes):
        raise forbidden(f"this needs the scope {' '.join(lacking)}", scope=" ".join(lacking))
    return found


def needs(*scopes: Scope) -> Any:
    """Return the dependency of a route that needs these scopes."""
    return Security(caller, scopes=[scope.value for scope in scopes])


ScoresReader = Annotated[Caller, needs(Scope.SCORES_READ)]
AlertsReader = Annotated[Caller, needs(Scope.ALERTS_READ)]
AlertsWriter = Annotated[Caller, needs(Scope.ALERTS_WRITE)]
ScoredDossiersReader = Annotated[Caller, needs(Scope.SCORES_READ, Scope.DOSSIERS_READ)]
DossiersReader = Annotated[Caller, needs(Scope.DOSSIERS_READ)]
OverviewReader = Annotated[Caller, needs(Scope.ALERTS_READ, Scope.DOSSIERS_READ, Scope.SCORES_READ)]
WebhooksManager = Annotated[Caller, needs(Scope.WEBHOOKS_MANAGE)]
OpsReader = Annotated[Caller, needs(Scope.OPS_READ)]
AuditReader = Annotated[Caller, needs(Scope.AUDIT_READ)]
AnyCaller = Annotated[Caller, needs()]
"""A route takes its caller as one of these. `AnyCaller`, whatever scopes he has, is for what is said to everyone alike: the
names agencies, procedures and codes have."""
