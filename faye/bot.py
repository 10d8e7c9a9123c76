"""The Discord front-end: one process of the bot, over an engine of which it sees only a router."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands
from msgspec.structs import replace

from faye.cogs import FEATURES
from faye.cogs.shared.definitions import CommandIds, DefinedByFigures, sync_if_changed
from faye.cogs.shared.desk import Desk
from faye.cogs.shared.errors import answer_error, is_component
from faye.cogs.shared.finisher import Finisher
from faye.cogs.shared.flow import Flow, Interaction
from faye.cogs.shared.look import Look
from faye.cogs.shared.messenger import Messenger
from faye.cogs.shared.reminder import Reminders
from faye.config import Config, GameConfig
from faye.gateway import set_up_library
from faye.operators import Figures, Owners
from faye.router import Players, Router
from faye.utils.clock import Clock, SystemClock
from faye.utils.deferred import DeferredStore
from faye.utils.first_presses import FirstPresses
from faye.utils.image_generator import CardStudio
from faye.utils.locks import UserLocks
from faye.utils.rate_limiter import RateLimiter

DEFAULT_LIMIT: Final = "read"


class DiscordRefused(Exception):
    """Discord does not let the bot in, or does so no longer; the message says why and what to do."""


class FayeTree(app_commands.CommandTree["FayeBot"]):
    """The slash commands: every one passes the rate limit, and every error the one handler."""

    async def interaction_check(self, interaction: discord.Interaction[FayeBot], /) -> bool:
        """Admit a command or a request for suggestions; what is for operators, to them alone."""
        command = interaction.command
        extras = command.extras if command is not None else {}
        suggests = interaction.type is discord.InteractionType.autocomplete
        limit = "autocomplete" if suggests else extras.get("limit", DEFAULT_LIMIT)
        if not await self.client.flow.admit(interaction, limit):
            return False
        if extras.get("operators") and not self.client.is_operator(interaction.user.id):
            await self.client.flow.say_operators_only(interaction)
            return False
        return True

    async def on_error(
        self, interaction: discord.Interaction[FayeBot], error: app_commands.AppCommandError, /
    ) -> None:
        """Answer what went wrong before the engine was asked."""
        await answer_error(self.client.flow, interaction, error)


class FayeBot(commands.AutoShardedBot):
    """The bot; everything it uses is handed to it."""

    def __init__(
        self,
        *,
        router: Router,
        players: Players,
        limiter: RateLimiter,
        locks: UserLocks,
        deferred: DeferredStore,
        presses: FirstPresses,
        cards: CardStudio,
        config: Config,
        owners: Owners | None = None,
        figures: Figures | None = None,
        clock: Clock | None = None,
        **options: Any,
    ) -> None:
        set_up_library()
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=FayeTree,
            # The guilds themselves are all that the library's state asks for; nothing here is privileged.
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            **options,
        )
        self.config = config
        self.owners = owners or Owners()
        self.figures = figures
        """Where the game's figures can be read again; None where there is no such place."""
        self.command_ids: CommandIds = {}
        self._entered = asyncio.Event()
        self._items: list[type[discord.ui.DynamicItem[Any]]] = []
        self._winding_down: asyncio.Task[None] | None = None
        look = Look(config, self.command_ids)
        desk = Desk(router, players, locks)
        messenger = Messenger(self, cards, card_wait_ms=config.bot.card_wait_ms)
        self._finisher = Finisher(desk, messenger, deferred, look)
        self._reminders = Reminders(self, players, look)
        self.flow = Flow(
            desk=desk,
            limiter=limiter,
            store=deferred,
            messenger=messenger,
            finisher=self._finisher,
            look=look,
            presses=presses,
            clock=clock or SystemClock(),
        )

    async def serve(self, token: str) -> None:
        """Serve Discord until cancelled; raises `DiscordRefused`."""
        try:
            await self.start(token)
        except discord.LoginFailure:
            raise DiscordRefused("Discord refuses the token in DISCORD_TOKEN; copy it again") from None
        except (aiohttp.ClientError, OSError) as error:
            raise DiscordRefused(
                f"Discord cannot be reached ({error}); check the network and start again"
            ) from None
        except discord.ConnectionClosed as error:
            raise DiscordRefused(f"Discord's gateway refuses the bot ({error})") from None
        except discord.DiscordException as error:
            first = next(iter(str(error).splitlines()), type(error).__name__)
            raise DiscordRefused(
                f"Discord does not answer as expected ({first}); see the log and start again"
            ) from None
        raise DiscordRefused("the connection to Discord was closed for good; see the log")

    def is_operator(self, user_id: int) -> bool:
        """Whether somebody may use the operators' commands; asked at every use, whatever Discord lets people see."""
        return user_id in (self.owners.ids or self._application_owners())

    def _application_owners(self) -> frozenset[int]:
        """Whoever Discord says that the application belongs to: one account, or the team that may change it."""
        application = self.application
        if application is None:
            return frozenset()
        if application.team is None:
            return frozenset({application.owner.id})
        return frozenset(
            member.id
            for member in application.team.members
            if member.membership_state is discord.TeamMembershipState.accepted
            and member.role is not discord.TeamMemberRole.read_only
        )

    async def show(self, game: GameConfig) -> None:
        """Show the game under another configuration, which the hosts already decide under."""
        self.config = replace(self.config, game=game)
        self._reminders.look = look = Look(self.config, self.command_ids)
        self.flow.look_at(look)
        for cog in self.cogs.values():
            if isinstance(cog, DefinedByFigures):
                cog.define(game)
        await self._sync_commands()

    async def _sync_commands(self) -> None:
        await sync_if_changed(self.tree, self.http, self.command_ids)
        if (guild_id := self.owners.guild_id) is not None:
            await sync_if_changed(self.tree, self.http, self.command_ids, guild_id)

    async def until_let_in(self) -> None:
        """Return when Discord has let the bot in for the first time."""
        await self._entered.wait()

    async def on_connect(self) -> None:
        """Note that Discord has let the bot in."""
        self._entered.set()

    async def setup_hook(self) -> None:
        """Load the features and their components, sync changed commands, finish what was left, remind."""
        for feature in FEATURES:
            await self.load_extension(f"faye.cogs.{feature}")
        for cog in self.cogs.values():
            self._items += getattr(cog, "ITEMS", ())
        self.add_dynamic_items(*self._items)
        await self._sync_commands()
        await self._finisher.start()
        self._reminders.start()

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer components that nothing handles any more; all others have been handed on already."""
        if not is_component(interaction):
            return
        data: Any = interaction.data or {}
        patterns = (item.__discord_ui_compiled_template__ for item in self._items)
        is_known = any(pattern.fullmatch(data.get("custom_id", "")) for pattern in patterns)
        if not is_known and await self.flow.admit(interaction, "component"):
            await self.flow.say_stale(interaction)

    async def close(self) -> None:
        """Take no further interactions, finish those under way within a bound, then disconnect."""
        if self._winding_down is None:
            self._winding_down = asyncio.create_task(self._wind_down(), name="wind-down")
        await asyncio.shield(self._winding_down)
        await super().close()

    async def _wind_down(self) -> None:
        await self.flow.drain(self.config.bot.close_wait_s)  # first of all: from here on nothing new is taken
        await self._reminders.stop()
        await self._finisher.stop()
