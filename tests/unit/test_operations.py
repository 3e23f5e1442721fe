"""What operators import names metrics that exist, and units that systemd understands."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from services.api.metrics import Metrics
from services.monitor.metrics import MonitorMetrics
from shared.db.engine import Database, create_engine

FOLDER = Path(__file__).parent.parent.parent / "docs" / "operations"
RULES = yaml.safe_load((FOLDER / "prometheus-alerts.yaml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((FOLDER / "grafana-dashboard.json").read_text(encoding="utf-8"))
UNITS = sorted(FOLDER.glob("*.service"))
_PARTS = ("_total", "_count", "_sum", "_bucket")


def _expressions() -> list[str]:
    rules = [rule["expr"] for group in RULES["groups"] for rule in group["rules"]]
    return rules + [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def _told() -> set[str]:
    """Return every metric either process tells, whether or not it was counted yet."""
    monitor = MonitorMetrics()
    monitor.watch_pool(Database(create_engine("postgresql://nobody@127.0.0.1:1/none", application="tests")))
    text = (Metrics().text() + monitor.text()).decode()
    return set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))


@pytest.mark.parametrize("expression", _expressions())
def test_every_expression_asks_for_metrics_that_are_told(expression: str) -> None:
    asked = set(re.findall(r"\bwatch766_\w+", expression))
    told = _told()
    assert asked
    assert {name for name in asked if name not in told and not any(name.removesuffix(part) in told for part in _PARTS)} == set()


def test_every_alert_says_how_bad_it_is_and_what_it_is() -> None:
    for rule in RULES["groups"][0]["rules"]:
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"]["summary"]


def test_no_panel_lies_on_another() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_unit(unit: Path, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    for other in UNITS:  # a unit is checked with those it names; its program is not installed here
        text = other.read_text(encoding="utf-8").replace("/opt/watch766/.venv/bin/watch766", "/bin/true")
        (tmp_path / other.name).write_text(text, encoding="utf-8")
    checked = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / unit.name)], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
