"""Who may ask, as it is configured."""

import pytest

from shared.config import load_config
from shared.errors import ConfigError

ISSUER = "{issuer: 'https://login.example.vn/a', audience: watch766"


def load(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(f"access: {text}")
    return load_config(path).access


def test_what_is_not_said_has_its_default(tmp_path):
    access = load(tmp_path, "{}")
    assert (access.oidc, access.origins, access.proxies) == (None, (), ())
    assert (access.rate.per_second, access.rate.burst, access.failures.burst) == (50, 200, 20)


def test_an_issuer_needs_its_name_and_ours(tmp_path):
    oidc = load(tmp_path, f"{{oidc: {ISSUER}}}}}").oidc
    assert (oidc.scope_claim, oidc.agency_claim, oidc.leeway.total_seconds()) == ("scope", None, 30)
    assert load(tmp_path, f"{{oidc: {ISSUER}, jwks_url: 'http://127.0.0.1:9/keys'}}}}").oidc.jwks_url


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{open: true}", "access.open: unknown key"),
        ("{oidc: {issuer: 'https://a.vn'}}", "access.oidc.audience: Field required"),
        ("{oidc: {issuer: 'http://login.example.vn', audience: a}}", "must begin with https://"),
        ("{oidc: {issuer: 'login', audience: a}}", "access.oidc"),
        (
            "{oidc: {issuer: i, audience: a, jwks_url: 'http://keys.example.vn'}}",
            "access.oidc.jwks_url: must begin with https://",
        ),
        ("{oidc: {issuer: 'https://a.vn', audience: ''}}", "access.oidc.audience"),
        ("{rate: {per_second: 0, burst: 1}}", "access.rate.per_second"),
        ("{rate: {per_second: 1, burst: 0}}", "access.rate.burst"),
        ("{rate: 50}", "access.rate"),
        ("{timeout: 0s}", "access.timeout"),
        ("{largest_body: 10}", "access.largest_body"),
        ("{origins: ['*']}", "access.origins"),
        ("{origins: ['https://a.vn/']}", "must be an origin"),
        ("{origins: ['https://a.vn/path']}", "must be an origin"),
        ("{origins: ['https://A.vn']}", "must be an origin"),
        ("{origins: ['ftp://a.vn']}", "access.origins"),
        ("{proxies: ['everyone']}", "access.proxies"),
    ],
)
def test_what_cannot_be_meant_stops_the_start(tmp_path, text, said):
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, text)
    assert said in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
