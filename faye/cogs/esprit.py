"""/esprit: a player's spirits; looking through them here, everything else in the modules beside this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from discord import app_commands
from discord.ext import commands

from faye.cogs.esprit_collection import (
    MARK_LABELS,
    MARKS,
    NAME_CHARS_MAX,
    SORT_LABELS,
    SORTS,
    SortCollection,
    TurnCollection,
    collection_errand,
)
from faye.cogs.esprit_compare import CompareCommands
from faye.cogs.esprit_details import PickEsprit, details_errand
from faye.cogs.esprit_dissolve import ConfirmDissolve, DissolveCommands
from faye.cogs.esprit_limit_break import ConfirmLimitBreak, LimitBreakCommands
from faye.cogs.esprit_lock import LockCommands
from faye.cogs.esprit_team import TeamCommands
from faye.cogs.esprit_upgrade import UpgradeCommands
from faye.cogs.shared.esprit_option import NAME_CHARS_MAX as ESPRIT_CHARS_MAX
from faye.cogs.shared.esprit_option import esprit_named, suggest_esprits, suggest_names
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.options import choices, one_of
from faye.cogs.shared.rendered import notice
from faye.cogs.shared.texts import number, visible
from faye.config import GameConfig
from faye.messages.esprit import EspritMark, EspritSort, GetCollection
from faye.utils.language import gettext
from faye.vocabulary import CLASSES, ELEMENTS

if TYPE_CHECKING:
    from faye.bot import FayeBot

_MARK_CHOICES = [
    app_commands.Choice(name=label[:1].upper() + label[1:], value=mark) for mark, label in MARK_LABELS.items()
]
_SORT_CHOICES = [app_commands.Choice(name=SORT_LABELS[sort], value=sort) for sort in SORTS]


class EspritCog(
    UpgradeCommands,
    LimitBreakCommands,
    LockCommands,
    TeamCommands,
    DissolveCommands,
    CompareCommands,
    commands.GroupCog,
    group_name="esprit",
    group_description="Your Esprits",
):
    """Looking through a collection, and all that is done with the Esprits in it."""

    ITEMS = (TurnCollection, SortCollection, PickEsprit, ConfirmLimitBreak, ConfirmDissolve)

    def __init__(self, bot: FayeBot) -> None:
        self.flow = bot.flow
        self._config = bot.config.bot
        self.define(bot.config.game)

    def define(self, game: GameConfig) -> None:
        """See `DefinedByFigures`."""
        self._rarities = tuple(game.esprit.rarities)
        app_commands.choices(rarity=choices(self._rarities))(self.collection)
        app_commands.choices(rarity=choices(self._rarities))(self.dissolve)

    @app_commands.command(extras={"limit": "read"})
    @app_commands.describe(
        rarity="Only this rarity",
        element="Only this element",
        kind="Only this class",
        name="Only names that contain this",
        only="Only those that are locked, are not, or stand in your team",
        sort="In which order",
    )
    @app_commands.choices(
        element=choices(ELEMENTS), kind=choices(CLASSES), only=_MARK_CHOICES, sort=_SORT_CHOICES
    )
    @app_commands.autocomplete(name=suggest_names)
    async def collection(
        self,
        interaction: Interaction,
        rarity: str | None = None,
        element: str | None = None,
        kind: str | None = None,
        name: app_commands.Range[str, 1, NAME_CHARS_MAX] | None = None,
        only: str | None = None,
        sort: str = "power",
    ) -> None:
        """Look through your Esprits."""
        words = ((rarity, self._rarities), (element, ELEMENTS), (kind, CLASSES), (only, MARKS))
        unknown = [word for word, known in words if word is not None and one_of(word, known) is None]
        order = one_of(sort, SORTS)
        sought = None if name is None else visible(str(name))
        if unknown or order is None:
            text = gettext("I don't know that filter. Please choose from the list.")
            await self.flow.say(interaction, notice(text))
        elif sought is not None and not 1 <= len(sought) <= NAME_CHARS_MAX:
            text = gettext("A part of a name has between 1 and {most} characters. Nothing was looked up.")
            await self.flow.say(interaction, notice(text.format(most=number(NAME_CHARS_MAX))))
        else:
            query = GetCollection(
                player_id=0,
                page_size=self._config.collection_page_size,
                sort=cast(EspritSort, order),
                rarity=one_of(rarity, self._rarities),
                element=one_of(element, ELEMENTS),
                esprit_class=one_of(kind, CLASSES),
                name=sought,
                only=cast(EspritMark | None, one_of(only, MARKS)),
            )
            scene = self.flow.scene(interaction)
            await self.flow.run(interaction, collection_errand(query, scene), Ack.PUBLIC)

    @app_commands.command(extras={"limit": "read"})
    @app_commands.describe(esprit="The name of one of your Esprits")
    @app_commands.autocomplete(esprit=suggest_esprits)
    async def details(
        self, interaction: Interaction, esprit: app_commands.Range[str, 1, ESPRIT_CHARS_MAX]
    ) -> None:
        """Look closely at one of your Esprits."""
        named = await esprit_named(interaction, esprit)
        if named is not None:
            await self.flow.run(interaction, details_errand(named, self.flow.scene(interaction)), Ack.PUBLIC)


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(EspritCog(bot))
