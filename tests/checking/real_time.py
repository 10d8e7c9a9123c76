"""Decides whether what clients saw is in one order with the time at which they saw it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from faye.config import Config
from faye.messages import Command, Query, Undecided
from faye.messages.transfer import Transferred
from tests.checking.history import History, Seen
from tests.checking.violation import Violation


@dataclass(frozen=True)
class _Sight:
    """A version of a player that was shown at a moment, by a front-end."""

    at: float
    version: int
    seen: Seen


def order_agrees_with_time(history: History, config: Config) -> Iterator[Violation]:
    """What was answered before something was asked lies before it.

    Commands are in one order with everything that anybody was shown. Reads never go back for one front-end, and are
    behind the others by a lease at most.
    """
    shown: dict[int, list[_Sight]] = defaultdict(list)
    asked: dict[int, list[Seen]] = defaultdict(list)
    for seen in history.seen:
        if isinstance(seen.reply, Undecided) or not seen.reply.version:
            continue
        asked[seen.request.player_id].append(seen)
        shown[seen.request.player_id].append(_Sight(seen.answered_at, seen.reply.version, seen))
        if isinstance(seen.reply, Transferred):
            shown[seen.reply.receiver_id].append(_Sight(seen.answered_at, seen.reply.receiver_version, seen))
    lease_s = config.engine.lease_duration_ms / 1000
    for player_id, sights in shown.items():
        later = [seen for seen in asked[player_id] if not history.is_repeated(seen)]
        commands = [seen for seen in later if isinstance(seen.request, Command)]
        reads = [seen for seen in later if isinstance(seen.request, Query)]
        yield from _never_back(player_id, sights, commands)
        yield from _never_back(player_id, sights, reads, grace_s=lease_s)
        for front_end in {seen.front_end for seen in reads}:
            own = [sight for sight in sights if sight.seen.front_end == front_end]
            yield from _never_back(player_id, own, [seen for seen in reads if seen.front_end == front_end])


def _never_back(
    player_id: int, sights: list[_Sight], later: list[Seen], *, grace_s: float = 0.0
) -> Iterator[Violation]:
    """Each of `later` must not be older than the newest that was shown `grace_s` before it was asked."""
    following = iter(sorted(sights, key=lambda sight: sight.at))
    sight = next(following, None)
    newest: _Sight | None = None
    for seen in sorted(later, key=lambda seen: seen.asked_at):
        while sight is not None and sight.at < seen.asked_at - grace_s:
            if newest is None or sight.version > newest.version:
                newest = sight
            sight = next(following, None)
        if newest is not None and seen.reply.version < newest.version:
            what = f"{seen.request} got version {seen.reply.version} after {newest.version} was shown"
            yield Violation(player_id, what, (newest.seen, seen))
