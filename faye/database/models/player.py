"""The player: its row, its balances, and, by inheritance, the rules of every feature."""

from __future__ import annotations

from faye.database.models.craft import CraftRules
from faye.database.models.transfer import TransferRules


class Player(CraftRules, TransferRules, table=True):
    """One player: the aggregate root, guarded by its version."""

    __tablename__ = "players"
