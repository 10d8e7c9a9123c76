"""What a marker of the log knows of its snapshot."""

import msgspec
import pytest

from faye.utils.log_files import Marker


@pytest.mark.parametrize(
    ("xid", "is_seen"),
    [(9, True), (10, False), (11, True), (12, False), (13, True), (14, False), (99, False)],
)
def test_a_snapshot_sees_what_had_ended_before_it(xid: int, is_seen: bool) -> None:
    assert Marker("10:14:10,12", "here").sees(xid) is is_seen


@pytest.mark.parametrize(
    "through", ["", "10", "10:9:", "x:10:", "0:10:", "10:14:9", "10:14:14", "10:14:10,x"]
)
def test_a_line_without_a_snapshot_is_no_marker(through: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"through": through, "system": "here"}, Marker)
