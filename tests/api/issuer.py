"""An OpenID Connect issuer that signs what a test wants signed; it is asked through respx."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
import jwt
import respx
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

ISSUER = "https://login.example.vn/realms/province"
AUDIENCE = "watch766"
JWKS = f"{ISSUER}/certs"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"

Headers = Mapping[str, Any]


@cache
def private_key(algorithm: str, number: int = 0) -> Any:
    """Return a private key, always the same one for a number."""
    if algorithm == "RS256":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else ed25519.Ed25519PrivateKey.generate()


def public_jwk(name: str, algorithm: str, number: int = 0, **more: Any) -> dict[str, Any]:
    """Return a public key as issuers publish it."""
    writer: Any = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}[algorithm]
    return {**json.loads(writer.to_jwk(private_key(algorithm, number).public_key())), "kid": name, "use": "sig", **more}


def token(claims: Mapping[str, Any], algorithm: str = "RS256", name: str | None = "rsa", number: int = 0, **headers: Any) -> str:
    """Return what the issuer signs."""
    told = {"kid": name, **headers} if name is not None else headers
    return jwt.encode(dict(claims), private_key(algorithm, number), algorithm, headers=told)


def unsigned(header: Mapping[str, Any], claims: Mapping[str, Any], signature: bytes = b"") -> str:
    """Return a token made by hand, whatever a library would refuse to make."""
    return ".".join(_part(part) for part in (_json(header), _json(claims), signature))


def signed_with_the_public_key(claims: Mapping[str, Any]) -> str:
    """Return a token whose shared secret is the public key, which everybody has."""
    public = private_key("RS256").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    text = unsigned({"alg": "HS256", "kid": "rsa", "typ": "JWT"}, claims).rpartition(".")[0]
    return f"{text}.{_part(hmac.new(public, text.encode(), hashlib.sha256).digest())}"


class FakeIssuer:
    """Publishes keys; counts how often it is asked; is away when it is told to be."""

    def __init__(self, router: respx.MockRouter) -> None:
        self.keys = [public_jwk("rsa", "RS256"), public_jwk("ec", "ES256"), public_jwk("ed", "EdDSA")]
        self.discovery: dict[str, Any] = {"issuer": ISSUER, "jwks_uri": JWKS}
        self.asked = 0
        self.is_away = False
        router.get(DISCOVERY).mock(side_effect=lambda _: httpx.Response(200, json=self.discovery))
        router.get(JWKS).mock(side_effect=self._answer)

    def _answer(self, _: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.is_away:
            raise httpx.ConnectError("away")
        return httpx.Response(200, json={"keys": self.keys})


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode()


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
