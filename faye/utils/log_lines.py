"""How a process logs: one line a record, as text for people or as JSON for programs.

Whoever logs about a command gives its key, player and the like as `extra`, and every style shows them as fields, so
that one search for the key finds what became of the command in every process that it passed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

STYLE_VARIABLE: Final = "FAYE_LOG"
LEVEL_VARIABLE: Final = "FAYE_LOG_LEVEL"
STYLES: Final = ("text", "json")
LEVELS: Final = ("debug", "info", "warning", "error")

OWN: Final = ("faye", "actors", "cluster")
"""The level is for our own loggers. Libraries keep to warnings: in detail they write tokens, names and payloads."""

_NO_FIELDS: Final = {*vars(logging.makeLogRecord({})), "message", "asctime"}
_FIRST_LINE: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class LogStyle(Struct, frozen=True):
    """How lines look, and from which level on they are written; None leaves that to the process."""

    style: str = "text"
    level: str | None = None

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> LogStyle:
        """What the environment asks for; raises `ValueError` with a sentence for what is neither."""
        style = _one_of(variables, STYLE_VARIABLE, STYLES)
        return cls(style or "text", _one_of(variables, LEVEL_VARIABLE, LEVELS))


def set_up_logging(style: LogStyle, *, level: str, **about: str) -> None:
    """Log to standard error in this style, from `level` on unless it says otherwise; `about` is in every line."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(about) if style.style == "json" else TextLines(about))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OWN:
        logging.getLogger(name).setLevel((style.level or level).upper())


class JsonLines(logging.Formatter):
    """A record as one JSON object: time, level, logger, message, fields, and `exception` with its traceback."""

    def __init__(self, about: Mapping[str, str]) -> None:
        super().__init__()
        self._about = dict(about)

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self._about,
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


class TextLines(logging.Formatter):
    """A record as a line for people, its fields as `name=value` at the end."""

    def __init__(self, about: Mapping[str, str]) -> None:
        super().__init__(_FIRST_LINE)
        self._about = dict(about)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """See `logging.Formatter.formatMessage`."""
        fields = {**self._about, **_fields(record)}
        return " ".join([super().formatMessage(record), *(f"{name}={fields[name]}" for name in fields)])


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What was given as `extra`; some libraries mark every record for themselves, behind an underscore."""
    return {name: value for name, value in vars(record).items() if name not in _NO_FIELDS and name[0] != "_"}


def _one_of(variables: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str | None:
    value = variables.get(name, "").strip().lower()
    if value and value not in choices:
        raise ValueError(f"{name}={value} is not known; give one of {', '.join(choices)}")
    return value or None
