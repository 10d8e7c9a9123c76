"""Decides from what clients saw and what the store holds whether any promise was broken."""

from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from actors.memory_store import MemoryStore
from actors.player_rules import decide
from actors.rows import ESPRIT_COLUMNS, PLAYER_COLUMNS, values_of
from actors.store import Line
from faye.config import Config
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import ESPRIT, Outcome
from faye.database.models.player import Player
from faye.messages import Command, Refusal, Undecided
from faye.messages.codec import decode_reply
from faye.messages.transfer import Transfer
from faye.utils.clock import at
from faye.utils.rng import Rng
from tests.simulation.workload import History, Seen


def violations(history: History, store: MemoryStore, config: Config) -> list[str]:
    """Every broken promise, in words; empty if none."""
    return [
        *_one_reply_a_key(history, store),
        *_one_effect_a_key(store),
        *_versions_without_gaps(store),
        *_balances_are_their_ledger(store),
        *_transfers_conserve(store),
        *_replies_are_what_a_sequential_player_would_get(history, store, config),
        *_order_agrees_with_time(history),
    ]


def _one_reply_a_key(history: History, store: MemoryStore) -> Iterator[str]:
    for seen in _decisions(history):
        key = seen.request.idempotency_key
        stored = store.decided.get(key)
        if stored is None:
            yield f"{seen.reply} was shown for key {key}, but nothing stands under it"
        elif decode_reply(stored.reply) != seen.reply:
            yield f"key {key}: shown {seen.reply}, stored {decode_reply(stored.reply)}"


def _one_effect_a_key(store: MemoryStore) -> Iterator[str]:
    versions: dict[tuple[int, int], set[int]] = defaultdict(set)
    for (player_id, version, _), line in store.ledger.items():
        versions[player_id, line.key].add(version)
    for (player_id, key), found in versions.items():
        if len(found) > 1:
            yield f"key {key} had effects at versions {sorted(found)} of player {player_id}"
        if key not in store.decided:
            yield f"key {key} had an effect on player {player_id}, but no reply stands under it"


def _versions_without_gaps(store: MemoryStore) -> Iterator[str]:
    for player in _players(store).values():
        versions = {version for (player_id, version, _) in store.ledger if player_id == player.id}
        if versions != set(range(1, player.version + 1)):
            yield f"player {player.id} is at version {player.version}, its ledger has {sorted(versions)}"


def _balances_are_their_ledger(store: MemoryStore) -> Iterator[str]:
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for (player_id, _, _), line in sorted(store.ledger.items()):
        posting = line.posting
        sums[player_id, posting.asset] += posting.delta
        if sums[player_id, posting.asset] != posting.balance:
            yield f"player {player_id}: {posting} after a sum of {sums[player_id, posting.asset]}"
    for player in _players(store).values():
        for currency in Player.BALANCES:
            if player.balance(currency) != sums[player.id, currency]:
                held = f"{player.balance(currency)} {currency}"
                yield f"player {player.id} holds {held}, ledger {sums[player.id, currency]}"
        esprits = _esprits(store, player.id)
        if len(esprits) != sums[player.id, ESPRIT]:
            yield f"player {player.id} has {len(esprits)} Esprits, ledger {sums[player.id, ESPRIT]}"


def _transfers_conserve(store: MemoryStore) -> Iterator[str]:
    by_key: dict[int, int] = defaultdict(int)
    for line in store.ledger.values():
        if line.posting.event.startswith("transfer."):
            by_key[line.key] += line.posting.delta
    yield from (f"transfer {key} made or lost {total} faylen" for key, total in by_key.items() if total)


def _replies_are_what_a_sequential_player_would_get(
    history: History, store: MemoryStore, config: Config
) -> Iterator[str]:
    """Replay each player's ledger version by version with the stored seeds, and each refusal where it fell."""
    for player in _players(store).values():
        model, esprits = Player(id=player.id), dict[int, Esprit]()
        lines: dict[int, list[Line]] = defaultdict(list)
        for (player_id, version, _), line in sorted(store.ledger.items()):
            if player_id == player.id:
                lines[version].append(line)
        for version in range(player.version + 1):
            if version:
                yield from _replay(model, esprits, version, lines[version], history, store, config)
            yield from _refusals_at(model, esprits, version, history, store, config)
        if values_of(model, PLAYER_COLUMNS) != values_of(player, PLAYER_COLUMNS):
            yield f"player {player.id} is not what its ledger makes of a sequential player"
        stored = {esprit.id: values_of(esprit, ESPRIT_COLUMNS) for esprit in _esprits(store, player.id)}
        if stored != {esprit.id: values_of(esprit, ESPRIT_COLUMNS) for esprit in esprits.values()}:
            yield f"player {player.id}'s Esprits are not what its ledger made"


def _replay(
    model: Player,
    esprits: dict[int, Esprit],
    version: int,
    lines: list[Line],
    history: History,
    store: MemoryStore,
    config: Config,
) -> Iterator[str]:
    if not lines:
        yield f"player {model.id} has no ledger line at version {version}"
        return
    command = history.commands[lines[0].key]
    model.version = version
    if isinstance(command, Transfer):
        for line in lines:
            made = model.post(
                line.posting.event, line.posting.asset, line.posting.delta, line.posting.subject
            )
            if made != line.posting:
                yield f"player {model.id} version {version}: {line.posting} in the ledger, {made} by the model"
        return
    rng = Rng(lines[0].seed or 0)
    outcome = decide(model, esprits, command, now=at(lines[0].at_ms), rng=rng, config=config.game)
    if not isinstance(outcome, Outcome):
        yield f"player {model.id} version {version}: {command} took effect, the model says {outcome}"
        return
    esprits |= {esprit.id: esprit for esprit in outcome.gained}
    if list(outcome.postings) != [line.posting for line in lines]:
        yield f"player {model.id} version {version}: the ledger differs from the model for {command}"
    stored = decode_reply(store.decided[command.idempotency_key].reply)
    if replace(outcome.reply, version=version) != stored:
        yield f"player {model.id} version {version}: stored {stored}, model {outcome.reply}"


def _refusals_at(
    model: Player,
    esprits: dict[int, Esprit],
    version: int,
    history: History,
    store: MemoryStore,
    config: Config,
) -> Iterator[str]:
    """A refusal must be what the player of just that version is told; those that speak of time are left out."""
    for decided in store.decided.values():
        command = history.commands[decided.key]
        reply = decode_reply(decided.reply)
        kind = type(reply).__name__
        if command.player_id != model.id or not isinstance(reply, Refusal) or reply.version != version:
            continue
        if kind in ("Abandoned", "TooSoon") or isinstance(command, Transfer):
            continue
        copy = Player(**dict(zip(PLAYER_COLUMNS, values_of(model, PLAYER_COLUMNS), strict=True)))
        made = decide(copy, esprits, command, now=at(0), rng=Rng(0), config=config.game)
        if isinstance(made, Outcome) or replace(made, version=version) != reply:
            yield f"player {model.id} version {version}: {command} was refused with {reply}, model {made}"


def _order_agrees_with_time(history: History) -> Iterator[str]:
    """What was answered before something was asked lies before it; reads never go back for one front-end."""
    answered = sorted(
        (seen for seen in history.seen if seen.reply.version and not isinstance(seen.reply, Undecided)),
        key=lambda seen: seen.answered_at,
    )
    first_seen: set[int] = set()
    for later in sorted(answered, key=lambda seen: seen.asked_at):
        if isinstance(later.request, Command):
            if later.request.idempotency_key in first_seen:
                continue  # the first reply again: it speaks of an earlier moment
            first_seen.add(later.request.idempotency_key)
        for earlier in answered:
            if earlier.answered_at >= later.asked_at:
                break
            if earlier.request.player_id != later.request.player_id or _again(history, later):
                continue
            if not isinstance(later.request, Command) and earlier.router != later.router:
                continue
            if earlier.reply.version > later.reply.version:
                yield f"{later.request} got version {later.reply.version} after {earlier.reply.version}"


def _again(history: History, seen: Seen) -> bool:
    """Whether the command had been asked before, so that its reply may speak of that time."""
    return isinstance(seen.request, Command) and any(
        other.asked_at < seen.asked_at and other.request == seen.request for other in history.seen
    )


def _decisions(history: History) -> Iterator[Seen]:
    for seen in history.seen:
        if isinstance(seen.request, Command) and not isinstance(seen.reply, Undecided):
            yield seen


def _players(store: MemoryStore) -> dict[int, Player]:
    return {row[0]: Player(**dict(zip(PLAYER_COLUMNS, row, strict=True))) for row in store.players.values()}


def _esprits(store: MemoryStore, player_id: int) -> list[Esprit]:
    rows = (dict(zip(ESPRIT_COLUMNS, row, strict=True)) for row in store.esprits.values())
    return [Esprit(**row) for row in rows if row["player_id"] == player_id]
