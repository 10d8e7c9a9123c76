from typing import Any

from actors.meters import Meters
from actors.router import Heard
from actors.wire import Pong
from cluster.host_figures import HostFigures, HostWatch
from cluster.vitals import Vitals, newest_figures

HOST = "host-0"


def heard(at_ms: float, incarnation: str = "first", **meters: Any) -> dict[str, Heard]:
    return {HOST: Heard(Pong(HOST, incarnation, 42, Meters(**meters)), at_ms)}


def look(watch: HostWatch, said: dict[str, Heard], now_ms: float) -> HostFigures:
    (figures,) = watch.look([HOST], [HOST], said, now_ms)
    return figures


def test_rates_are_of_what_lies_between_two_samples() -> None:
    watch = HostWatch()
    look(watch, heard(1000, effects=5, committed=5, commits=5, commit_ms=5, envelopes=10, warm=10), 1000)
    later = heard(
        3000, effects=80, reads=25, committed=105, commits=10, commit_ms=20, envelopes=110, warm=90, grains=7
    )
    figures = look(watch, later, 3100)
    assert (figures.pid, figures.incarnation, figures.grains) == (42, "first", 7)
    assert figures.requests_per_s == 50
    assert figures.commands_per_commit == 20
    assert figures.ms_per_commit == 3
    assert figures.warm_share == 0.8
    assert figures.silent_s == 0.1


def test_nothing_done_has_no_size_and_no_duration() -> None:
    watch = HostWatch()
    look(watch, heard(1000), 1000)
    figures = look(watch, heard(2000), 2000)
    assert figures.requests_per_s == 0
    assert (figures.commands_per_commit, figures.ms_per_commit, figures.warm_share) == (None, None, None)


def test_a_host_that_was_started_again_is_not_measured_against_its_former_life() -> None:
    watch = HostWatch()
    look(watch, heard(1000, effects=1000), 1000)
    assert look(watch, heard(2000, "second", effects=10), 2000).requests_per_s is None
    assert look(watch, heard(3000, "second", effects=20), 3000).requests_per_s == 10


def test_a_silent_host_keeps_its_last_figures_and_says_since_when() -> None:
    watch = HostWatch()
    said = heard(1000, grains=9)
    (figures,) = watch.look([HOST], [], said, 6000)
    assert (figures.lives, figures.silent_s, figures.grains) == (False, 5, 9)


def test_a_host_never_heard_of_is_told_all_the_same() -> None:
    assert HostWatch().look([HOST], [HOST], {}, 0) == [HostFigures(HOST, lives=True)]


def test_of_several_front_ends_the_one_counts_that_heard_last() -> None:
    def says(pid: int, at_s: float, silent_s: float | None) -> Vitals:
        return Vitals(pid, at_s, None, hosts=[HostFigures(HOST, lives=pid == 2, silent_s=silent_s)])

    (figures,) = newest_figures([says(1, 100.0, 5.0), says(2, 99.0, 0.1), says(3, 100.0, None)])
    assert figures.lives
