import msgspec
import pytest

from tests.bench.batches import length_of
from tests.bench.figures import Figure, Goal, best, figure, table


def test_a_figure_is_the_median_of_its_rounds_beside_the_peers() -> None:
    row = figure(
        "P1", "crafts/s", "/s", [300, 100, 200], against="a peer", peer=[50, 40, 60], goal=Goal(least=3)
    )
    assert (row.value, row.low, row.high, row.peer, row.ratio) == (200, 100, 300, 50, 4)
    assert row.met is True


@pytest.mark.parametrize(
    ("goal", "value", "peer", "met", "words"),
    [
        (Goal(least=3), 29.0, 10.0, False, "≥ 3×"),
        (Goal(least=3), 30.0, 10.0, True, "≥ 3×"),
        (Goal(most=1.5), 15.1, 10.0, False, "≤ 1.5×"),
        (Goal(most=2, of_ratio=False), 1.9, 0.1, True, "≤ 2"),
        (Goal(most=0, of_ratio=False), 0.0, None, True, "0"),
        (Goal(most=0, of_ratio=False), 1.0, None, False, "0"),
    ],
)
def test_a_goal_bounds_the_ratio_or_the_figure_itself(
    goal: Goal, value: float, peer: float | None, met: bool, words: str
) -> None:
    row = figure("P", "", "", [value], peer=None if peer is None else [peer], goal=goal)
    assert row.met is met
    assert row.goal == words


def test_without_a_goal_nothing_is_met_or_missed() -> None:
    assert figure("P", "", "", [1.0]).met is None


def test_the_best_variant_is_the_one_with_the_highest_median() -> None:
    assert best({"8": [1, 90, 2], "16": [5, 6, 7]}) == ("16", [5, 6, 7])


def test_the_table_tells_every_row_and_marks_what_is_missed() -> None:
    rows = [
        figure("P1", "crafts/s", "/s", [12_300.4], against="pgbench", peer=[10_000], goal=Goal(least=3)),
        figure("P8.lost", "lost", "", [0], goal=Goal(most=0, of_ratio=False)),
    ]
    _, first, second = table(rows)
    assert "12300" in first
    assert "1.23×" in first
    assert first.endswith("NO")
    assert second.endswith("yes")


def test_the_document_reads_back_with_the_keys_that_programs_rely_on() -> None:
    row = figure("P1", "crafts/s", "/s", [1, 2, 3], against="pgbench", peer=[1], goal=Goal(least=3))
    document = msgspec.json.decode(msgspec.json.encode([row]))
    assert set(document[0]) >= {"id", "value", "unit", "peer", "ratio", "goal", "met"}
    assert msgspec.json.decode(msgspec.json.encode([row]), type=list[Figure]) == [row]


@pytest.mark.parametrize("length", [0, 1, 15, 16, 300, 70_000])
def test_an_echo_host_knows_how_many_envelopes_a_batch_has(length: int) -> None:
    assert length_of(msgspec.msgpack.encode([None] * length)) == length
