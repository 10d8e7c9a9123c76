"""What the bot's log says of a connection that comes back by itself, and of one that does not."""

import logging

import pytest

import faye.bot  # noqa: F401  it sets up the library's loggers


@pytest.mark.parametrize("logger", ["discord.shard", "discord.client"])
def test_a_refused_connection_is_one_line(logger: str, caplog: pytest.LogCaptureFixture) -> None:
    error = ConnectionRefusedError(111, "Connect call failed\n('127.0.0.1', 8000)")
    logging.getLogger(logger).error("Attempting a reconnect in %.2fs", 1.5, exc_info=error)
    [line] = caplog.text.splitlines()
    assert line.endswith(
        "Attempting a reconnect in 1.50s: [Errno 111] Connect call failed ('127.0.0.1', 8000)"
    )


def test_a_reason_without_words_is_told_by_its_kind(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("discord.shard").error("Attempting a reconnect in %.2fs", 1, exc_info=TimeoutError())
    assert caplog.text.splitlines()[0].endswith("1.00s: TimeoutError")


def test_a_bug_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("discord.client").error("Attempting a reconnect in %.2fs", 1, exc_info=KeyError("x"))
    logging.getLogger("discord.client").error("Ignoring exception in on_ready", exc_info=OSError("x"))
    assert caplog.text.count("KeyError") == 1
    assert caplog.text.count("OSError") == 1
