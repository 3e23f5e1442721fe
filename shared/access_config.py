"""The configuration of who may ask the API, and how much."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, HttpUrl, IPvAnyNetwork, model_validator

from shared.lengths import Hold, Length
from shared.strict_yaml import Section

_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})


def _sealed_on_the_way(value: HttpUrl) -> HttpUrl:
    """Refuse an address whose answers anybody between could change: with other keys, any token would be good."""
    if value.scheme != "https" and value.host not in _LOCAL:
        raise ValueError("must begin with https://")
    return value


def _origin(value: str) -> str:
    address = HttpUrl(value)
    if value != f"{address.scheme}://{value.partition('://')[2].partition('/')[0]}".lower():
        raise ValueError("must be an origin such as https://dashboard.example.vn: lower case, no path, no slash at its end")
    return value


Address = Annotated[HttpUrl, AfterValidator(_sealed_on_the_way)]
Claim = Annotated[str, Field(min_length=1, max_length=100)]


class OidcConfig(Section):
    """Tokens of an OpenID Connect issuer. `jwks_url` unset: found by discovery; `agency_claim` unset: all see the province."""

    issuer: Annotated[str, Field(min_length=1, max_length=500)]
    """the OpenID Connect issuer whose tokens are good; without `access.oidc` only keys are"""
    audience: Annotated[str, Field(min_length=1, max_length=500)]
    """`aud` of a token for this API"""
    jwks_url: Address | None = None
    """where the issuer's keys are, https; none: found by discovery"""
    scope_claim: Claim = "scope"
    """the claim with the scopes"""
    agency_claim: Claim | None = None
    """the claim with the agency; none: every token sees the whole province"""
    leeway: Hold = timedelta(seconds=30)
    """how much clocks may differ"""

    @model_validator(mode="after")
    def _issuer_can_be_asked(self) -> "OidcConfig":
        if self.jwks_url is None:
            _sealed_on_the_way(HttpUrl(self.issuer))
        return self


class RateConfig(Section):
    """So many requests a second on average, and so many at once after a silence."""

    per_second: Annotated[float, Field(gt=0, le=1_000_000)]
    """on average"""
    burst: Annotated[int, Field(ge=1, le=1_000_000)]
    """at once after a silence"""


class AccessConfig(Section):
    """Who may ask, and how much. `rate`: of each key; `failures`: of bad credentials from each address. `longest_stream`: after
    so long a stream has to be asked for anew, with credentials that are still good.
    """

    oidc: OidcConfig | None = None
    rate: RateConfig = RateConfig(per_second=50, burst=200)
    """requests of each key or token"""
    failures: RateConfig = RateConfig(per_second=1, burst=20)
    """bad credentials from each address"""
    timeout: Length = timedelta(seconds=60)
    """until an answer has begun; `/v1/events` may wait 30 s for news"""
    longest_stream: Length = timedelta(minutes=15)
    """until a client of `/v1/stream` has to ask anew, with credentials that are still good"""
    largest_body: Annotated[int, Field(ge=1024, le=100_000_000)] = 200_000
    """bytes of a request's body"""
    origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = ()
    """origins whose pages browsers let ask: `https://dashboard.example.vn`"""
    proxies: tuple[IPvAnyNetwork, ...] = ()
    """addresses and networks of proxies that are believed whom they ask for: `10.0.0.0/8`"""
