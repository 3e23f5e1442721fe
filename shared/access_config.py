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
    audience: Annotated[str, Field(min_length=1, max_length=500)]
    jwks_url: Address | None = None
    scope_claim: Claim = "scope"
    agency_claim: Claim | None = None
    leeway: Hold = timedelta(seconds=30)

    @model_validator(mode="after")
    def _issuer_can_be_asked(self) -> "OidcConfig":
        if self.jwks_url is None:
            _sealed_on_the_way(HttpUrl(self.issuer))
        return self


class RateConfig(Section):
    """So many requests a second on average, and so many at once after a silence."""

    per_second: Annotated[float, Field(gt=0, le=1_000_000)]
    burst: Annotated[int, Field(ge=1, le=1_000_000)]


class AccessConfig(Section):
    """Who may ask, and how much. `rate`: of each key; `failures`: of bad credentials from each address. `longest_stream`: after
    so long a stream has to be asked for anew, with credentials that are still good.
    """

    oidc: OidcConfig | None = None
    rate: RateConfig = RateConfig(per_second=50, burst=200)
    failures: RateConfig = RateConfig(per_second=1, burst=20)
    timeout: Length = timedelta(seconds=60)
    longest_stream: Length = timedelta(minutes=15)
    largest_body: Annotated[int, Field(ge=1024, le=100_000_000)] = 200_000
    origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = ()
    proxies: tuple[IPvAnyNetwork, ...] = ()
