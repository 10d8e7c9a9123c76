"""What commands played again take from the ledger, and what they leave alone: the words of operators."""

from pathlib import Path

import pytest

from faye.config import GameConfig, load_config
from faye.replay import Line, replay_summon

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def game() -> GameConfig:
    return load_config(ROOT / "config").game


def line(game: GameConfig, event: str, asset: str, subject: str | None, *, delta: int = 0) -> Line:
    return Line(
        version=1,
        n=0,
        key=1,
        event=event,
        asset=asset,
        delta=delta,
        esprit_id=None,
        subject=subject,
        seed=1,
        config=game,
    )


@pytest.mark.parametrize(
    ("event", "subject", "pity"),
    [
        ("admin.set", "42 pity_standard 0→7 an apology", 7),
        ("admin.set", "42 pity_premium 0→7 an apology", 5),
        ("admin.set", "42 level 1→2 not pity_standard 0→7", 5),
        ("admin.reset", "42 everything a new beginning", 0),
        ("admin.reset", "42 cooldowns everything was stuck", 5),
    ],
)
def test_an_operators_reason_does_not_move_pity(
    game: GameConfig, event: str, subject: str, pity: int
) -> None:
    set_before = line(game, "admin.set", "admin", "42 pity_standard 0→5 so")
    summon = line(game, "summon.standard", "fayrites", None, delta=-1)
    story = replay_summon([summon], [set_before, line(game, event, "admin", subject)])
    assert story.told[0].startswith(f"standard pity stands at {pity} of")
