"""Whoever follows the documentation to the letter has a rule, or a source, that works."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.documents import ROOT, follow
from tests.waiting import PATIENCE


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the code that a page may change."""
    for name in ("shared", "services", "migrations", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(tree: Path, *command: str) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WATCH766_")}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tree,
        env=environ | {"PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def test_a_rule_is_added_as_the_page_says(tree: Path) -> None:
    follow(ROOT / "docs" / "adding-a-rule.md", tree)
    tests = ["test_rules_work.py", "test_rules_source.py", "test_messages.py", "test_simulator_world.py"]
    run(tree, "pytest", *(f"tests/unit/{name}" for name in tests), "-k", "not sunday")
    run(tree, "pytest", "tests/unit/test_review_properties.py", "-k", "family")
    run(tree, "pytest", "tests/api/test_openapi.py")
    run(tree, "ruff", "check", "shared", "services")
    run(tree, "ruff", "format", "--check", "shared", "services")


def test_a_source_is_added_as_the_page_says(tree: Path) -> None:
    follow(ROOT / "docs" / "adding-a-source.md", tree)
    run(tree, "pytest", "tests/contract/test_land.py")
    run(tree, "pytest", "tests/contract/test_wire_habits.py", "-k", "land or adapter")
    run(tree, "mypy")
    run(tree, "ruff", "check", "shared", "services", "tests/contract")
    run(tree, "ruff", "format", "--check", "shared", "services", "tests/contract")
