"""What operators do to the game besides playing it, as the front-end sees it."""

from __future__ import annotations

from typing import Final, Protocol

from msgspec import Struct

OPERATORS_KEY: Final = -1
"""The grain in whose ledger stands what operators did to no player in particular; nobody plays it."""


class Owners(Struct, frozen=True):
    """Who may use the operators' commands, and where these can be seen."""

    ids: frozenset[int] = frozenset()
    """Discord ids; empty: whoever Discord says that the application belongs to."""
    guild_id: int | None = None
    """The only guild in which the commands are registered; None: everywhere."""


class Prepared(Struct, frozen=True):
    """A configuration that was read, checked and stored, and can be put in force."""

    id: int
    known: int
    """The one in force when it was read: it is put in place of no other."""
    changed: tuple[str, ...]
    """The files that differ from what is in force, by stem."""
    at_restart: tuple[str, ...]
    """Those that changed too, and take effect only when a front-end starts."""


class Figures(Protocol):
    """The files that hold the game's figures."""

    async def prepare(self) -> Prepared:
        """Read and check all of them, and store the game's part, so that every host can find it.

        Nothing takes effect by that. Raises `faye.config.ConfigError`, which says what is wrong, or `ConnectionError`.
        """
        ...
