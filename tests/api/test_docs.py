"""The interactive documentation: everything it needs comes from here."""

import re
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

NAMED = re.compile(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)["']|url\(([^)]+)\)""")
HERE = "http://watch766"


def addresses(text: str) -> list[str]:
    """Return what a page, a script or a style sheet of ours loads."""
    return [(found[1] or found[2]).strip("\"'") for found in NAMED.finditer(text)]


async def test_the_page_and_everything_it_names_are_served_here(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    named = [*addresses(page.text), *addresses((await client.get("/docs/start.js")).text)]
    assert len(named) == 5
    for address in named:
        where = urljoin(f"{HERE}/docs", address)
        assert where.startswith(f"{HERE}/"), address
        response = await client.get(where)
        assert (response.status_code, bool(response.content)) == (200, True), address


async def test_the_style_sheet_loads_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    css = (await client.get("/docs/swagger-ui.css")).text
    assert {urlsplit(address).scheme for address in addresses(css)} <= {"data"}
    assert "@import" not in css


async def test_the_browser_is_told_to_load_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    policy = dict(
        rule.strip().split(" ", 1) for rule in (await client.get("/docs")).headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    allowed = {source for sources in policy.values() for source in sources.split()}
    assert allowed <= {"'none'", "'self'", "'unsafe-inline'", "data:"}
    assert "'unsafe-inline'" not in policy["script-src"]


async def test_the_page_is_started_without_asking_a_validator(client: httpx.AsyncClient) -> None:
    script = (await client.get("/docs/start.js")).text
    assert "validatorUrl: null" in script
    assert "http" not in script


@pytest.mark.parametrize(
    "path", ["/docs/other.js", "/docs/__init__.py", "/docs/..%2fmain.py", "/docs/", "/redoc", "/docs/oauth2-redirect"]
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
