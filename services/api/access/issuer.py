"""The public keys of an OpenID Connect issuer: fetched when they are needed, kept while the issuer is away."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import jwt
import structlog
from pydantic import TypeAdapter, ValidationError

from shared.access_config import Address, OidcConfig
from shared.calls import asked

ALGORITHMS = frozenset({"RS256", "ES256", "EdDSA"})
"""Signatures with a private key only: with a shared secret whoever can check could also sign."""

RENEW_AFTER = 3600.0
"""Seconds after which keys are fetched anew beside the requests, so that a withdrawn one is not good for ever."""

PAUSE = 30.0
"""Seconds between two questions, whatever tokens name: a flood of unknown keys does not reach the issuer."""

_TIMEOUT = 5.0

_log = structlog.get_logger(__name__)


class IssuerUnavailable(Exception):
    """The issuer has not told its keys yet: no token can be checked now."""


class Issuer:
    """Asks one issuer for its keys, one question at a time."""

    def __init__(self, config: OidcConfig, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._config = config
        self._seconds = seconds
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched_at: float | None = None
        self._asked_at: float | None = None
        self._asking = asyncio.Lock()
        self._renewing: asyncio.Task[None] | None = None

    async def key(self, name: str) -> jwt.PyJWK | None:
        """Return a key by its name (`kid`), None for one the issuer does not have; raises `IssuerUnavailable`."""
        if name not in self._keys:
            await self._ask()
        elif self._is_old() and (self._renewing is None or self._renewing.done()):
            self._renewing = asyncio.create_task(self._ask())
        if self._fetched_at is None:
            raise IssuerUnavailable
        return self._keys.get(name)

    async def settle(self) -> None:
        """Wait until keys that are being fetched are there."""
        if self._renewing is not None:
            await self._renewing

    def _is_old(self) -> bool:
        return self._fetched_at is None or self._seconds() - self._fetched_at >= RENEW_AFTER

    async def _ask(self) -> None:
        """Fetch the keys, unless that was tried a moment ago; whoever comes meanwhile waits for the same answer."""
        async with self._asking:
            if self._asked_at is not None and self._seconds() - self._asked_at < PAUSE:
                return
            self._asked_at = self._seconds()
            try:
                async with httpx.AsyncClient(timeout=_TIMEOUT) as client:
                    self._keys = await self._fetch(client)
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, jwt.PyJWTError) as error:
                _log.warning("issuer_keys_not_fetched", error=type(error).__name__)
            else:
                self._fetched_at = self._asked_at
                _log.info("issuer_keys_fetched", keys=len(self._keys))

    async def _fetch(self, client: httpx.AsyncClient) -> Mapping[str, jwt.PyJWK]:
        address = str(self._config.jwks_url) if self._config.jwks_url else await self._discover(client)
        keys = jwt.PyJWKSet.from_dict(await _object(client, address))
        return {str(key.key_id): key for key in keys if key.key_id and _signs(key)}

    async def _discover(self, client: httpx.AsyncClient) -> str:
        found = await _object(client, f"{self._config.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self._config.issuer:
            raise ValueError("the document is of another issuer")
        try:
            return str(TypeAdapter(Address).validate_python(found.get("jwks_uri")))
        except ValidationError:
            raise ValueError("the document names no address of keys that could be trusted") from None


def _signs(key: jwt.PyJWK) -> bool:
    return key.algorithm_name in ALGORITHMS and key.public_key_use in (None, "sig")


async def _object(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    with asked("GET", address):
        body = (await client.get(address)).raise_for_status().json()
    if not isinstance(body, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - as any other answer that cannot be used
    return body
