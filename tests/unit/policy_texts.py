"""The package's policy files as texts to be spoiled, and the one line each is refused with."""

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
import yaml

from shared.errors import ConfigError
from shared.strict_yaml import parse

FOLDER = files("shared.policy")
GONE = object()


def text_of(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def changed(name: str, *changes: tuple[str, Any]) -> str:
    """Return a file of the package with values put in other places; `GONE` takes the key away."""
    raw = json.loads(json.dumps(parse(text_of(name), name)))
    for place, value in changes:
        *way, last = (int(part) if part.isdigit() else part for part in place.split("."))
        at = raw
        for part in way:
            at = at[part]
        if value is GONE:
            del at[last]
        else:
            at[last] = value
    return yaml.safe_dump(raw, allow_unicode=True, sort_keys=False)


def refusal(load: Callable[[], object]) -> str:
    with pytest.raises(ConfigError) as refused:
        load()
    assert "\n" not in str(refused.value)
    return str(refused.value)
