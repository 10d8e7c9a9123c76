"""What the command line says, as it is read."""

import re

import pytest
from typer.testing import CliRunner

import launch
from cluster.audit import Audited
from cluster.audit_lines import audited_lines
from faye.database.audit import Report
from faye.utils.transaction_logger import Lag

REPORT = Report(
    violations=[],
    violations_total=0,
    players=1,
    esprits=1,
    ledger_entries=1,
    logged_entries=1,
    seconds=0.1,
    first_period=1,
    last_period=1,
    log_lag=Lag(entries=0, since=None),
    log_trouble=None,
)


@pytest.mark.parametrize(
    ("command", "default"), [("play", "default: FAYE_PORT or 8000"), ("load", "default: 64")]
)
def test_the_help_of_an_option_shows_its_default(command: str, default: str) -> None:
    shown = CliRunner().invoke(launch.app, [command, "--help"], env={"COLUMNS": "200"}).output
    assert f"[{default}]" in re.sub(r"\s+", " ", shown)


def test_an_audit_counts_in_proper_plurals() -> None:
    [line] = audited_lines(Audited(REPORT))
    assert line.startswith("0 violations in 1 player, 1 Esprit, 1 ledger entry of ")
