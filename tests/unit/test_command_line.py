"""What the command line takes and refuses before anything is started."""

from datetime import timedelta

import pytest

from services.cli import command_line


@pytest.mark.parametrize(("written", "every"), [("5s", timedelta(seconds=5)), ("1ms", timedelta(milliseconds=1))])
def test_dossiers_arrive_as_often_as_is_said(written: str, every: timedelta) -> None:
    assert command_line().parse_args(["simulate", f"--arrival-every={written}"]).arrival_every == every


@pytest.mark.parametrize("written", ["0s", "0.5s", "5"])
def test_a_length_that_is_none_is_refused(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command_line().parse_args(["simulate", f"--arrival-every={written}"])
    assert "--arrival-every" in capsys.readouterr().err
