"""Tokens of an OpenID Connect issuer: which are good, what they allow, and how its keys come here."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
import respx
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from services.api.access.issuer import PAUSE, RENEW_AFTER, Issuer, IssuerUnavailable
from services.api.access.tokens import why_untimely
from services.api.app import create_app
from shared.access_config import AccessConfig, OidcConfig
from shared.config import Config
from tests.api.conftest import OFTEN
from tests.api.issuer import (
    AUDIENCE,
    ISSUER,
    JWKS,
    FakeIssuer,
    public_jwk,
    signed_with_the_public_key,
    unsigned,
)
from tests.api.issuer import token as signed
from tests.api.world import KEY, PROVINCE, World, ask

OIDC = OidcConfig(issuer=ISSUER, audience=AUDIENCE, agency_claim="agency", leeway=timedelta(seconds=10))
PATH = "/v1/alerts"
DAY = 86_400


def claims(**changes: Any) -> dict[str, Any]:
    """What a good token says; None takes a claim away."""
    now = int(time.time())
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "an-official", "iat": now, "exp": now + 300}
    told = {**good, "scope": "openid alerts:read", "agency": PROVINCE, **changes}
    return {name: value for name, value in told.items() if value is not None}


@pytest.fixture
def issuer() -> Iterator[FakeIssuer]:
    with respx.mock(assert_all_called=False) as router:
        yield FakeIssuer(router)


@pytest.fixture
async def client(world: World, issuer: FakeIssuer) -> AsyncIterator[httpx.AsyncClient]:
    async with ask(create_app(world.database, _config(), clock=world.clock)) as asked:
        yield asked


def _config(oidc: OidcConfig = OIDC) -> Config:
    return Config(access=OFTEN.model_copy(update={"oidc": oidc}))


async def answer(client: httpx.AsyncClient, text: str, path: str = PATH) -> httpx.Response:
    return await client.get(path, headers={"Authorization": f"Bearer {text}"})


@pytest.mark.parametrize(("algorithm", "name"), [("RS256", "rsa"), ("ES256", "ec"), ("EdDSA", "ed")])
async def test_what_the_issuer_signed_is_good(client: httpx.AsyncClient, algorithm: str, name: str) -> None:
    assert (await answer(client, signed(claims(), algorithm, name))).status_code == 200


async def test_keys_are_good_beside_tokens(client: httpx.AsyncClient) -> None:
    assert (await answer(client, KEY.text)).status_code == 200


BAD = {
    "of another issuer": lambda: signed(claims(iss="https://login.example.org")),
    "for another audience": lambda: signed(claims(aud="something-else")),
    "for others": lambda: signed(claims(aud=["a", "b"])),
    "without issuer": lambda: signed(claims(iss=None)),
    "without audience": lambda: signed(claims(aud=None)),
    "without subject": lambda: signed(claims(sub=None)),
    "without end": lambda: signed(claims(exp=None)),
    "without beginning": lambda: signed(claims(iat=None)),
    "expired": lambda: signed(claims(exp=int(time.time()) - DAY)),
    "not good yet": lambda: signed(claims(nbf=int(time.time()) + DAY)),
    "of tomorrow": lambda: signed(claims(iat=int(time.time()) + DAY, exp=int(time.time()) + 2 * DAY)),
    "an end that is no time": lambda: signed(claims(exp="tomorrow")),
    "an end without end": lambda: unsigned({"alg": "RS256", "kid": "rsa"}, claims(exp=float("inf"))),
    "a truth for an end": lambda: signed(claims(nbf=True)),
    "an end beyond all numbers": lambda: signed(claims(exp=10**400)),
    "a subject that breaks lines": lambda: signed(claims(sub="a\r\nlevel=error")),
    "a subject without end": lambda: signed(claims(sub="x" * 101)),
    "an empty subject": lambda: signed(claims(sub="")),
    "not signed": lambda: unsigned({"alg": "none", "typ": "JWT"}, claims()),
    "not signed, with a name": lambda: unsigned({"alg": "none", "kid": "rsa"}, claims()),
    "not signed, spelled otherwise": lambda: unsigned({"alg": "nOnE", "kid": "rsa"}, claims()),
    "signed with the public key": lambda: signed_with_the_public_key(claims()),
    "signed by somebody else": lambda: signed(claims(), number=1),
    "signed with the key of another name": lambda: signed(claims(), "ES256", "rsa"),
    "under an unknown name": lambda: signed(claims(), name="other"),
    "under no name": lambda: signed(claims(), name=None),
    "under a name that is no text": lambda: unsigned({"alg": "RS256", "kid": ["rsa"]}, claims(), b"x"),
    "with its key inside": lambda: signed(claims(), name="own", number=1, jwk=public_jwk("own", "RS256", 1)),
    "with a place for its key": lambda: signed(claims(), name="own", number=1, jku="https://evil.example/keys"),
    "with something critical we do not know": lambda: signed(claims(), crit=["b64"], b64=True),
    "another algorithm than the key's": lambda: unsigned({"alg": "RS512", "kid": "rsa"}, claims(), b"x" * 256),
    "changed": lambda: _changed(signed(claims()), claims(scope="admin")),
    "without its signature": lambda: signed(claims()).rpartition(".")[0] + ".",
    "no token": lambda: "a.b.c",
    "nothing between points": lambda: "..",
    "no text": lambda: "é.é.é",
    "a list": lambda: unsigned([], []),  # type: ignore[arg-type]
    "deeper than anybody reads": lambda: unsigned(_deep(), {}),
}


def _changed(text: str, other: dict[str, Any]) -> str:
    head, _, signature = text.split(".")
    return f"{head}.{unsigned({}, other).split('.')[1]}.{signature}"


def _deep() -> Any:
    found: Any = {}
    for _ in range(900):
        found = {"a": found}
    return {"alg": "RS256", "kid": "rsa", "more": found}


@pytest.mark.parametrize("why", BAD)
async def test_any_other_token_is_refused_in_the_same_words(client: httpx.AsyncClient, issuer: FakeIssuer, why: str) -> None:
    issuer.keys[2] = public_jwk("own-other", "EdDSA")
    refused = await client.get(PATH, headers={"Authorization": b"Bearer " + BAD[why]().encode()})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert refused.content == (await answer(client, "w766_nobody")).content


async def test_a_header_nested_without_end_is_refused(client: httpx.AsyncClient) -> None:
    head = base64.urlsafe_b64encode(b'{"alg":' + b"[" * 15_000).rstrip(b"=").decode()
    assert (await answer(client, f"{head}.e30.x")).status_code == 401


@pytest.mark.parametrize("known", [{"alg": "RS512"}, {"use": "enc"}, {"kid": None}])
async def test_a_key_for_something_else_signs_nothing(
    client: httpx.AsyncClient, issuer: FakeIssuer, known: dict[str, Any]
) -> None:
    issuer.keys[0] |= known
    assert (await answer(client, signed(claims()))).status_code == 401


async def test_a_shared_secret_among_the_keys_signs_nothing(client: httpx.AsyncClient, issuer: FakeIssuer) -> None:
    issuer.keys.append({"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", "kid": "secret"})
    text = unsigned({"alg": "HS256", "kid": "secret"}, claims(), b"x" * 32)
    assert (await answer(client, text)).status_code == 401


async def test_a_key_that_is_too_small_signs_nothing(client: httpx.AsyncClient, issuer: FakeIssuer) -> None:
    small = rsa.generate_private_key(65537, 1024)
    issuer.keys.append({**json.loads(RSAAlgorithm.to_jwk(small.public_key())), "kid": "small"})
    with pytest.warns(UserWarning, match="bits"):
        text = jwt.encode(claims(), small, "RS256", headers={"kid": "small"})
    assert (await answer(client, text)).status_code == 401


MAY: list[tuple[Any, int]] = [
    ("alerts:read", 200),
    (["alerts:read"], 200),
    ("admin", 200),
    ("dossiers:read", 403),
    (["alerts:read ", 7], 403),
]


async def test_the_scopes_of_a_token_are_what_it_may(client: httpx.AsyncClient) -> None:
    for written, status in MAY:
        assert (await answer(client, signed(claims(scope=written)))).status_code == status, written
    assert (await answer(client, signed(claims(scope=None)))).status_code == 403
    assert (await answer(client, signed(claims(scope={"alerts:read": True})))).status_code == 403


async def test_scopes_may_lie_deeper_in_a_token(world: World, issuer: FakeIssuer) -> None:
    oidc = OIDC.model_copy(update={"scope_claim": "realm_access.roles"})
    async with ask(create_app(world.database, _config(oidc))) as client:
        assert (await answer(client, signed(claims(realm_access={"roles": ["alerts:read"]})))).status_code == 200
        assert (await answer(client, signed(claims(**{"realm_access.roles": ["alerts:read"]})))).status_code == 200
        assert (await answer(client, signed(claims(realm_access="roles")))).status_code == 403


async def test_a_token_of_an_agency_sees_that_agency_and_those_below_it(client: httpx.AsyncClient, world: World) -> None:
    for agency, parent in (("H20.14", "H20"), ("H20.14.05", "H20.14"), ("H20.15", "H20")):
        await world.agency(agency, parent=parent)
        await world.judged(f"{agency}-261120-0001", agency=agency)
    text = signed(claims(agency="000.00.14.H20", scope="dossiers:read"))
    seen = [item["code"] for item in (await answer(client, text, "/v1/dossiers")).json()["items"]]
    assert seen == ["H20.14-261120-0001", "H20.14.05-261120-0001"]
    assert (await answer(client, text, "/v1/dossiers?agency=H20.15")).status_code == 422
    assert (await answer(client, text, "/v1/dossiers/H20.15-261120-0001")).status_code == 404


@pytest.mark.parametrize("agency", [None, "", "H19", "H2", "H200", ["H20"], 20, {"code": "H20"}])
async def test_a_token_that_names_no_agency_of_the_province_sees_nothing(client: httpx.AsyncClient, agency: Any) -> None:
    refused = await answer(client, signed(claims(agency=agency)))
    assert (refused.status_code, refused.json()["detail"]) == (403, "the token names no agency of this province")


async def test_where_no_claim_says_the_agency_a_token_sees_the_province(world: World, issuer: FakeIssuer) -> None:
    async with ask(create_app(world.database, _config(OIDC.model_copy(update={"agency_claim": None})))) as client:
        assert (await answer(client, signed(claims(agency=None)))).status_code == 200


async def test_who_a_token_is_about_is_on_the_line_of_the_request(
    client: httpx.AsyncClient, log_lines: list[dict[str, object]]
) -> None:
    text = signed(claims())
    await answer(client, text)
    assert [line["actor"] for line in log_lines if line["event"] == "request_handled"] == ["token:an-official"]
    assert text.rpartition(".")[2] not in str(log_lines)


async def test_without_an_issuer_no_token_is_good(world: World) -> None:
    async with ask(create_app(world.database, Config(access=AccessConfig()))) as client:
        assert (await answer(client, signed(claims()))).status_code == 401


@pytest.mark.parametrize(
    ("claim", "moment", "reason"),
    [
        ({"exp": 100}, 109.999, None),
        ({"exp": 100}, 110, "expired"),
        ({"nbf": 100}, 90, None),
        ({"nbf": 100}, 89.999, "not_yet"),
        ({"iat": 100}, 90, None),
        ({"iat": 100}, 89.999, "not_yet"),
    ],
)
def test_a_token_is_good_from_its_beginning_until_its_end_give_or_take(
    claim: dict[str, float], moment: float, reason: str | None
) -> None:
    assert why_untimely({"exp": 1000, "iat": 0, **claim}, moment, timedelta(seconds=10)) == reason


@given(
    st.dictionaries(st.sampled_from(["exp", "nbf", "iat"]), st.none() | st.booleans() | st.floats() | st.text() | st.integers())
)
def test_whatever_stands_for_a_time_it_is_judged_and_breaks_nothing(told: dict[str, Any]) -> None:
    assert why_untimely(told, 0.0, timedelta()) in {None, "expired", "not_yet", "times"}


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_keys_are_fetched_once_and_kept(issuer: FakeIssuer) -> None:
    asking = Issuer(OIDC, seconds=Clock())
    assert [bool(await asking.key(name)) for name in ("rsa", "ec", "rsa")] == [True, True, True]
    assert issuer.asked == 1


async def test_a_new_key_is_fetched_when_a_token_names_it_but_not_more_often_than_allowed(issuer: FakeIssuer) -> None:
    clock = Clock()
    asking = Issuer(OIDC, seconds=clock)
    assert await asking.key("rsa")
    issuer.keys = [public_jwk("rotated", "RS256", 1)]
    clock.now += PAUSE - 0.001
    assert await asking.key("rotated") is None
    clock.now += 0.001
    assert await asking.key("rotated")
    assert await asking.key("rsa") is None, "a key that was withdrawn is gone"
    assert issuer.asked == 2


async def test_a_flood_of_unknown_names_asks_the_issuer_once(issuer: FakeIssuer) -> None:
    asking = Issuer(OIDC, seconds=Clock())
    found = await asyncio.gather(*(asking.key(f"unknown-{number}") for number in range(500)))
    assert (set(found), issuer.asked) == ({None}, 1)


async def test_keys_stay_good_while_the_issuer_is_away(issuer: FakeIssuer) -> None:
    clock = Clock()
    asking = Issuer(OIDC, seconds=clock)
    assert await asking.key("rsa")
    issuer.is_away = True
    for _ in range(3):
        clock.now += RENEW_AFTER
        assert await asking.key("rsa")
        await asking.settle()
        assert await asking.key("unknown") is None
    assert issuer.asked == 4


async def test_keys_are_renewed_after_an_hour_so_that_withdrawn_ones_go(issuer: FakeIssuer) -> None:
    clock = Clock()
    asking = Issuer(OIDC, seconds=clock)
    assert await asking.key("rsa")
    issuer.keys = issuer.keys[1:]
    clock.now += RENEW_AFTER - 0.001
    assert await asking.key("rsa")
    clock.now += 0.001
    assert await asking.key("rsa"), "nobody waits for it"
    await asking.settle()
    assert await asking.key("rsa") is None


async def test_before_the_issuer_ever_answered_nothing_can_be_told_of_a_token(
    client: httpx.AsyncClient, issuer: FakeIssuer
) -> None:
    issuer.is_away = True
    refused = await answer(client, signed(claims()))
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
    assert (await answer(client, KEY.text)).status_code == 200


@pytest.mark.parametrize(
    "found",
    [
        {"issuer": "https://login.example.org", "jwks_uri": JWKS},
        {"issuer": ISSUER},
        {"issuer": ISSUER, "jwks_uri": "http://login.example.vn/certs"},
        {"issuer": ISSUER, "jwks_uri": ["x"]},
    ],
)
async def test_a_discovery_that_cannot_be_trusted_leads_nowhere(issuer: FakeIssuer, found: dict[str, Any]) -> None:
    issuer.discovery = found
    with pytest.raises(IssuerUnavailable):
        await Issuer(OIDC, seconds=Clock()).key("rsa")
    assert issuer.asked == 0


ODD = [
    httpx.Response(500),
    httpx.Response(200, text="<html>"),
    httpx.Response(200, json=[1]),
    httpx.Response(200, json={"keys": 5}),
    httpx.Response(302, headers={"Location": "https://evil.example"}),
]


@pytest.mark.parametrize("odd", ODD)
async def test_an_answer_that_cannot_be_used_is_as_good_as_none(odd: httpx.Response) -> None:
    with respx.mock() as router:
        router.get(JWKS).mock(return_value=odd)
        with pytest.raises(IssuerUnavailable):
            await Issuer(OIDC.model_copy(update={"jwks_url": JWKS}), seconds=Clock()).key("rsa")


async def test_an_address_of_keys_that_is_configured_needs_no_discovery() -> None:
    oidc = OidcConfig.model_validate({"issuer": ISSUER, "audience": AUDIENCE, "jwks_url": JWKS})
    with respx.mock() as router:
        keys = router.get(JWKS).respond(json={"keys": [public_jwk("rsa", "RS256")]})
        assert await Issuer(oidc, seconds=Clock()).key("rsa")
        assert keys.call_count == 1
