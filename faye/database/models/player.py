"""The player: its row, its balances, and, by inheritance, the rules of every feature.

Players in memory are not instrumented by SQLAlchemy: nothing is ever loaded or flushed through its ORM, and reading
an attribute through it took seven times as long and three times the memory. The table stands beside the class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from faye.database.models.compare import CompareRules
from faye.database.models.craft import CraftRules
from faye.database.models.daily import DailyRules
from faye.database.models.dissolve import DissolveRules
from faye.database.models.explore import ExploreRules
from faye.database.models.inspection import InspectionRules
from faye.database.models.level import LevelRules
from faye.database.models.limit_break import LimitBreakRules
from faye.database.models.lock import LockRules
from faye.database.models.odds import OddsRules
from faye.database.models.operators import OperatorsRules
from faye.database.models.player_row import PlayerRow
from faye.database.models.refund import RefundRules
from faye.database.models.start import StartRules
from faye.database.models.suspension import SuspensionRules
from faye.database.models.team import TeamRules
from faye.database.models.transfer import TransferRules
from faye.database.models.trial import TrialRules
from faye.database.models.tutorial import TutorialRules


class Player(
    StartRules,
    DailyRules,
    CraftRules,
    OddsRules,
    LimitBreakRules,
    LockRules,
    RefundRules,
    OperatorsRules,
    InspectionRules,
    TeamRules,
    DissolveRules,
    CompareRules,
    LevelRules,
    ExploreRules,
    TrialRules,
    TutorialRules,
    TransferRules,
    SuspensionRules,
):
    """One player: the aggregate root, guarded by its version."""

    if not TYPE_CHECKING:
        # Nothing validates what a rule sets, so that asking pydantic at each attribute would only take time.
        __setattr__ = object.__setattr__


class PlayerTable(PlayerRow, table=True):
    """Where players are kept."""

    __tablename__ = "players"
