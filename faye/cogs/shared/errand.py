"""What an interaction asks for, free of any Discord object, so that another front-end can finish it."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from faye.messages import Command, DirectRequest, Query
from faye.messages.codec import decode_anything_asked, encode
from faye.utils.language import ENGLISH

UNKNOWN_PLAYER_KEY = 0
"""Stands in a request until its player's key is looked up; no player has it."""


class Scene(Struct, frozen=True, array_like=True):
    """Who asked, where it stands in time, and whom the answer is about."""

    user_id: int
    user_name: str
    interaction_id: int
    about_id: int = 0
    """Discord id of the user whose player is meant; 0: the one who asked."""
    about_name: str = ""
    language: str = ENGLISH
    """The language of Discord's that the one who asked reads, as far as it is spoken here."""

    @property
    def subject_id(self) -> int:
        """Discord id of the user whose player is meant."""
        return self.about_id or self.user_id

    @property
    def is_about_another(self) -> bool:
        """Whether the player meant is not the one who asked."""
        return self.subject_id != self.user_id


class Errand(Struct, frozen=True, array_like=True):
    """One request, still without its player's key, and how its reply is shown."""

    raw: bytes
    presentation: str
    scene: Scene
    opens: bool = False
    """The player is made if there is none yet."""
    guests: bool = False
    """Somebody who is no player may ask too; the request then keeps the unknown player's key."""
    updates: bool = False
    """The answer replaces the message whose component was used; a refusal stands beside it."""
    locks: bool = False
    """The lock that the command names is held meanwhile."""
    repeats: bool = False
    """Another press of the same button was the first, and has the answer that all may see."""
    player_key: int = 0
    """The key of the player meant, where it is known already; 0: it is looked up."""
    operates: bool = False
    """An operator asks, to whom players hide nothing."""

    @property
    def request(self) -> Command | Query | DirectRequest:
        """The request as it was made, without a player."""
        return decode_anything_asked(self.raw)

    @property
    def operation_id(self) -> int | None:
        """The operation of a button that the errand asks for; None if it asks for what is only its own."""
        request = self.request
        if not isinstance(request, Command) or request.idempotency_key == self.scene.interaction_id:
            return None
        return request.idempotency_key

    @property
    def log_fields(self) -> dict[str, object]:
        """What log lines say of it: the interaction, and the key of the command that it asks for, if it is one."""
        request = self.request
        fields: dict[str, object] = {"interaction": self.scene.interaction_id}
        return fields | {"key": request.idempotency_key} if isinstance(request, Command) else fields

    def request_of(self, player_id: int) -> Command | Query:
        """The request of the player with this key; not of what is asked directly, which knows no player."""
        request = self.request
        assert not isinstance(request, DirectRequest), "a direct request has no player"
        return msgspec.structs.replace(request, player_id=player_id)


def errand(
    request: Command | Query | DirectRequest,
    presentation: str,
    scene: Scene,
    *,
    opens: bool = False,
    guests: bool = False,
    updates: bool = False,
    player_key: int = 0,
    operates: bool = False,
) -> Errand:
    """An errand for `request`, whose player's key is looked up later, unless it is given."""
    locks = isinstance(request, Command) and request.lock is not None
    return Errand(
        encode(request), presentation, scene, opens, guests, updates, locks, False, player_key, operates
    )
