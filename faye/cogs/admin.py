"""/admin: what those who run the bot may look up, change and put in force. Everything is private and written down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

import discord
from discord import app_commands
from discord.ext import commands

from faye.cogs.admin_confirm import ConfirmDeed
from faye.cogs.admin_suggest import suggest_belongings, suggest_gifts
from faye.cogs.shared.errand import Errand, errand
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.options import choices, identifier, one_of, whole_number
from faye.cogs.shared.refusals import explain_outage
from faye.cogs.shared.rendered import notice
from faye.cogs.shared.texts import escape, number, visible
from faye.config import ConfigError
from faye.messages import Command, Query
from faye.messages.admin import (
    FIGURES,
    GIVEN_ESPRITS_MAX,
    REASON_CHARS_MAX,
    SUSPENDED_MINUTES_MAX,
    Administer,
    Deed,
    Figure,
    GetDecided,
    GiveCurrency,
    GiveEsprits,
    LiftSuspension,
    NoteUse,
    PreviewDeed,
    PutInForce,
    ResetKind,
    ResetPlayer,
    SetFigure,
    Suspend,
    TakeCurrency,
    TakeEsprit,
)
from faye.messages.refusals import InvalidAmount
from faye.operators import OPERATORS_KEY
from faye.utils.language import gettext
from faye.vocabulary import CURRENCIES

from faye.cogs import admin_shows  # noqa: F401  # isort: skip  (registers what is shown)

if TYPE_CHECKING:
    from faye.bot import FayeBot

log = logging.getLogger(__name__)

WHAT_CHARS_MAX: Final = 40
ID_CHARS_MAX: Final = 20
AMOUNT_MAX: Final = 10**12
LEVEL_MAX: Final = 1000
HOURS_MAX: Final = SUSPENDED_MINUTES_MAX // 60
FIGURE_MAX: Final = 10**9
RESETS: Final[dict[str, ResetKind]] = {
    "Cooldowns: all of them are over": "cooldowns",
    "Everything: back to before the start": "everything",
}
PREPARED_WITHIN_S: Final = 2.0

_FOR_OPERATORS: Final = {"limit": "admin", "operators": True}

Reason = app_commands.Range[str, 1, REASON_CHARS_MAX]
What = app_commands.Range[str, 1, WHAT_CHARS_MAX]
Id = app_commands.Range[str, 1, ID_CHARS_MAX]


@app_commands.default_permissions()
class AdminCog(commands.GroupCog, group_name="admin", group_description="For those who run this bot"):
    """The operators' commands. Whoever may not use them is turned away before they run (`FayeTree`)."""

    ITEMS = (ConfirmDeed,)

    def __init__(self, bot: FayeBot) -> None:
        self.bot = bot
        self.flow = bot.flow

    @app_commands.command(extras=_FOR_OPERATORS)
    @app_commands.describe(user="Whom to look at", player="Instead of a user: a player key out of the ledger")
    async def inspect(
        self, interaction: Interaction, user: discord.User | None = None, player: Id | None = None
    ) -> None:
        """See everything about a player; that you looked stands in the player's ledger."""
        key = identifier(str(player)) if player is not None else 0
        if (user is None) == (player is None) or key is None:
            await self._say(interaction, gettext("Choose a user, or give a player key, which is a number."))
            return
        command = NoteUse(
            player_id=0, idempotency_key=interaction.id, admin_id=interaction.user.id, use="inspect", about=""
        )
        await self._run(interaction, command, "admin_inspect", user, player_key=key)

    @app_commands.command(extras=_FOR_OPERATORS)
    @app_commands.describe(
        user="Who receives it",
        what="A currency or an Esprit",
        amount="How much of it",
        reason="Why: it stands in the ledger",
        level="The level of the Esprits",
    )
    @app_commands.autocomplete(what=suggest_gifts)
    async def give(
        self,
        interaction: Interaction,
        user: discord.User,
        what: What,
        amount: app_commands.Range[int, 1, AMOUNT_MAX],
        reason: Reason,
        level: app_commands.Range[int, 1, LEVEL_MAX] = 1,
    ) -> None:
        """Give a player currency or new Esprits."""
        currency, species = one_of(what, CURRENCIES), self._species(str(what))
        count = whole_number(amount, least=1, most=AMOUNT_MAX if currency else GIVEN_ESPRITS_MAX)
        raised = whole_number(level, least=1, most=LEVEL_MAX)
        if isinstance(count, InvalidAmount) or isinstance(raised, InvalidAmount):
            refusal = count if isinstance(count, InvalidAmount) else raised
            assert isinstance(refusal, InvalidAmount), "one of the two is refused"
            await self.flow.refuse(interaction, refusal)
        elif currency is not None:
            await self._administer(interaction, user, GiveCurrency(currency, count), reason)
        elif species is not None:
            await self._administer(interaction, user, GiveEsprits(species, count, raised), reason)
        else:
            await self._say(
                interaction, gettext("There is no such currency or Esprit. Choose one of the suggestions.")
            )

    @app_commands.command(extras=_FOR_OPERATORS)
    @app_commands.describe(
        user="Who loses it",
        what="A currency or one of the player's Esprits",
        reason="Why: it stands in the ledger",
        amount="How much of a currency",
    )
    @app_commands.autocomplete(what=suggest_belongings)
    async def remove(
        self,
        interaction: Interaction,
        user: discord.User,
        what: What,
        reason: Reason,
        amount: app_commands.Range[int, 1, AMOUNT_MAX] = 1,
    ) -> None:
        """Take currency or an Esprit from a player; you see what changes before it happens."""
        currency = one_of(what, CURRENCIES)
        count = whole_number(amount, least=1, most=AMOUNT_MAX if currency else 1)
        if isinstance(count, InvalidAmount):
            await self.flow.refuse(interaction, count)
            return
        deed = TakeEsprit(visible(str(what))) if currency is None else TakeCurrency(currency, count)
        await self._preview(interaction, user, deed, reason)

    @app_commands.command(extras=_FOR_OPERATORS)
    @app_commands.describe(
        user="Whose figure",
        figure="Which one",
        value="What it becomes",
        reason="Why: it stands in the ledger",
    )
    @app_commands.choices(figure=choices(FIGURES))
    async def set(
        self,
        interaction: Interaction,
        user: discord.User,
        figure: str,
        value: app_commands.Range[int, 0, FIGURE_MAX],
        reason: Reason,
    ) -> None:
        """Set a player's level, level cap, experience, energy or pity."""
        chosen = one_of(figure, FIGURES)
        wanted = whole_number(value, least=0, most=FIGURE_MAX)
        if chosen is None:
            await self._say(interaction, gettext("There is no such figure. Choose one from the list."))
        elif isinstance(wanted, InvalidAmount):
            await self.flow.refuse(interaction, wanted)
        else:
            await self._administer(interaction, user, SetFigure(cast(Figure, chosen), wanted), reason)

    @app_commands.command(extras=_FOR_OPERATORS)
    @app_commands.describe(user="Whom to reset", what="How much of it", reason="Why: it stands in the ledger")
    @app_commands.choices(
        what=[app_commands.Choice(name=name, value=value) for name, value in RESETS.items()]
    )
    async def reset(self, interaction: Interaction, user: discord.User, what: str, reason: Reason) -> None:
        """Make a player's cooldowns over, or bring the player back to before the start."""
        chosen = one_of(what, tuple(RESETS.values()))
        if chosen is None:
            await self._say(interaction, gettext("Choose what is to be reset from the list."))
            return
        await self._preview(interaction, user, ResetPlayer(cast(ResetKind, chosen)), reason)

    @app_commands.command(extras=_FOR_OPERATORS)
    @app_commands.describe(
        user="Whom to suspend",
        hours="For how long",
        reason="Why: the player reads it, and it stands in the ledger",
    )
    async def suspend(
        self,
        interaction: Interaction,
        user: discord.User,
        hours: app_commands.Range[int, 1, HOURS_MAX],
        reason: Reason,
    ) -> None:
        """Let a player look at everything and do nothing for a while."""
        wanted = whole_number(hours, least=1, most=HOURS_MAX)
        if isinstance(wanted, InvalidAmount):
            await self.flow.refuse(interaction, wanted)
            return
        await self._preview(interaction, user, Suspend(wanted * 60), reason)

    @app_commands.command(extras=_FOR_OPERATORS)
    @app_commands.describe(user="Whose suspension ends", reason="Why: it stands in the ledger")
    async def lift(self, interaction: Interaction, user: discord.User, reason: Reason) -> None:
        """End a player's suspension."""
        await self._administer(interaction, user, LiftSuspension(), reason)

    @app_commands.command(extras=_FOR_OPERATORS)
    @app_commands.describe(
        interaction_id="The id of the interaction, as the ledger and the bot's log name it",
        reason="Why: it stands in the ledger",
    )
    @app_commands.rename(interaction_id="interaction")
    async def refund(self, interaction: Interaction, interaction_id: Id, reason: Reason) -> None:
        """Undo what one interaction did, once, as far as the player has kept it."""
        key, why = identifier(str(interaction_id)), await self._reason(interaction, reason)
        if why is None:
            return
        if key is None:
            await self._say(interaction, gettext("The id of an interaction is a number."))
            return
        query = GetDecided(player_id=0, key=key, reason=why)
        await self._run(interaction, query, "admin_refund_plan", None, player_key=OPERATORS_KEY)

    @app_commands.command(extras=_FOR_OPERATORS)
    @app_commands.describe(
        interaction_id="The id of the interaction, as the ledger and the bot's log name it"
    )
    @app_commands.rename(interaction_id="interaction")
    async def lookup(self, interaction: Interaction, interaction_id: Id) -> None:
        """Find out what one interaction did: whose it was, the answer, the ledger lines."""
        key = identifier(str(interaction_id))
        if key is None:
            await self._say(interaction, gettext("The id of an interaction is a number."))
            return
        command = NoteUse(
            player_id=0,
            idempotency_key=interaction.id,
            admin_id=interaction.user.id,
            use="lookup",
            about=str(key),
        )
        await self._run(interaction, command, "admin_lookup", None, player_key=OPERATORS_KEY)

    @app_commands.command(extras=_FOR_OPERATORS)
    async def reload(self, interaction: Interaction) -> None:
        """Read the game's figures again, check all of them, and put them in force everywhere at once."""
        if self.bot.figures is None:
            await self._say(
                interaction, gettext("There is no configuration directory here that could be read.")
            )
            return
        try:
            async with asyncio.timeout(PREPARED_WITHIN_S):
                prepared = await self.bot.figures.prepare()
        except ConfigError as error:
            text = gettext("That cannot be put in force:\n{error}")
            await self._say(interaction, text.format(error=escape(str(error), 1000)))
            return
        except (ConnectionError, TimeoutError):
            await self.flow.say(interaction, explain_outage())
            return
        if prepared.id == prepared.known:
            await self._say(interaction, _nothing_new(prepared.at_restart))
            return
        command = PutInForce(
            player_id=0,
            idempotency_key=interaction.id,
            admin_id=interaction.user.id,
            config_id=prepared.id,
            known_id=prepared.known,
            changed=list(prepared.changed),
            at_restart=list(prepared.at_restart),
        )
        await self._run(interaction, command, "admin_reload", None, player_key=OPERATORS_KEY)

    # -- parts ---------------------------------------------------------------------------------------

    async def _administer(
        self, interaction: Interaction, user: discord.User, deed: Deed, reason: object
    ) -> None:
        """Do at once what gives, or can be set back."""
        if (why := await self._reason(interaction, reason)) is not None:
            command = Administer(
                player_id=0,
                idempotency_key=interaction.id,
                admin_id=interaction.user.id,
                reason=why,
                deed=deed,
            )
            await self._run(interaction, command, "admin_deed", user)

    async def _preview(
        self, interaction: Interaction, user: discord.User, deed: Deed, reason: object
    ) -> None:
        """Show what a deed would change, before it is confirmed."""
        if (why := await self._reason(interaction, reason)) is not None:
            query = PreviewDeed(player_id=0, deed=deed, reason=why)
            await self._run(interaction, query, "admin_plan", user)

    async def _run(
        self,
        interaction: Interaction,
        request: Command | Query,
        presentation: str,
        user: object,
        *,
        player_key: int = 0,
    ) -> None:
        if user is not None and not isinstance(user, discord.abc.User):
            # Discord did not describe the user; the library hands on the bare id.
            await self._say(interaction, gettext("I cannot find that user. Choose somebody from the list."))
            return
        asked: Errand = errand(
            request,
            presentation,
            self.flow.scene(interaction, about=user),
            player_key=player_key,
            operates=True,
        )
        await self.flow.run(interaction, asked, Ack.PRIVATE)

    async def _reason(self, interaction: Interaction, reason: object) -> str | None:
        """The reason on one line; None, and the operator was told, if there is none to be seen."""
        words = visible(str(reason))
        units = len(words.encode("utf-16-le", "surrogatepass")) // 2
        if 1 <= units <= REASON_CHARS_MAX:
            return words
        text = gettext("Give a reason of 1 to {most} characters.")
        await self._say(interaction, text.format(most=number(REASON_CHARS_MAX)))
        return None

    async def _say(self, interaction: Interaction, text: str) -> None:
        await self.flow.say(interaction, notice("\n".join((text, gettext("**Nothing was done.**")))))

    def _species(self, text: str) -> str | None:
        """The code of the species that `text` is, or is the name of."""
        roster, sought = self.flow.look.config.game.roster, text.casefold()
        named = (code for code, species in roster.items() if species.name.casefold() == sought)
        return text if text in roster else next(named, None)


def _nothing_new(waiting: Sequence[str]) -> str:
    """That everything is in force, but for the files, by stem, that wait for a restart."""
    text = gettext("The game's files say what is in force already.")
    if not waiting:
        return text
    later = gettext(
        "{files} differ from what runs: they take effect when the front-ends are started again."
    ).format(files=", ".join(f"`{stem}.json`" for stem in waiting))
    return f"{text} {later}"


async def setup(bot: FayeBot) -> None:
    """Add the cog, to the operators' guild alone if there is one."""
    if bot.owners.guild_id is None:
        await bot.add_cog(AdminCog(bot))
    else:
        await bot.add_cog(AdminCog(bot), guild=discord.Object(bot.owners.guild_id))
