"""Decides from what clients saw and what a store holds at the end whether any promise was broken.

It knows nothing of how the engine works. Versions give each player's order; a sequential model of the player is led
through it, version by version, with the seeds and times of the ledger, and every reply is compared with what the
model would have been told. Real time is checked beside it: what was answered before something else was asked lies
before it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from actors.player_rules import read
from actors.rows import ESPRIT_COLUMNS, PLAYER_COLUMNS, player_from, values_of
from actors.store import Decided, Line
from faye.config import Config
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import ESPRIT, FIGHT, Outcome
from faye.database.models.player import Player
from faye.messages import Command, Query, Refusal, Reply, Undecided
from faye.messages.admin import OPERATIONS
from faye.messages.codec import decode_reply
from faye.messages.explore import NotEnoughEnergy
from faye.messages.fight import EndFight, FightEnded
from faye.messages.history import GetHistory, HistoryPage
from faye.messages.level import EnergyReport
from faye.messages.profile import Inventory, Profile
from faye.messages.refusals import Abandoned, Suspended, TooSoon
from faye.messages.transfer import Transfer, Transferred
from faye.messages.trial import TrialOffer
from faye.utils.clock import at
from faye.utils.rng import Rng
from tests.checking.history import History, Seen
from tests.checking.operations import decide_as_model, depends_on_time, is_open
from tests.checking.real_time import order_agrees_with_time
from tests.checking.records import Records
from tests.checking.violation import Violation


def violations(history: History, records: Records, config: Config) -> list[Violation]:
    """Every broken promise; empty if none."""
    return [
        *_one_reply_a_key(history, records),
        *_one_effect_a_key(history, records),
        *_versions_without_gaps(records),
        *_balances_are_their_ledger(records),
        *_transfers_conserve(records),
        *_as_a_sequential_player(history, records, config),
        *_pages_are_the_ledger(history, records),
        *order_agrees_with_time(history, config),
    ]


# ---------------------------------------------------------------------- keys, versions, sums


def _one_reply_a_key(history: History, records: Records) -> Iterator[Violation]:
    for seen in history.seen:
        command = seen.request
        if not isinstance(command, Command) or isinstance(seen.reply, Undecided):
            continue
        key = command.idempotency_key
        stored = records.decided.get(key)
        if stored is None:
            yield Violation(
                command.player_id, f"{seen.reply} was shown for key {key}, nothing stands under it", (seen,)
            )
        elif decode_reply(stored.reply) != seen.reply:
            what = f"key {key}: shown {seen.reply}, stored {decode_reply(stored.reply)}"
            yield Violation(command.player_id, what, (seen,))


def _one_effect_a_key(history: History, records: Records) -> Iterator[Violation]:
    for player_id, versions in records.lines.items():
        by_key: dict[int, set[int]] = defaultdict(set)
        for version, lines in versions.items():
            for line in lines:
                by_key[line.key].add(version)
        for key, found in by_key.items():
            if len(found) > 1:
                yield Violation(player_id, f"key {key} had effects at versions {sorted(found)}")
            if key not in records.decided:
                yield Violation(player_id, f"key {key} had an effect, but no reply stands under it")
            if key not in history.commands and not _by_time_alone(records, key):
                yield Violation(player_id, f"key {key} had an effect, and nobody asked for it")


def _by_time_alone(records: Records, key: int) -> bool:
    """Whether the engine gave that command to itself: a fight that nobody went on with has ended."""
    stored = records.decided.get(key)
    return stored is not None and isinstance(decode_reply(stored.reply), FightEnded)


def _versions_without_gaps(records: Records) -> Iterator[Violation]:
    for player in records.players.values():
        found = sorted(records.lines.get(player.id, {}))
        if found != list(range(1, player.version + 1)):
            gaps = [
                version
                for version, following in pairwise([0, *found, player.version + 1])
                if following != version + 1
            ]
            yield Violation(player.id, f"at version {player.version}, its ledger breaks behind {gaps[:5]}")
    for player_id in records.lines.keys() - records.players.keys():
        yield Violation(player_id, "stands in the ledger and nowhere else")


def _balances_are_their_ledger(records: Records) -> Iterator[Violation]:
    for player in records.players.values():
        sums: dict[str, int] = defaultdict(int)
        for _, lines in sorted(records.lines.get(player.id, {}).items()):
            for posting in (line.posting for line in lines):
                sums[posting.asset] += posting.delta
                if sums[posting.asset] != posting.balance:
                    yield Violation(player.id, f"{posting} after a sum of {sums[posting.asset]}")
        for currency in Player.BALANCES:
            if not 0 <= player.balance(currency) == sums[currency]:
                yield Violation(
                    player.id, f"holds {player.balance(currency)} {currency}, ledger {sums[currency]}"
                )
        if sums[FIGHT] != int(player.fight is not None):
            yield Violation(player.id, f"is in a fight or not, ledger {sums[FIGHT]}")
        owned = len(records.esprits.get(player.id, {}))
        if owned != sums[ESPRIT]:
            yield Violation(player.id, f"has {owned} Esprits, ledger {sums[ESPRIT]}")


def _transfers_conserve(records: Records) -> Iterator[Violation]:
    moved: dict[int, int] = defaultdict(int)
    giver: dict[int, int] = {}
    for player_id, versions in records.lines.items():
        for lines in versions.values():
            for line in lines:
                if line.posting.event.startswith("transfer."):
                    moved[line.key] += line.posting.delta
                    giver[line.key] = player_id
    for key, total in moved.items():
        if total:
            yield Violation(giver[key], f"transfer {key} made or lost {total}")


# ---------------------------------------------------------------------- the sequential model


@dataclass
class _Model:
    """A player as it is after one version of its ledger."""

    player: Player
    esprits: dict[int, Esprit]


def _as_a_sequential_player(history: History, records: Records, config: Config) -> Iterator[Violation]:
    """Replay each player's ledger; compare effects, and refusals and reads where they fell."""
    refusals = _refusals_by_version(history, records)
    reads = _reads_by_version(history)
    players = records.players.keys() | {player_id for player_id, _ in (*refusals, *reads)}
    for player_id in players:
        kept = records.players.get(player_id, Player(id=player_id))
        model = _Model(Player(id=player_id), {})
        for version in range(kept.version + 1):
            if version:
                yield from _replay(model, version, history, records, config)
            for stood in refusals.pop((player_id, version), ()):
                yield from _check_refusal(model, version, history.commands[stood.key], stood, records, config)
            for seen in reads.pop((player_id, version), ()):
                yield from _check_read(model, seen, records, config)
        yield from _check_end(model, kept, records)
    for (player_id, version), left in reads.items():
        yield Violation(player_id, f"was read at version {version}, which it never had", tuple(left[:1]))
    for player_id, version in refusals:
        yield Violation(player_id, f"was refused something at version {version}, which it never had")


def _refusals_by_version(history: History, records: Records) -> dict[tuple[int, int], list[Decided]]:
    found: dict[tuple[int, int], list[Decided]] = defaultdict(list)
    for decided in records.decided.values():
        reply = decode_reply(decided.reply)
        command = history.commands.get(decided.key)
        if command is not None and isinstance(reply, Refusal) and not isinstance(reply, Abandoned):
            found[command.player_id, reply.version].append(decided)
    return found


def _reads_by_version(history: History) -> dict[tuple[int, int], list[Seen]]:
    found: dict[tuple[int, int], list[Seen]] = defaultdict(list)
    for seen in history.seen:
        if isinstance(seen.request, Query) and not isinstance(seen.reply, (Undecided, HistoryPage)):
            found[seen.request.player_id, seen.reply.version].append(seen)
    return found


def _replay(
    model: _Model, version: int, history: History, records: Records, config: Config
) -> Iterator[Violation]:
    """Lead the model to `version` as the ledger says; the outcome must be what the ledger and the reply hold."""
    player = model.player
    lines = records.lines.get(player.id, {}).get(version)
    command = history.commands.get(lines[0].key) if lines else None
    if command is None and lines and _by_time_alone(records, lines[0].key) and player.fight is not None:
        command = EndFight(player_id=player.id, idempotency_key=lines[0].key, fight_id=player.fight_id)
    if not lines or command is None:
        return  # told elsewhere: a gap, or an effect that nobody asked for
    player.version = version
    if isinstance(command, Transfer):
        yield from _replay_transfer(model, command, lines, records)
        return
    rng = Rng(lines[0].seed or 0)
    given = {"now": at(lines[0].at_ms), "rng": rng}
    made = decide_as_model(player, model.esprits, command, version, records, config.game, **given)
    if not isinstance(made, Outcome):
        yield Violation(player.id, f"version {version}: {command} took effect, the model says {made}")
        return
    # Those that changed are the model's own and changed in place, or the last comparison of the rows finds them.
    model.esprits |= {esprit.id: esprit for esprit in (*made.gained, *made.changed)}
    for esprit_id in made.lost:
        del model.esprits[esprit_id]
    if list(made.postings) != [line.posting for line in lines]:
        yield Violation(player.id, f"version {version}: the ledger differs from the model for {command}")
    stored = records.decided.get(command.idempotency_key)
    if stored is not None and replace(made.reply, version=version) != decode_reply(stored.reply):
        what = f"version {version}: stored {decode_reply(stored.reply)}, model {made.reply}"
        yield Violation(player.id, what)


def _replay_transfer(
    model: _Model, command: Transfer, lines: list[Line], records: Records
) -> Iterator[Violation]:
    for posting in (line.posting for line in lines):
        made = model.player.post(posting.event, posting.asset, posting.delta, posting.subject)
        if made != posting:
            yield Violation(
                model.player.id, f"version {lines[0].version}: {posting} in the ledger, {made} by the model"
            )
    stored = records.decided.get(command.idempotency_key)
    if stored is None or model.player.id != command.player_id:
        return
    reply, end = decode_reply(stored.reply), lines[-1]
    if not isinstance(reply, Transferred) or reply != replace(
        reply,
        version=end.version,
        amount=command.amount,
        balance=end.posting.balance,
        receiver_id=command.to_player_id,
    ):
        yield Violation(model.player.id, f"version {end.version}: {command} was answered with {reply}")
        return
    received = records.lines.get(reply.receiver_id, {}).get(reply.receiver_version, ())
    if command.idempotency_key not in {line.key for line in received}:
        yield Violation(reply.receiver_id, f"did not receive {command} at version {reply.receiver_version}")


_LONG_AFTER = at(4_102_444_800_000)
"""When every cooldown is over."""


def _check_refusal(
    model: _Model, version: int, command: Command, stood: Decided, records: Records, config: Config
) -> Iterator[Violation]:
    """A refusal must be what the player of just that version is told; those that speak of time are left out."""
    reply = decode_reply(stood.reply)
    if isinstance(reply, (TooSoon, NotEnoughEnergy, Suspended)) or isinstance(command, (Transfer, EndFight)):
        return
    if depends_on_time(command) or is_open(command, records, version):
        return
    copy = player_from(values_of(model.player, PLAYER_COLUMNS))
    given = {"now": _LONG_AFTER, "rng": Rng(0)}
    made = decide_as_model(copy, model.esprits, command, version + 1, records, config.game, **given)
    if isinstance(made, Outcome) or replace(made, version=version) != reply:
        yield Violation(copy.id, f"version {version}: {command} was refused with {reply}, model {made}")


def _check_read(model: _Model, seen: Seen, records: Records, config: Config) -> Iterator[Violation]:
    """A read must show the player of just that version, but for what changes with time alone."""
    assert isinstance(seen.request, Query), "only reads are looked at here"
    if isinstance(seen.request, OPERATIONS) or depends_on_time(seen.request):
        return
    made = read(model.player, model.esprits, seen.request, now=at(0), config=config.game)
    shown = _timeless(seen.reply)
    if _timeless(replace(made, version=seen.reply.version)) != shown:
        yield Violation(model.player.id, f"{seen.request} showed {shown}, model {_timeless(made)}", (seen,))


def _timeless(reply: Reply) -> Reply:
    """The reply without what depends on when it was given."""
    match reply:
        case Profile():
            return replace(reply, energy=0, energy_full_at=None)
        case Inventory():
            return replace(reply, daily_at=None, daily_summon_at=None)
        case TrialOffer():
            return replace(reply, available_at=None)
        case EnergyReport():
            return replace(reply, energy=0, next_at=None, full_at=None)
        case _:
            return reply


def _check_end(model: _Model, kept: Player, records: Records) -> Iterator[Violation]:
    if values_of(model.player, PLAYER_COLUMNS) != values_of(kept, PLAYER_COLUMNS):
        yield Violation(kept.id, "is not what its ledger makes of a sequential player")
    if _rows(model.esprits) != _rows(records.esprits.get(kept.id, {})):
        yield Violation(kept.id, "owns other Esprits than its ledger made")


def _rows(esprits: dict[int, Esprit]) -> dict[int, tuple[Any, ...]]:
    return {esprit.id: values_of(esprit, ESPRIT_COLUMNS) for esprit in esprits.values()}


def _pages_are_the_ledger(history: History, records: Records) -> Iterator[Violation]:
    """The newest page of a ledger must be its end, newest first, and not behind the version that it names.

    Of a page about one asset only the entries of that asset are compared; further pages are left out.
    """
    for seen in history.seen:
        if not isinstance(seen.request, GetHistory) or not isinstance(seen.reply, HistoryPage):
            continue
        asset = seen.request.asset
        if seen.request.before or seen.request.after:
            continue
        shown = [(entry.version, entry.n, entry.delta, entry.balance) for entry in seen.reply.entries]
        player_id = seen.request.player_id
        if not shown:
            if asset is None and seen.reply.version and seen.request.limit > 0:
                yield Violation(player_id, f"an empty page at version {seen.reply.version}", (seen,))
            continue
        newest = shown[0][0]
        versions = records.lines.get(player_id, {})
        lines = [
            line
            for version in range(newest, 0, -1)[: None if asset else len(shown)]
            for line in reversed(versions.get(version, []))
            if asset is None or line.posting.asset == asset
        ]
        kept = [(line.version, line.n, line.posting.delta, line.posting.balance) for line in lines][
            : len(shown)
        ]
        if shown != kept or (asset is None and newest < seen.reply.version):
            yield Violation(player_id, f"a page shows {shown}, the ledger has {kept}", (seen,))
