"""Which press of a button that acts once was the first, across processes and restarts."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from faye.utils.bounded_store import StoreAway
from faye.utils.shared_store import SharedStore

_TAKE: Final = """
redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2])
return redis.call('GET', KEYS[1])
"""

_GIVE_BACK: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class FirstPresses:
    """The interaction that was the first to ask for an operation; its answer is the one that all may see.

    A courtesy to the channel and no part of the engine's correctness: the operation has one effect anyway.
    With Valkey away each process knows only those of the last `remembered_max` presses that it saw itself.
    """

    def __init__(self, shared: SharedStore, *, kept_s: int, remembered_max: int, timeout_ms: int) -> None:
        self._shared = shared
        self._remembered_max = remembered_max
        self._kept_s = kept_s
        self._store = shared.bounded("first presses", timeout_ms=timeout_ms)
        self._take = shared.redis.register_script(_TAKE)
        self._give_back = shared.redis.register_script(_GIVE_BACK)
        self._seen: OrderedDict[int, int] = OrderedDict()

    async def take(self, operation_id: int, interaction_id: int) -> bool:
        """Whether this interaction is the first to press, also when it is delivered again."""
        if self._seen.setdefault(operation_id, interaction_id) != interaction_id:
            return False
        if len(self._seen) > self._remembered_max:
            self._seen.popitem(last=False)
        args: list[int] = [interaction_id, self._kept_s]
        try:
            first = await self._store.call(lambda: self._take(keys=[self._key(operation_id)], args=args))
        except StoreAway:
            return True
        if int(first) == interaction_id:
            return True
        self._forget(operation_id, interaction_id)
        return False

    async def give_back(self, operation_id: int, interaction_id: int) -> None:
        """Let another press be the first, because nothing was decided for this one."""
        self._forget(operation_id, interaction_id)
        try:
            await self._store.call(
                lambda: self._give_back(keys=[self._key(operation_id)], args=[interaction_id])
            )
        except StoreAway:
            return

    def _forget(self, operation_id: int, interaction_id: int) -> None:
        if self._seen.get(operation_id) == interaction_id:
            del self._seen[operation_id]

    def _key(self, operation_id: int) -> str:
        return self._shared.key(f"press:{operation_id}")
