"""Every command in a `bash` block of the documentation is run as it stands, page by page, in an empty folder."""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from tests.ports import free_ports
from tests.system.documents import PAGES, ROOT, blocks, examples
from tests.waiting import PATIENCE

ELSEWHERE = {
    "make": "installs from the network; that the recipe exists is tested, and what it runs is tested by itself",
    "docker": "there is no Docker where the tests run",
    ".venv/bin/python -m pytest": "stands for the tree that the page makes: test_tutorials.py runs it there",
    **({} if shutil.which("node") else {"node": "Node is not installed here"}),
}
"""How a command begins that is not run here, and why."""

GUIDE = ROOT / "docs" / "integrating.md"

PORTS = ("8766", "9101", "9102", "9103")
ANSWERS = {"watch766 simulate": "http://127.0.0.1:9101/world", "watch766 api": "http://127.0.0.1:8766/healthz"}
"""What is started in the background and waited for, as a reader would."""


def commands(page: Path) -> list[str]:
    return [line for block in blocks(page, "bash") for line in block.splitlines() if line]


def _is_run_here(command: str) -> bool:
    return not command.startswith(tuple(ELSEWHERE))


SAME = {"README.vi.md"}
"""Pages with the commands of another one: tests/unit/test_docs.py compares them."""

TOLD = [page for page in PAGES if page.name not in SAME and any(map(_is_run_here, commands(page)))]


@pytest.mark.parametrize("page", TOLD, ids=lambda page: page.name)
async def test_the_commands_of_a_page_work(page: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("reader")
    script = [line for command in commands(page) if _is_run_here(command) for line in _as_run(command)]
    if "watch766 simulate" not in "\n".join(script):
        script = [*_ANY_SYSTEMS, *script]
    _write(folder, "\n".join([*_PREAMBLE, *script]))
    with (folder / "told").open("wb") as told:
        process = await asyncio.create_subprocess_exec(
            "bash", "script", cwd=folder, env=_environ(folder), stdout=told, stderr=told, start_new_session=True
        )
    try:
        status = await asyncio.wait_for(process.wait(), PATIENCE)
    except TimeoutError:
        os.killpg(process.pid, signal.SIGTERM)
        raise
    assert status == 0, (folder / "told").read_text(encoding="utf-8")[-4000:]


def test_every_page_that_shows_commands_is_known() -> None:
    assert {page.name for page in TOLD} == {
        "README.md",
        "access.md",
        "configuration.md",
        "integrating.md",
        "operating.md",
        "scoring.md",
        "simulator.md",
    }


def test_every_recipe_exists() -> None:
    recipes = {command.split()[1] for page in PAGES for command in commands(page) if command.startswith("make ")}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert recipes >= {"run", "test"}
    assert {recipe for recipe in recipes if f"\n{recipe}:" not in makefile} == set()


def test_what_is_shown_to_be_typed_is_in_a_block_that_is_run() -> None:
    typed = ("watch766 ", "curl ", "make ", "docker ", "export ", "$ ")
    unmarked = [line for page in PAGES for block in blocks(page, "") for line in block.splitlines() if line.startswith(typed)]
    assert unmarked == []


def _until(url: str) -> str:
    return f"until curl --silent --fail --output /dev/null {url}; do sleep 0.2; done"


_PREAMBLE = ("set -euo pipefail", "trap 'kill $(jobs -p); wait' EXIT")


_WITHOUT_SECRETS = "env -u DVCQG_PASSWORD -u IGATE_SECRET "  # systems that take any
_ANY_SYSTEMS = (_WITHOUT_SECRETS + "watch766 simulate --dossiers 300 &", _until(ANSWERS["watch766 simulate"]))


def _as_run(command: str) -> list[str]:
    waits = [_until(url) for start, url in ANSWERS.items() if command.startswith(start)]
    return [command, *waits] if "&" in command.split() else [command]


def _write(folder: Path, script: str) -> None:
    """Give the reader the files the pages speak of, and other ports than other tests have."""
    ports = {port: str(free) for port, free in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    (two,) = blocks(ROOT / "docs" / "configuration.md", "yaml")
    example = (ROOT / "config.example.yaml").read_text(encoding="utf-8")
    for name, text in {"script": script, "config.yaml": two, "config.example.yaml": example, **examples(GUIDE)}.items():
        for port, free in ports.items():
            text = text.replace(f":{port}", f":{free}")
        (folder / name).write_text(text, encoding="utf-8")
    simulated = " ".join(
        f"--{name}-port={ports[port]}" for name, port in zip(("portal", "home", "special"), PORTS[1:], strict=True)
    )
    text = (folder / "script").read_text(encoding="utf-8").replace("watch766 simulate", f"watch766 simulate {simulated}")
    command = folder / "bin" / "watch766"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m services.cli "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    (folder / "script").write_text(f"export WATCH766_API_PORT={ports['8766']}\n{text}", encoding="utf-8")


def _environ(folder: Path) -> dict[str, str]:
    """What an operator has set before; a page may set it anew."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WATCH766_")}
    secrets = {"DVCQG_PASSWORD": "one", "IGATE_SECRET": "two", "LAND_SECRET": "two"}
    return (
        kept | secrets | {"WATCH766_CONFIG": "config.yaml", "PYTHONPATH": str(ROOT), "PATH": f"{folder / 'bin'}:{kept['PATH']}"}
    )
