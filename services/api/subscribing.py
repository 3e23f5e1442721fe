"""What it takes to make a webhook: an address that may be sent to, a secret that can be kept, an agency it is made for."""

import base64
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request

from services.api.problems import ParameterError, Problem, invalid_parameters
from shared import receivers
from shared.domain.addresses import Allowed
from shared.domain.agencies import AgencyTree
from shared.errors import AddressRefused
from shared.receivers import Resolve
from shared.sealing import Sealer

_SECRET_BYTES = 32


@dataclass(frozen=True)
class Subscribing:
    """Built once by the composition root. `sealer`: None where no key is set; `resolve`: how names become addresses."""

    sealer: Sealer | None
    allowed: Allowed
    resolve: Resolve | None = None

    async def check(self, url: str) -> None:
        """Raise the problem of an address that nothing would be sent to."""
        try:
            await receivers.check(url, self.allowed, self.resolve)
        except AddressRefused as refused:
            raise invalid_parameters([ParameterError("url", str(refused))]) from None

    def new_secret(self) -> tuple[str, bytes]:
        """Return a new secret, in clear to be shown once and sealed to be kept; raises the problem of a missing key."""
        if self.sealer is None:
            detail = "no secret can be kept here: set WATCH766_WEBHOOK_KEY for the API and the monitor"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, kind="webhooks-off")
        clear = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")
        return clear, self.sealer.seal(clear.encode("ascii"))


def owner_of(within: AgencyTree, made: str = "a webhook") -> str | None:
    """Return the agency that what a caller makes is made for, None for the whole province.

    `made`: what it is, for the problem raised where he sees several agencies.
    """
    if within.is_whole:
        return None
    tops = within.tops
    if len(tops) != 1:
        detail = f"{made} is made for one agency with those below it, and you see several"
        raise Problem(HTTPStatus.CONFLICT, detail, kind="no-single-agency")
    return tops[0]


async def subscribing(request: Request) -> Subscribing:
    """Return what the application that answers subscribes with."""
    found = request.app.state.subscribing
    if not isinstance(found, Subscribing):
        raise TypeError("the application was not built by create_app")
    return found


TheSubscribing = Annotated[Subscribing, Depends(subscribing)]
