"""YAML files read strictly: nothing is guessed, no key is there twice or unknown, and what is wrong is named with its place."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.errors import ConfigError

_MERGE = "tag:yaml.org,2002:merge"
_OWN_WORDS = {"extra_forbidden": "unknown key", "union_tag_invalid": "kind is none that this version knows"}


class Section(BaseModel):
    """A mapping of a file; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


_File = TypeVar("_File", bound=Section)


class _Loader(yaml.SafeLoader):
    """Leaves dates, times of day and fractions as they are written, so that what is wrong with one is told with its key."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001 - theirs
        keys = set()
        for key, _ in node.value:
            if key.tag != _MERGE and isinstance(key, yaml.ScalarNode):
                if key.value in keys:
                    raise _TwiceThere(f"the key {key.value} is there twice", key.start_mark)
                keys.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":int", ":float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9]\d*)$"), list("-+0123456789"))


class _TwiceThere(yaml.MarkedYAMLError):
    """A key that is there twice."""

    def __init__(self, problem: str, mark: yaml.Mark) -> None:
        super().__init__(problem=problem, problem_mark=mark)


def parse(text: str, name: str) -> dict[Any, Any]:
    """Return the mapping a text holds, an empty one for an empty text. Raises `ConfigError` naming the file and the line."""
    try:
        raw = yaml.load(text, _Loader) or {}  # noqa: S506 - a SafeLoader that guesses less
    except _TwiceThere as error:
        raise ConfigError(f"{name}: {_line(error)}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{name}: not YAML{', ' * bool(_line(error))}{_line(error)}") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{name}: must be a mapping of keys")
    return raw


Place = tuple[int | str, ...]
"""Where a problem is: keys and numbers of the items of lists."""


def checked(shape: type[_File], raw: dict[Any, Any], name: str, *, placed: Callable[[Place], Place] = tuple) -> _File:
    """Return a mapping as the shape it must have. Raises `ConfigError` with one line that names file and key.

    `placed` turns a place in the shape into the place in the file, where the two differ.
    """
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"{name}: {first_problem(error, placed=placed)}") from None


def first_problem(error: ValidationError, prefix: str = "", *, placed: Callable[[Place], Place] = tuple) -> str:
    """Return `key: what is wrong` without the value, which may be a secret."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    key = ".".join(str(part) for part in placed(problem["loc"]))
    message = _OWN_WORDS.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
    return f"{prefix}{key.upper() if prefix else key}: {message}" if key else message


def _line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}" if mark else ""
