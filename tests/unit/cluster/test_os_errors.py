"""What the operating system refuses is told with what to do, and no way out is offered that is none."""

import errno
import os

import pytest

from cluster.os_errors import in_words


def refused(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("number", "told", "told_where_it_may_be_moved"),
    [
        (errno.ENOSPC, "the disk is full; make room", ", or set FAYE_HOME to a directory on another disk"),
        (errno.EROFS, "the file system is read-only", "; set FAYE_HOME to a directory elsewhere"),
        (errno.EMFILE, "too many files are open; raise the limit (`ulimit -n`)", ""),
        (errno.EIO, os.strerror(errno.EIO), ""),
    ],
)
def test_a_refusal_is_told_with_the_ways_out_that_there_are(
    number: int, told: str, told_where_it_may_be_moved: str
) -> None:
    assert in_words(refused(number)) == told
    assert in_words(refused(number), movable="FAYE_HOME") == told + told_where_it_may_be_moved


def test_a_refusal_without_a_number_or_a_word_is_named() -> None:
    assert in_words(OSError("the line is dead")) == "the line is dead"
    assert in_words(TimeoutError()) == "TimeoutError"
