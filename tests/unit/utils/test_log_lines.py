import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from faye.utils.log_lines import OWN, JsonLines, LogStyle, TextLines, set_up_logging

KEY = 1574328666442301440


@pytest.fixture(autouse=True)
def _loggers_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in OWN:
        logging.getLogger(name).setLevel(logging.NOTSET)


def record(message: str = "decided", **fields: Any) -> logging.LogRecord:
    return logging.getLogger("actors.executor").makeRecord(
        "actors.executor", logging.DEBUG, "f.py", 1, message, (), None, extra=fields
    )


def test_a_record_is_one_line_of_json_with_its_fields() -> None:
    line = JsonLines({"host": "host-0"}).format(record("two\nlines", key=KEY, player=7))
    assert "\n" not in line
    said = json.loads(line)
    assert said.pop("time").endswith("Z")
    assert said == {
        "level": "debug",
        "logger": "actors.executor",
        "message": "two\nlines",
        "host": "host-0",
        "key": KEY,
        "player": 7,
    }


def test_what_a_library_marks_every_record_with_is_no_field() -> None:
    marked = record("played", key=KEY, _library_mark=1)
    assert "_library" not in JsonLines({}).format(marked)
    assert "_library" not in TextLines({}).format(marked)


def test_an_exception_stays_within_its_line() -> None:
    try:
        raise ValueError("bad")
    except ValueError:
        failed = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})
    line = JsonLines({}).format(failed)
    assert "\n" not in line
    assert "ValueError: bad" in json.loads(line)["exception"]


def test_a_field_that_json_does_not_know_is_shown_as_text() -> None:
    assert json.loads(JsonLines({}).format(record(error=OSError("full"))))["error"] == "full"


def test_text_shows_the_fields_behind_the_message() -> None:
    line = TextLines({"host": "host-0"}).format(record(key=KEY))
    assert line.endswith(f"DEBUG actors.executor: decided host=host-0 key={KEY}")


@pytest.mark.parametrize(
    ("variables", "style"),
    [
        ({}, LogStyle("text", None)),
        ({"FAYE_LOG": " JSON ", "FAYE_LOG_LEVEL": ""}, LogStyle("json", None)),
        ({"FAYE_LOG_LEVEL": "Debug"}, LogStyle("text", "debug")),
    ],
)
def test_the_environment_decides_style_and_level(variables: dict[str, str], style: LogStyle) -> None:
    assert LogStyle.of(variables) == style


@pytest.mark.parametrize("variables", [{"FAYE_LOG": "xml"}, {"FAYE_LOG_LEVEL": "loud"}])
def test_what_is_neither_is_refused_with_the_choices(variables: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="give one of"):
        LogStyle.of(variables)


def test_the_level_is_for_our_own_loggers_and_libraries_keep_their_tokens_to_themselves() -> None:
    set_up_logging(LogStyle("json", "debug"), level="warning")
    assert logging.getLogger("actors.router").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("discord.http").isEnabledFor(logging.INFO)
    set_up_logging(LogStyle(), level="info")
    assert not logging.getLogger("faye.cogs").isEnabledFor(logging.DEBUG)
    assert logging.getLogger("faye.cogs").isEnabledFor(logging.INFO)
