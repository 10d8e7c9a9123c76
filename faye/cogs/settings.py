"""/settings: who may see a player, the language of answers, reminders, and how the account is erased."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from faye.cogs.shared.errand import errand
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import HOME_COLOUR, QUIET_COLOUR, Look
from faye.cogs.shared.options import ID_MOST, one_of
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, button, custom_id
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered, notice
from faye.cogs.shared.texts import full
from faye.messages.settings import (
    AS_IN_DISCORD,
    AccountErased,
    EraseAccount,
    ErasureRefused,
    GetSettings,
    SetLanguage,
    SetNotify,
    SetPrivacy,
    Settings,
)
from faye.utils.language import LANGUAGES, gettext, gettext_noop, own_name

if TYPE_CHECKING:
    from faye.bot import FayeBot

SettingsAnswer: TypeAlias = Settings | CommonRefusal
ErasureAnswer: TypeAlias = AccountErased | ErasureRefused | CommonRefusal

WHAT_ERASING_DOES: Final = gettext_noop(
    "**What goes.** The link between your Discord account and your player, and what you chose in the settings. "
    "Your Esprits, your purse and your history will belong to nobody. **Nobody can bring that back**, not even I.\n"
    "**What stays, and why.** Under a random key that nothing ties to you any more: what that player owned, and its "
    "ledger, so that the sums of the whole game can still be checked. Every line of it has the number that Discord "
    "gave to the command behind it, which Discord alone could trace back. "
    "Backups of the game hold the link until newer ones replace them. What I wrote into channels stays there."
)


class SetPrivate(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"private:(?P<owner>{SNOWFLAKE}):(?P<private>[01])",
):
    """Hides the player from others, or shows it again."""

    def __init__(self, owner_id: int, private: bool) -> None:
        self.owner_id = owner_id
        self.private = private
        label, emoji = (
            (gettext("Hide me from others"), "🙈") if private else (gettext("Let others see me"), "👁️")
        )
        super().__init__(button(label, custom_id("private", owner_id, int(private)), emoji=emoji))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> SetPrivate:
        """The button that was pressed."""
        return cls(int(match["owner"]), match["private"] == "1")

    async def press(self, interaction: Interaction) -> None:
        """Settle it, and show the settings as they then are."""
        flow = interaction.client.flow
        asked = errand(SetPrivacy(private=self.private), "settings", flow.scene(interaction), updates=True)
        await flow.run(interaction, asked, Ack.UPDATE)


class SetReminders(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"remind:(?P<owner>{SNOWFLAKE}):(?P<notify>[01])",
):
    """Switches reminders of the daily reward on, or off again."""

    def __init__(self, owner_id: int, notify: bool) -> None:
        self.owner_id = owner_id
        self.notify = notify
        label, emoji = (
            (gettext("Remind me of the daily reward"), "🔔")
            if notify
            else (gettext("No more reminders"), "🔕")
        )
        super().__init__(button(label, custom_id("remind", owner_id, int(notify)), emoji=emoji))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> SetReminders:
        """The button that was pressed."""
        return cls(int(match["owner"]), match["notify"] == "1")

    async def press(self, interaction: Interaction) -> None:
        """Settle it, and show the settings as they then are."""
        flow = interaction.client.flow
        scene, daily = flow.scene(interaction), flow.look.config.game.daily
        request = SetNotify(notify=self.notify, language=scene.language, cooldown_hours=daily.cooldown_hours)
        await flow.run(interaction, errand(request, "settings", scene, updates=True), Ack.UPDATE)


class ChooseLanguage(
    Pressable, discord.ui.DynamicItem[discord.ui.Select[Any]], template=rf"language:(?P<owner>{SNOWFLAKE})"
):
    """Settles the language in which a user is answered."""

    def __init__(self, owner_id: int, settled: str | None) -> None:
        self.owner_id = owner_id
        words = {AS_IN_DISCORD: gettext("As in your Discord")} | {
            language: own_name(language).capitalize() for language in LANGUAGES
        }
        options = [
            discord.SelectOption(
                label=word, value=value, emoji="🌐", default=value == (settled or AS_IN_DISCORD)
            )
            for value, word in words.items()
        ]
        menu: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=custom_id("language", owner_id), placeholder=gettext("Language"), options=options
        )
        super().__init__(menu)

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> ChooseLanguage:
        """The menu that was used."""
        return cls(int(match["owner"]), None)

    async def press(self, interaction: Interaction) -> None:
        """Settle it, and show the settings in that language."""
        flow = interaction.client.flow
        chosen = one_of(next(iter(self.item.values), None), (AS_IN_DISCORD, *LANGUAGES))
        if chosen is None:
            await flow.say_stale(interaction)
            return
        request = SetLanguage(language=None if chosen == AS_IN_DISCORD else chosen)
        await flow.run(
            interaction, errand(request, "settings", flow.scene(interaction), updates=True), Ack.UPDATE
        )


class AskErasure(
    Pressable, discord.ui.DynamicItem[discord.ui.Button[Any]], template=rf"leave:(?P<owner>{SNOWFLAKE})"
):
    """Leads to what `/settings delete` shows."""

    def __init__(self, owner_id: int) -> None:
        self.owner_id = owner_id
        super().__init__(
            button(gettext("Delete my account…"), custom_id("leave", owner_id), emoji="🗑️", row=2)
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> AskErasure:
        """The button that was pressed."""
        return cls(int(match["owner"]))

    async def press(self, interaction: Interaction) -> None:
        """Show what erasing does, in place of the settings."""
        flow = interaction.client.flow
        asked = errand(GetSettings(), "erasure_offer", flow.scene(interaction), updates=True)
        await flow.run(interaction, asked, Ack.UPDATE)


class ConfirmErasure(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"erase:(?P<mark>\d{{1,19}}):(?P<owner>{SNOWFLAKE}):(?P<operation>{SNOWFLAKE})",
):
    """Erases the one account that was spoken of, however often it is pressed."""

    def __init__(self, mark: int, owner_id: int, operation_id: int) -> None:
        self.mark = mark
        self.owner_id = owner_id
        self.operation_id = operation_id
        identity = custom_id("erase", mark, owner_id, operation_id)
        label = gettext("Erase it for good")
        super().__init__(button(label, identity, emoji="🗑️", style=discord.ButtonStyle.danger))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> ConfirmErasure:
        """The button that was pressed."""
        return cls(int(match["mark"]), int(match["owner"]), int(match["operation"]))

    async def press(self, interaction: Interaction) -> None:
        """Erase."""
        flow = interaction.client.flow
        if self.mark > ID_MOST:
            await flow.say_stale(interaction)
            return
        asked = errand(EraseAccount(mark=self.mark), "erasure", flow.scene(interaction), updates=True)
        await flow.run(interaction, asked, Ack.UPDATE)


class SettingsCog(
    commands.GroupCog,
    group_name="settings",
    group_description="Who sees you, your language, reminders, and what is kept about you",
):
    """What is a user's own affair."""

    ITEMS = (SetPrivate, SetReminders, ChooseLanguage, AskErasure, ConfirmErasure)

    def __init__(self, bot: FayeBot) -> None:
        self.flow = bot.flow

    @app_commands.command(extras={"limit": "read"})
    async def view(self, interaction: Interaction) -> None:
        """See and change who may look at you, your language, and whether I remind you of the daily reward."""
        asked = errand(GetSettings(), "settings", self.flow.scene(interaction))
        await self.flow.run(interaction, asked, Ack.PRIVATE)

    @app_commands.command(extras={"limit": "read"})
    async def delete(self, interaction: Interaction) -> None:
        """Erase what ties you to your player; you are shown what goes and what stays first."""
        asked = errand(GetSettings(), "erasure_offer", self.flow.scene(interaction))
        await self.flow.run(interaction, asked, Ack.PRIVATE)


@presentation("settings")
def render_settings(reply: SettingsAnswer, occasion: Occasion) -> Rendered:
    """What is settled, with the buttons that change it."""
    scene, look = occasion.scene, occasion.look
    match reply:
        case Settings():
            embed = discord.Embed(title=gettext("⚙️ Your settings"), colour=HOME_COLOUR)
            embed.add_field(name=gettext("Who sees you"), value=_who_sees(reply.private, look), inline=False)
            embed.add_field(name=gettext("Language"), value=_language(reply.language), inline=False)
            reminders = _reminders(reply.notify, look)
            embed.add_field(name=gettext("Reminders"), value=reminders, inline=False)
            items = (
                ChooseLanguage(scene.user_id, reply.language),
                SetPrivate(scene.user_id, not reply.private),
                SetReminders(scene.user_id, not reply.notify),
                AskErasure(scene.user_id),
            )
            return Rendered(embeds=(embed,), items=items)
        case _:
            return refuse(reply, scene, look)


@presentation("erasure_offer")
def render_erasure_offer(reply: SettingsAnswer, occasion: Occasion) -> Rendered:
    """What erasing an account does, and the button that does it."""
    scene, look = occasion.scene, occasion.look
    match reply:
        case Settings():
            embed = discord.Embed(title=gettext("🗑️ Delete your account?"), colour=QUIET_COLOUR)
            then = gettext(
                "**Afterwards** you are a newcomer: {start} begins a new story.\n\n"
                "If you would rather keep it, simply do nothing."
            )
            embed.description = f"{gettext(WHAT_ERASING_DOES)}\n{then.format(start=look.mention('start'))}"
            items = (ConfirmErasure(reply.mark, scene.user_id, scene.interaction_id),)
            return Rendered(embeds=(embed,), items=items)
        case _:
            return refuse(reply, scene, look)


@presentation("erasure")
def render_erasure(reply: ErasureAnswer, occasion: Occasion) -> Rendered:
    """That the account is no more, or why it still is."""
    scene, look = occasion.scene, occasion.look
    match reply:
        case AccountErased():
            embed = discord.Embed(title=gettext("🗑️ Your account is erased"), colour=QUIET_COLOUR)
            embed.description = gettext(
                "Nothing ties you to that player any more. Thank you for having played!\n"
                "Should you ever miss it: {start} begins a new story."
            ).format(start=look.mention("start"))
            return Rendered(embeds=(embed,))
        case ErasureRefused():
            text = gettext(
                "You are suspended until {until}, and so long your account stays: without it nobody "
                "would know whom that concerns. You can erase it afterwards; nothing was changed."
            )
            return notice(text.format(until=full(reply.until)))
        case _:
            return refuse(reply, scene, look)


def _who_sees(private: bool, look: Look) -> str:
    if private:
        text = gettext("🙈 **Only you** see your {profile}. On the leaderboard you stand without your name.")
    else:
        text = gettext("👁️ **Everybody** may look at your {profile} and sees you on the leaderboard.")
    return text.format(profile=look.mention("profile"))


def _language(settled: str | None) -> str:
    if settled is None:
        return gettext("🌐 I answer in the language of your Discord, if I speak it.")
    text = gettext("🌐 I answer in **{language}**, whatever your Discord speaks.")
    return text.format(language=own_name(settled).capitalize())


def _reminders(notify: bool, look: Look) -> str:
    if notify:
        text = gettext(
            "🔔 I write to you when {daily} is ready again, once each time. "
            "If you take no direct messages from me, I stop."
        )
    else:
        text = gettext("🔕 I do not write to you when {daily} is ready again.")
    return text.format(daily=look.mention("daily"))


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(SettingsCog(bot))
