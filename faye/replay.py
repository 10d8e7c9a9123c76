"""Commands played again from their seeds: what chance decided is drawn once more and compared with the ledger.

Nothing is taken on anybody's word: pity is counted from the player's earlier summons as the ledger has them, a fight
is fought again from its first line and its turns, an outing is drawn again, each under the configuration that its
lines name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from faye.combat.battle import Fight
from faye.combat.setup import Setup
from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.fight import SPOILS, spoils
from faye.database.models.outcome import ESPRIT, FIGHT, Outcome
from faye.database.models.player import Player
from faye.database.models.pulls import PullTable, pull_tables
from faye.messages.explore import Explore
from faye.messages.fight import ACTIONS, Action, Beat
from faye.utils.rng import Rng

_SUMMON: Final = "summon."
_OPERATOR_SET: Final = re.compile(r"\d+ pity_(\w+) \d+→(\d+)")
_LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)


class Line(Struct, frozen=True):
    """One line of a player's ledger, with the configuration that it was written under."""

    version: int
    n: int
    key: int
    event: str
    asset: str
    delta: int
    esprit_id: int | None
    subject: str | None
    seed: int | None
    config: GameConfig


class Story(Struct, frozen=True):
    """A command, or the fight that it is a part of, played again."""

    title: str
    told: list[str]
    """What happens, line by line."""
    differs: list[str]
    """Where it is not what the ledger says; empty if it is that exactly."""

    def lines(self) -> Iterator[str]:
        """The story for people."""
        yield f"{self.title}:"
        yield from (f"  {line}" for line in self.told)
        yield from (f"  DIFFERS: {line}" for line in self.differs)
        yield f"  {'NOT what the ledger says' if self.differs else 'exactly what the ledger says'}"


def is_summon(lines: Sequence[Line]) -> bool:
    """Whether a command's lines are those of a summon."""
    return any(line.event.startswith(_SUMMON) for line in lines)


def tells_of_pity(line: Line) -> bool:
    """Whether a line of the ledger has a part in where a player's pity stands."""
    return line.event in ("admin.set", "admin.reset") or (
        line.event.startswith(_SUMMON) and line.asset == ESPRIT
    )


# ---------------------------------------------------------------------- summons


def replay_summon(lines: Sequence[Line], earlier: Iterable[Line]) -> Story:
    """A summon drawn again; `earlier` are the player's lines before it that tell of pity, in order."""
    first = next(line for line in lines if line.event.startswith(_SUMMON))
    table, banner = _table(first), first.event.removeprefix(_SUMMON)
    pity = _pity_before(table.counter, earlier)
    pulls = [line for line in lines if line.asset == ESPRIT]
    told = [f"{table.counter} pity stands at {pity} of {table.threshold}"]
    differs: list[str] = []
    rng = Rng(first.seed or 0)
    for number, line in enumerate(pulls, start=1):
        rolled = table.roll(pity, rng)
        pity, esprit_id = rolled.pity, rng.new_id()
        granted = " (by pity)" if rolled.by_pity else ""
        told.append(
            f"pull {number}: {rolled.species.rarity} {rolled.species.name}{granted}, Esprit {esprit_id}; "
            f"pity {pity}"
        )
        if (rolled.species.code, esprit_id) != (line.subject, line.esprit_id):
            differs.append(f"pull {number}: the ledger has {line.subject}, Esprit {line.esprit_id}")
    return Story(f"{banner} summon of {len(pulls)} from seed {first.seed}", told, differs)


def _pity_before(counter: str, earlier: Iterable[Line]) -> int:
    """Where a counter stands after all that came before."""
    pity = 0
    for line in earlier:
        if line.event == "admin.reset" and (line.subject or "").split(" ")[1:2] == ["everything"]:
            pity = 0
        elif line.event == "admin.set" and (found := _OPERATOR_SET.match(line.subject or "")):
            pity = int(found[2]) if found[1] == counter else pity
        elif line.event.startswith(_SUMMON) and line.asset == ESPRIT:
            table = _table(line)
            if table.counter == counter:
                pity = _after(table, min(pity, table.threshold), line)
    return pity


def _after(table: PullTable, pity: int, line: Line) -> int:
    """The counter after a pull that gave the Esprit of `line`."""
    rarity = line.config.roster[line.subject or ""].rarity
    points = table.points[table.rarities.index(rarity)] if rarity in table.rarities else 0
    return min(pity + points, table.threshold) if points else 0


def _table(line: Line) -> PullTable:
    return line.config.derived(pull_tables)[line.event.removeprefix(_SUMMON)]


# ---------------------------------------------------------------------- starts


def replay_start(lines: Sequence[Line]) -> Story:
    """The first Esprit drawn again."""
    line = next(line for line in lines if line.asset == ESPRIT)
    made = Player(id=1).start(now=_LONG_AGO, rng=Rng(line.seed or 0), config=line.config)
    assert isinstance(made, Outcome), "somebody new can start"
    (starter,) = made.gained
    differs = []
    if (starter.species, starter.id) != (line.subject, line.esprit_id):
        differs.append(f"the ledger has {line.subject}, Esprit {line.esprit_id}")
    return Story(f"start from seed {line.seed}", [f"{starter.species}, Esprit {starter.id}"], differs)


# ---------------------------------------------------------------------- fights


def replay_fight(lines: Sequence[Line]) -> Story:
    """A fight fought again from the line it began with, its turns and what it paid; it may still go on."""
    begun, *turns = (line for line in lines if line.asset == FIGHT)
    setup = Setup.parse(begun.subject or "")
    fight = setup.fight(begun.key, begun.config)
    told = [f"{setup.leader.text()} faces {setup.enemy.text()}; it is about to {fight.intent}"]
    differs: list[str] = []
    for line in turns:
        action = line.event.removeprefix("fight.")
        if fight.is_decided:
            differs.append(f"turn {fight.turn}: the ledger goes on after the end")
            break
        if action not in ACTIONS:
            told.append(f"turn {fight.turn}: nobody goes on with it, and it ends as fled")
            break
        told += _turn(fight, action, line, differs)
    ended = lines[-1].config
    ending = fight.ending(ended) or ("fled" if turns and turns[-1].delta < 0 else None)
    told.append(f"it ends: {ending}" if ending else "it still goes on")
    paid = {line.asset: line.delta for line in lines if line.event == SPOILS}
    due = dict(spoils(fight, ended)) if (setup.kind, ending) == ("wild", "won") else {}
    told += [f"it pays {amount} {currency}" for currency, amount in due.items()]
    differs += [
        f"it pays {due.get(currency, 0)} {currency}, the ledger has {paid.get(currency, 0)}"
        for currency in {**due, **paid}
        if due.get(currency, 0) != paid.get(currency, 0)
    ]
    return Story(f"{setup.kind} fight {begun.key} from seed {setup.seed}", told, differs)


def _turn(fight: Fight, action: Action, line: Line, differs: list[str]) -> Iterator[str]:
    """Play one turn as the ledger says it was played, and compare how it left both sides."""
    number = fight.turn
    beats = fight.play(action, line.config)
    for beat in beats:
        yield f"turn {number}: {_beat(beat)}"
    stands = f"{number} {fight.leader.hp} {fight.enemy.hp}"
    yield (
        f"turn {number}: health {fight.leader.hp} of {fight.leader.hp_max} "
        f"against {fight.enemy.hp} of {fight.enemy.hp_max}"
    )
    if (fight.ending(line.config) is not None) != (line.delta < 0):
        differs.append(f"turn {number}: the ledger has another end")
    if stands != line.subject:
        differs.append(f"turn {number}: played again {stands}, the ledger has {line.subject}")


def _beat(beat: Beat) -> str:
    marks = f" ({', '.join(beat.marks)})" if beat.marks else ""
    return f"{beat.who} {beat.what} {beat.amount}{marks}"


# ---------------------------------------------------------------------- outings


def replay_outing(lines: Sequence[Line]) -> Story:
    """An outing drawn again. The player's level, which decides who is met, is the one that fits."""
    first = lines[0]
    tried = [_outing(first, level) for level in first.config.explore.wild]
    wanted = [_compared(line.event, line.asset, line.delta, line.subject) for line in lines]
    found = wanted if wanted in tried else tried[0]
    told = [f"{event} {asset} {delta:+d} {subject}".rstrip() for event, asset, delta, subject in found]
    differs = [] if found == wanted else [f"the ledger has {' '.join(map(str, line))}" for line in wanted]
    return Story(f"outing from seed {first.seed}", told, differs)


def _outing(first: Line, level: int) -> list[tuple[str, str, int, str]]:
    """What an outing brings to somebody of that level whose leader is anybody."""
    config = first.config
    anybody = Esprit(id=1, player_id=1, species=next(iter(config.roster)), gained_at=_LONG_AGO)
    player = Player(id=1, started_at=_LONG_AGO, level=level, leader_id=1, energy=10**6, energy_at=_LONG_AGO)
    command = Explore(player_id=1, idempotency_key=first.key)
    made = player.explore(command, {1: anybody}, now=_LONG_AGO, rng=Rng(first.seed or 0), config=config)
    assert isinstance(made, Outcome), "somebody rested who has a leader can go out"
    return [_compared(line.event, line.asset, line.delta, line.subject) for line in made.postings]


def _compared(event: str, asset: str, delta: int, subject: str | None) -> tuple[str, str, int, str]:
    """What can be compared: of a fight its kind, its seed and the enemy; the team is the player's own."""
    return event, asset, delta, " ".join((subject or "").split(" ")[:3]) if asset == FIGHT else ""
