"""The documentation names what there is, and nothing else."""

import json
import re
import shlex
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from standardwebhooks import Webhook

from services.api.app import create_app
from services.api.examples.events import ALERT_DATA
from services.api.schemas.events import AlertEvent
from services.api.schemas.webhooks import NewWebhook
from services.cli import command_line
from shared.config import AnyHome, Config, Settings, load_config
from shared.db.engine import Database, create_engine
from shared.domain.events import EventType
from shared.domain.recipients import Role
from shared.domain.rules import FAMILIES
from shared.errors import ConfigError
from shared.reference import rendered, settings
from tests.system.documents import PAGES, ROOT, blocks

CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
CODE = "\n".join(path.read_text(encoding="utf-8") for part in ("services", "shared") for path in (ROOT / part).rglob("*.py"))
WRITTEN = {page: page.read_text(encoding="utf-8") for page in PAGES}
SPANS = [(page.name, span) for page, text in WRITTEN.items() for span in re.findall(r"`([^`\n]+)`", text)]


def keys(model: type[BaseModel], within: str = "") -> Iterator[str]:
    """Yield every key of the configuration file: `rules.sync.hold`, `home[].name`."""
    for name, field in model.model_fields.items():
        parts = {part for part in (field.annotation, *get_args(field.annotation)) if isinstance(part, type)}
        sections = [part for part in parts if issubclass(part, BaseModel)]
        if name == "home":
            sections, name = list(get_args(get_args(AnyHome)[0]) or get_args(AnyHome)[:1]), "home[]"
        for section in sections:
            yield from keys(section, f"{within}{name}.")
        if not sections:
            yield f"{within}{name}"


def test_every_key_of_the_configuration_is_named() -> None:
    found = set(keys(Config))
    assert {"province", "portal.username", "home[].answers_for.sectors", "home[].client_id", "rules.sync.hold"} <= found
    assert {key for key in found if f"`{key}`" not in CONFIGURATION} == set()


def test_the_tables_of_the_configuration_are_written_from_the_settings() -> None:
    assert rendered(CONFIGURATION) == CONFIGURATION, "run `make docs`"
    told = settings()
    assert {one.name for one in told} == {*keys(Config), *(f"WATCH766_{name.upper()}" for name in Settings.model_fields)}
    assert [one.name for one in told if not one.meaning] == []
    assert [one.name for one in told if f"| `{one.name}` | {one.default} | {one.meaning} |" not in CONFIGURATION] == []


def test_a_table_of_the_configuration_is_followed_by_nothing_and_names_a_key_once() -> None:
    rows = re.findall(r"^\| `([^`]+)` .*\n(.*)", CONFIGURATION, re.MULTILINE)
    named = re.findall(r"^\| `([^`]+)` \|", CONFIGURATION, re.MULTILINE)
    assert sorted(set(named)) == sorted(named)
    assert [name for name, after in rows if after and not after.startswith("| `")] == []


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("portal.every", "60s"),
        ("portal.catalogue_every", "24h"),
        ("keep.history", "731d"),
        ("portal.password", "–"),
        ("access.rate.per_second", "50"),
        ("access.failures.burst", "20"),
        ("rules.deadline.leads", "8h→2h, 40h→8h, more→24h"),
        ("calendar.hours", "07:00–11:30, 13:30–17:00"),
        ("home[].statuses", "see the example"),
        ("poll.start", "2026-01-01"),
        ("evaluation.enabled", "true"),
        ("WATCH766_DATA_DIR", "`.data`"),
    ],
)
def test_a_default_is_told_as_it_would_be_written(name: str, default: str) -> None:
    assert [one.default for one in settings() if one.name == name] == [default]


def test_every_variable_of_the_environment_is_named() -> None:
    variables = {f"WATCH766_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"`(WATCH766_\w+)`", CONFIGURATION)) == variables


def test_the_example_names_every_key_with_its_default() -> None:
    text = (ROOT / "config.example.yaml").read_text(encoding="utf-8")
    config = load_config(ROOT / "config.example.yaml")
    assert {key for key in keys(Config) if not re.search(rf"\b{key.rpartition('.')[2]}:", text)} == set()
    given = {"base_url", "username", "password", "unit_code", "client_id", "client_secret", "name", "main"}
    for found in (config.portal, *config.home):
        assert found
        for name, field in type(found).model_fields.items():
            assert name in given or getattr(found, name) == field.default, name
    assert config.model_copy(update={"portal": None, "home": ()}) == Config()


def test_the_message_of_a_bad_value_is_the_one_shown(tmp_path) -> None:
    (tmp_path / "config.yaml").write_text("rules: {sync: {hold: soon}}")
    with pytest.raises(ConfigError) as refused:
        load_config(tmp_path / "config.yaml")
    assert f"watch766: {refused.value}".replace(f"{tmp_path}/", "") in CONFIGURATION


def _leads_somewhere(page: Path, link: str) -> bool:
    """A link may name a heading: its words in lower case, joined by hyphens."""
    path, _, heading = link.partition("#")
    target = page.parent / path if path else page
    if not heading:
        return target.exists()
    headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE) if target.exists() else []
    return heading in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page) -> None:
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", WRITTEN[page]) if "://" not in link]
    assert [link for link in links if not _leads_somewhere(page, link)] == []


def test_every_file_that_is_named_is_there() -> None:
    named = {span for _, span in SPANS if re.fullmatch(r"(shared|services|tests|docs|benchmarks|migrations)/[\w./-]+", span)}
    assert named
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_command_that_is_named_can_be_given() -> None:
    commands = [span for _, span in SPANS if re.match(r"watch766 \w", span)]
    assert commands
    for command in commands:
        command_line().parse_args(shlex.split(command)[1:])


def test_every_command_and_every_option_is_named() -> None:
    commands = command_line()._subparsers._group_actions[0].choices  # argparse has no other way to ask
    for name, command in commands.items():
        assert f"`watch766 {name}" in OPERATING, name
        options = [option for action in command._actions for option in action.option_strings if option not in ("-h", "--help")]
        assert [option for option in options if option not in OPERATING] == []


def test_every_metric_and_every_event_that_is_named_is_told() -> None:
    names = {span for _, span in SPANS if re.fullmatch(r"watch766_\w+", span)}
    events = set(re.findall(r"`(\w+_\w+)`", OPERATING.partition("one log line")[2].partition("## ")[0]))
    assert names
    assert events
    assert {name for name in names if f'"{name.removesuffix("_total")}"' not in CODE} == set()
    assert {event for event in events if f'"{event}"' not in CODE} == set()


def test_every_route_that_is_named_is_served() -> None:
    routes = set(re.findall(r"`GET (/[^`]+)`", OPERATING))
    assert routes
    assert {route for route in routes if f'"{route}"' not in CODE and f'"{route.removeprefix("/v1")}"' not in CODE} == set()


def test_every_rule_is_of_a_family_that_the_readme_names() -> None:
    table = WRITTEN[ROOT / "README.md"].partition("## What it watches")[2].partition("\n## ")[0]
    assert {rule.partition(".")[0] for family in FAMILIES for rule in family.rules} <= set(re.findall(r"\*\*(\w+)\*\*", table))


def test_the_vietnamese_readme_says_what_the_other_says() -> None:
    """The same headings, families, addresses, folders and commands; the words are for who reads them."""
    english, vietnamese = (WRITTEN[ROOT / name] for name in ("README.md", "README.vi.md"))
    for pattern in (r"\*\*(\w+)\*\*[^|]*\|", r"`(?:POST |GET )?(/v1/[^`]+)`", r"^\| `(\w[\w/]+/)`", r"\]\((docs/[\w.-]+\.md)\)"):
        said = set(re.findall(pattern, english, re.MULTILINE))
        assert said
        assert said - set(re.findall(pattern, vietnamese, re.MULTILINE)) == set()
    commands = [
        [re.sub(r"\s+#.*|--name \w+", "", line) for text in blocks(ROOT / name, "bash") for line in text.splitlines()]
        for name in ("README.md", "README.vi.md")
    ]
    assert commands[0] == commands[1]
    assert unicodedata.is_normalized("NFC", vietnamese)


def test_what_integrators_are_shown_verifies_what_is_signed() -> None:
    verify, follow = blocks(ROOT / "docs" / "webhooks.md", "python")
    shown: dict[str, Any] = {}
    exec(verify + follow, shown)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body, now = '{"type":"endpoint.test"}', datetime.now(UTC)
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp()))}
    headers["webhook-signature"] = Webhook(secret).sign("msg_1", now, body)
    assert shown["read"](secret, body.encode(), headers) == {"type": "endpoint.test"}
    assert shown["read"](secret, body.encode() + b" ", headers) is None
    assert shown["read"](secret, body.encode(), headers | {"webhook-signature": "v1,abcde"}) is None
    assert callable(shown["follow"])


def test_what_integrators_are_shown_is_what_is_sent() -> None:
    page = ROOT / "docs" / "webhooks.md"
    wanted, sent = [json.loads(block) for block in blocks(page, "json")]
    NewWebhook.model_validate(wanted)
    AlertEvent.model_validate(sent)
    text = page.read_text(encoding="utf-8")
    assert [type_ for type_ in EventType if f"`{type_}`" not in text] == []
    assert [role for role in Role if f"`{role}`" not in text] == []
    assert {key: value for key, value in sent["data"].items() if key not in ("text", "short")} == {
        key: value for key, value in ALERT_DATA.items() if key not in ("text", "short")
    }
    served = create_app(Database(create_engine("postgresql://nobody@127.0.0.1/nothing", application="tests")), Config()).openapi()
    paths = set(re.findall(r"`(?:GET|POST|PATCH|DELETE) (/v1/[^` ?]+)`", text))
    assert paths
    assert paths <= set(served["paths"])
