"""What a checker finds."""

from dataclasses import dataclass

from tests.checking.history import Seen


@dataclass(frozen=True)
class Violation:
    """One broken promise: whose, and what was seen of it."""

    player_id: int
    what: str
    seen: tuple[Seen, ...] = ()

    def __str__(self) -> str:
        return f"player {self.player_id}: {self.what}"
