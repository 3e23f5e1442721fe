"""Tokens of the province's OpenID Connect issuer: who they are about, what they allow, at which agency."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import jwt

from services.api.access.issuer import ALGORITHMS, Issuer, IssuerUnavailable
from services.api.access.refused import Refused
from services.api.caller import Caller
from services.api.problems import Problem, forbidden
from shared.access_config import OidcConfig
from shared.db.engine import Database, translated
from shared.db.views.api_keys import reach
from shared.domain import codes
from shared.domain.access import Actor, Scope, scopes_of
from shared.domain.agencies import WHOLE_PROVINCE, AgencyTree

_REQUIRED = ["exp", "iat", "iss", "aud", "sub"]
_LONGEST_SUBJECT = 100
_NO_TIME = 1e12
_RETRY_AFTER = "30"


class Tokens:
    """Checks tokens of one issuer. `seconds` tells the time since 1970 instead of the process's clock where a test says so."""

    def __init__(
        self,
        config: OidcConfig,
        issuer: Issuer,
        database: Database,
        province: str,
        *,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._issuer = issuer
        self._database = database
        self._province = province
        self._seconds = seconds

    async def holder(self, text: str, request_id: str) -> Caller:
        """Return who holds a token; raises `Refused` for one that is not good, a problem for one without an agency."""
        claims = await self._claims(text)
        if reason := why_untimely(claims, self._seconds(), self._config.leeway):
            raise Refused(reason, "token")
        agency = self._agency(claims)
        actor = Actor(f"token:{_subject(claims)}", request_id)
        return Caller(await self._reach(agency), actor, _scopes(claims, self._config.scope_claim), agency)

    async def _claims(self, text: str) -> Mapping[str, Any]:
        """Return what a token says, once it is known who says so."""
        try:
            key = await self._key(jwt.get_unverified_header(text))
            return jwt.decode(
                text,
                key,
                algorithms=[key.algorithm_name],
                audience=self._config.audience,
                issuer=self._config.issuer,
                options={
                    "require": _REQUIRED,
                    "verify_exp": False,  # the time is checked below, by a clock that can be told
                    "verify_nbf": False,
                    "verify_iat": False,
                    "enforce_minimum_key_length": True,
                },
            )
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise Refused(type(error).__name__, "token") from None

    async def _key(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        """Return the key a token says it is signed with; it decides the algorithm, the token only names it."""
        name, algorithm = header.get("kid"), header.get("alg")
        if algorithm not in ALGORITHMS or not isinstance(name, str):
            raise Refused("algorithm", "token")
        try:
            key = await self._issuer.key(name)
        except IssuerUnavailable:
            detail = "tokens cannot be checked: their issuer does not answer"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": _RETRY_AFTER}) from None
        if key is None or key.algorithm_name != algorithm:
            raise Refused("signing_key", "token")
        return key

    def _agency(self, claims: Mapping[str, Any]) -> str | None:
        """Return the agency a token is bound to, None for the province."""
        if self._config.agency_claim is None:
            return None
        named = _claim(claims, self._config.agency_claim)
        code = codes.agency(named) if isinstance(named, str) else ""
        if not codes.is_within(code, self._province):
            raise forbidden("the token names no agency of this province")
        return None if code == self._province else code

    async def _reach(self, agency: str | None) -> AgencyTree:
        if agency is None:
            return WHOLE_PROVINCE
        with translated():
            async with self._database.engine.connect() as connection:
                return await reach(connection, self._province, agency)


def why_untimely(claims: Mapping[str, Any], now: float, leeway: timedelta) -> str | None:
    """Return why a token is not good at a moment (seconds since 1970), None when it is; clocks may differ by `leeway`."""
    slack = leeway.total_seconds()
    moments = {name: claims.get(name, now) for name in ("exp", "nbf", "iat")}
    if not all(type(moment) in (int, float) and abs(moment) < _NO_TIME for moment in moments.values()):
        return "times"
    if now >= moments["exp"] + slack:
        return "expired"
    if now < moments["nbf"] - slack or now < moments["iat"] - slack:
        return "not_yet"
    return None


def _scopes(claims: Mapping[str, Any], name: str) -> frozenset[Scope]:
    """Return the scopes of a claim: a list, or one text with spaces as OAuth 2 writes it."""
    written = _claim(claims, name)
    words = written.split() if isinstance(written, str) else written if isinstance(written, list) else []
    return scopes_of(word for word in words if isinstance(word, str))


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim by its name, or by the way to it: `realm_access.roles`."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _subject(claims: Mapping[str, Any]) -> str:
    """Return whom a token is about, as it can stand in a log."""
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise Refused("subject", "token")
    return subject
