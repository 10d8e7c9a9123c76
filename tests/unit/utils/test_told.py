import pytest

from faye.utils.told import Told


class StoppedClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_ms = 1_000.0

    def time_ms(self) -> int:
        return int(self.now_ms)

    def monotonic_ms(self) -> float:
        return self.now_ms


def test_somebody_is_told_so_often_and_again_in_the_next_window() -> None:
    clock = StoppedClock()
    told = Told(clock, times_max=3, window_s=10)
    assert [told.once_more(7) for _ in range(5)] == [True, True, True, False, False]
    assert told.once_more(8)
    clock.now_ms += 9_999
    assert not told.once_more(7)
    clock.now_ms += 1
    assert told.once_more(7)


def test_no_more_users_are_known_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faye.utils.told.USERS_MAX", 2)
    told = Told(StoppedClock(), times_max=1, window_s=10)
    assert [told.once_more(user) for user in (1, 2, 3)] == [True] * 3
    assert len(told._windows) == 2
    assert not told.once_more(3)
