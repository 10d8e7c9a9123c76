"""The player: its row, its balances, and, by inheritance, the rules of every feature."""

from __future__ import annotations

from faye.database.models.collection import CollectionRules
from faye.database.models.craft import CraftRules
from faye.database.models.daily import DailyRules
from faye.database.models.odds import OddsRules
from faye.database.models.start import StartRules
from faye.database.models.transfer import TransferRules


class Player(StartRules, DailyRules, CraftRules, OddsRules, CollectionRules, TransferRules, table=True):
    """One player: the aggregate root, guarded by its version."""

    __tablename__ = "players"
