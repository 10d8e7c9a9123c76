"""How a sequential model answers what operators ask, which takes more than the player's own aggregate."""

from typing import Any

from actors.player_rules import decide
from faye.config import GameConfig
from faye.database.models.outcome import Outcome
from faye.database.models.player import Player
from faye.database.models.refund import PastDeed, is_refund_of
from faye.messages import Command, Query, Reply
from faye.messages.admin import (
    Administer,
    LiftSuspension,
    NothingFound,
    PreviewDeed,
    PutInForce,
    Refund,
    SetFigure,
    Suspend,
)
from faye.messages.codec import decode_reply
from faye.messages.refusals import NotStarted
from tests.checking.records import Records


def depends_on_time(request: Command | Query) -> bool:
    """Whether what an operator is told also depends on when it was asked: energy grows, suspensions end."""
    if not isinstance(request, Administer | PreviewDeed):
        return False
    deed = request.deed
    return isinstance(deed, LiftSuspension | Suspend) or (
        isinstance(deed, SetFigure) and deed.figure == "energy"
    )


def decide_as_model(
    player: Player,
    esprits: Any,
    command: Command,
    version: int,
    records: Records,
    config: GameConfig,
    **given: Any,
) -> Outcome[Any] | Reply:
    """What the model decides, before `version` of the player or at it."""
    if isinstance(command, PutInForce):
        return player.put_in_force(command, in_force_id=config.id)
    if not isinstance(command, Refund):
        return decide(player, esprits, command, config=config, **given)
    if not player.has_started:
        return NotStarted()
    past = _past(player, command.key, version, records)
    return player.refund(command, past, esprits, config=config) if past else NothingFound()


def _past(player: Player, key: int, version: int, records: Records) -> PastDeed | None:
    """What the player's command with `key` had done before `version`."""
    stood = records.decided.get(key)
    if stood is None or stood.player_id != player.id:
        return None
    reply = decode_reply(stood.reply)
    if reply.version >= version:
        return None  # it came later
    lines = records.lines.get(player.id, {})
    before = [line for at in range(1, version) for line in lines.get(at, [])]
    return PastDeed(
        reply,
        [line.posting for line in lines.get(reply.version, []) if line.key == key],
        any(is_refund_of(line.posting, key) for line in before),
    )


def is_open(command: Command, records: Records, version: int) -> bool:
    """Whether it cannot be told from versions if a refund came before or after what it was to undo."""
    if not isinstance(command, Refund):
        return False
    stood = records.decided.get(command.key)
    return stood is not None and decode_reply(stood.reply).version in (0, version)
