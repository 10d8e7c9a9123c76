"""What a fault campaign asks and tells, without running one."""

from collections import Counter
from pathlib import Path

import msgspec

from actors.store import Line
from faye.config import Config
from faye.database.models.outcome import Posting
from faye.messages.codec import COMMANDS, QUERIES
from faye.messages.craft import Craft, Crafted
from tests.builders import new_key, small_config
from tests.checking.checker import violations
from tests.checking.history import History, Seen
from tests.checking.records import Records
from tests.checking.violation import Violation
from tests.faults.campaign.campaign import Outcome, Plan
from tests.faults.campaign.draws import Draws
from tests.faults.campaign.nemesis import FAULTS, Nemesis
from tests.faults.campaign.story import told, write_history

PLAYERS = range(7, 17)


def outcome_of(history: History, records: Records, broken: list[Violation]) -> Outcome:
    return Outcome(
        plan=Plan(seed=99, seconds=1),
        history=history,
        records=records,
        violations=broken,
        audit=[],
        faults=Counter({"host killed": 2}),
        first_answers_s={"host killed": [0.5, 1.5]},
        replies=Counter({"Crafted": 1}),
        duplicates=0,
        unanswered=0,
        seconds=1.0,
    )


def lost_craft() -> tuple[History, Records, Seen]:
    """A craft that was acknowledged and of which nothing is left."""
    command = Craft(player_id=7, idempotency_key=new_key(), amount=1)
    reply = Crafted(version=2, crafted=1, shards_spent=10, fayrites=1, fayrite_shards=80)
    seen = Seen("front-end-0/12", command, 100.0, 100.25, reply)
    history = History()
    history.note_asked(command, 100.0)
    history.seen.append(seen)
    line = Line(1, 0, 5, Posting("start", "fayrite_shards", 90, 90), None, 0)
    return history, Records({}, {}, {7: {1: [line]}}, {}), seen


KEYS = ("idempotency_key", "key")
"""They hold the time: of the command itself, and of one that is to be refunded."""


def test_a_seed_draws_the_same_requests_and_sooner_or_later_every_kind_by_everybody() -> None:
    def drawn(config: Config) -> list[tuple[object, ...]]:
        draws = Draws(5, PLAYERS, config)
        requests = [draws.request() for _ in range(1500)]
        return [
            (
                type(each),
                *(getattr(each, name) for name in each.__struct_fields__ if name not in KEYS),
            )
            for each in requests
        ]

    first = drawn(small_config())
    assert first == drawn(small_config())
    assert {kind for kind, *_ in first} == {*COMMANDS, *QUERIES}
    assert {player for _, player, *_ in first} == set(PLAYERS)


def test_every_fault_of_the_nemesis_is_injected_by_some_name() -> None:
    methods = {name for name, value in vars(Nemesis).items() if name[0] != "_" and callable(value)}
    assert {fault.__name__ for fault in FAULTS.values()} == methods - {"inject"}


def test_a_broken_promise_is_told_with_the_requests_that_show_it_and_the_seed() -> None:
    history, records, _ = lost_craft()
    broken = violations(history, records, small_config())
    lost = next(each for each in broken if "nothing stands under it" in each.what)
    lines = list(told(outcome_of(history, records, [lost])))
    assert lines[0].startswith("BROKEN  player 7: ")
    assert "0.000 …    0.250 s front-end-0/12: Craft(" in lines[1]
    assert any("ledger" in line and "fayrite_shards" in line for line in lines)
    assert "seed 99" in lines[-1]
    assert "1 BROKEN PROMISES" in lines[-1]


def test_a_clean_outcome_says_so_in_its_last_line() -> None:
    history, records, _ = lost_craft()
    *_, last = told(outcome_of(history, records, []))
    assert last.endswith("2 faults of 1 kinds: every promise kept")


def test_the_history_is_written_as_lines_that_others_can_read(tmp_path: Path) -> None:
    history, records, seen = lost_craft()
    lost = Craft(player_id=8, idempotency_key=new_key(), amount=2)
    history.note_asked(lost, 99.0)
    path = tmp_path / "build" / "history.jsonl"
    write_history(outcome_of(history, records, []), path)
    first, second = (msgspec.json.decode(line) for line in path.read_bytes().splitlines())
    assert first["asked_at"] == 99.0
    assert "answered_at" not in first
    assert first["request"][0] == "Craft"
    assert (second["asked_at"], second["answered_at"]) == (seen.asked_at, seen.answered_at)
    assert second["reply"][0] == "Crafted"
