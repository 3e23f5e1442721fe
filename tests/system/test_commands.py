"""The command as a person or a script has it."""

import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import psutil
import pytest

from shared.sealing import new_key
from tests.ports import free_ports
from tests.system.running import until
from tests.waiting import PATIENCE

ROOT = Path(__file__).parent.parent.parent

CONFIG = """
province: H20
portal: {base_url: "http://127.0.0.1:1", username: watch766, password: "${DVCQG_PASSWORD}", unit_code: H20}
home: [{name: igate, base_url: "http://127.0.0.1:1", client_id: watch766, client_secret: "${IGATE_SECRET}"}]
"""


class Shell:
    """Runs the command in a folder of its own with an embedded server there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("WATCH766_")}
        self.environ |= {"WATCH766_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT)}

    async def run(self, *arguments: str, **environ: str) -> tuple[int, str, str]:
        """Return exit status, stdout and stderr."""
        process = await self.start(*arguments, **environ)
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        return process.returncode or 0, out.decode(), err.decode()

    async def start(self, *arguments: str, **environ: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.cli",
            *arguments,
            cwd=self.folder,
            env=self.environ | environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    def config(self, text: str) -> str:
        path = self.folder / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(tmp_path_factory.mktemp("shell"))


@pytest.mark.parametrize(
    ("text", "environ", "said"),
    [
        ("", {}, "portal: is missing"),
        (CONFIG, {}, "portal.password: the environment variable DVCQG_PASSWORD is not set"),
        (CONFIG + "rules: {sync: {holds: 15m}}", {"DVCQG_PASSWORD": "x", "IGATE_SECRET": "y"}, "rules.sync.holds: unknown key"),
        (CONFIG.replace("H20\n", "Đồng Tháp\n"), {"DVCQG_PASSWORD": "x", "IGATE_SECRET": "y"}, "province:"),
        ("province: [", {}, "not YAML, line"),
    ],
)
async def test_a_bad_configuration_stops_the_start_with_one_line_that_names_the_key(
    shell: Shell, text: str, environ: dict[str, str], said: str
) -> None:
    status, out, err = await shell.run("monitor", "--once", WATCH766_CONFIG=shell.config(text), **environ)
    assert (status, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1
    assert not (shell.folder / "data").exists(), "nothing was started for it"


async def test_a_bad_variable_is_named(shell: Shell) -> None:
    status, _, err = await shell.run("api", WATCH766_API_PORT="many")
    assert status == 2
    assert err.startswith("watch766: WATCH766_API_PORT: ")
    assert len(err.splitlines()) == 1


async def test_a_service_refuses_another_schema_and_migrate_mends_it(shell: Shell) -> None:
    config = {"WATCH766_CONFIG": shell.config(CONFIG), "DVCQG_PASSWORD": "geheim-1", "IGATE_SECRET": "geheim-2"}
    for service in ("monitor", "api"):
        status, _, err = await shell.run(service, **config)
        assert (status, "run `watch766 migrate`" in err.splitlines()[-1]) == (2, True)
    assert (await shell.run("migrate"))[0] == 0
    status, out, err = await shell.run("monitor", "--once", **config)
    assert (status, out) == (1, ""), "no source can be read at port 1"
    assert "geheim" not in err
    await _until_servers(shell, 0)  # the embedded one stops with its last user


async def test_a_key_is_made_on_a_fresh_database_listed_and_revoked(shell: Shell) -> None:
    status, out, err = await shell.run("keys", "create", "--name", "a b", "--scope", "ops:read", "--expires", "90d", "--json")
    key = json.loads(out)
    assert (status, list(key)) == (0, ["key"])
    assert re.fullmatch(r"w766_[a-z2-7]{8}_[a-z2-7]{52}", key["key"])
    assert key["key"] not in err
    prefix = key["key"].split("_")[1]
    plain = await shell.run(
        "keys", "create", "--name", "c", "--scope", "alerts:read", "--scope", "scores:read", "--agency", "H20.14"
    )
    assert (plain[0], plain[1].count("\n"), plain[1][:5]) == (0, 1, "w766_")
    kept = json.loads((await shell.run("keys", "list", "--json"))[1])
    assert [(one["name"], one["scopes"], one["agency"]) for one in kept] == [
        ("c", ["alerts:read", "scores:read"], "H20.14"),
        ("a b", ["ops:read"], None),
    ]
    assert (await shell.run("keys", "revoke", prefix))[0] == 0
    listed = (await shell.run("keys", "list"))[1]
    assert "digest" not in listed
    assert [line.endswith("REVOKED") for line in listed.splitlines()] == [False, True]
    status, out, err = await shell.run("keys", "revoke", "nobody")
    assert (status, out, "keys list" in err) == (2, "", True)
    await _until_servers(shell, 0)


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (["--name", "n", "--scope", "everything"], "there is no such scope"),
        (["--name", "a\nb", "--scope", "admin"], "characters that can be printed"),
        (["--name", "", "--scope", "admin"], "characters that can be printed"),
        (["--name", "n"], "--scope"),
        (["--name", "n", "--scope", "admin", "--expires", "soon"], "90d"),
        (["--name", "n", "--scope", "admin", "--expires", "0d"], "10 years"),
        (["--name", "n", "--scope", "admin", "--agency", "H19.1"], "not an agency of H20"),
    ],
)
async def test_a_key_that_cannot_be_made_is_told_why(shell: Shell, odd: list[str], said: str) -> None:
    status, out, err = await shell.run("keys", "create", *odd)
    assert (status, out, said in err) == (2, "", True)
    assert not (shell.folder / "data").exists(), "nothing was started for it"


async def test_secrets_are_sealed_anew_only_with_a_key(shell: Shell) -> None:
    status, out, err = await shell.run("reseal")
    assert (status, out, err.strip()) == (2, "", "watch766: WATCH766_WEBHOOK_KEY: is not set, nothing can be sealed")
    assert (await shell.run("migrate"))[0] == 0
    status, out, _ = await shell.run("reseal", WATCH766_WEBHOOK_KEY=new_key())
    assert (status, out) == (0, "0 secrets are sealed with the first key\n")
    await _until_servers(shell, 0)


async def test_the_embedded_server_stops_when_the_last_process_ends_however_the_others_did(shell: Shell) -> None:
    assert (await shell.run("migrate"))[0] == 0
    killed, stopped = [await shell.start("api", WATCH766_API_PORT=str(port)) for port in free_ports(2)]
    for service in (killed, stopped):
        await _until_said(service, "api_started")
    killed.send_signal(signal.SIGKILL)
    await killed.wait()
    assert len(_servers(shell)) == 1
    stopped.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(stopped.wait(), PATIENCE) == 0
    await _until_servers(shell, 0)


async def test_the_demo_shows_a_line_that_works_tells_what_arrives_and_goes_on_with_its_data(shell: Shell) -> None:
    first = await _demo(shell)
    again = await _demo(shell)
    assert first["items"]
    assert {alert["id"] for alert in first["items"]} & {alert["id"] for alert in again["items"]}
    await _until_servers(shell, 0)


async def _demo(shell: Shell) -> dict[str, Any]:
    """Start the demo, follow the line it prints, let its receiver be told of something, stop it as Ctrl-C does; returns what
    that line answers.
    """
    process = await shell.start("demo", "--dossiers", "300", WATCH766_API_PORT=str(free_ports(1)[0]))
    line = await _until_said(process, "curl")
    said = re.search(r"-H 'Authorization: (Bearer \S+)' '(http\S+)'", line)
    assert said
    async with httpx.AsyncClient(trust_env=False, timeout=60, headers={"Authorization": said[1]}) as client:
        answer = (await client.get(said[2])).raise_for_status().json()
        await _let_it_be_told(client, urljoin(said[2], "/v1/webhooks"))
        await _until_said(process, "told  score.dropped  ")
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0
    return answer  # type: ignore[no-any-return]


async def _let_it_be_told(client: httpx.AsyncClient, webhooks: str) -> None:
    """Have a sample sent to the receiver of the demo, which tells only what it has verified."""
    [webhook] = (await client.get(webhooks)).raise_for_status().json()["items"]
    sample = await client.post(f"{webhooks}/{webhook['id']}/test", json={"event": "score.dropped"})
    sample.raise_for_status()


async def _until_said(process: asyncio.subprocess.Process, word: str) -> str:
    """Return the first line on stderr with a word; fails when the process ends before it says so."""
    assert process.stderr
    line = ""
    async with asyncio.timeout(PATIENCE):
        while word not in line:
            line = (await process.stderr.readline()).decode()
            assert line, "it has ended"
    return line


async def _until_servers(shell: Shell, count: int) -> None:
    """A server has stopped some moments before its process is gone."""

    async def reached() -> bool:
        return len(_servers(shell)) == count

    await until(reached)


def _servers(shell: Shell) -> list[int]:
    """Return the PostgreSQL servers that run in the shell's data directory, without what they have just forked."""
    data = str((shell.folder / "data").resolve())
    found = {
        process.pid: process.info["ppid"]
        for process in psutil.process_iter(["name", "cmdline", "ppid"])
        if process.info["name"] == "postgres" and any(data in part for part in process.info["cmdline"] or [])
    }
    return [pid for pid, parent in found.items() if parent not in found]
