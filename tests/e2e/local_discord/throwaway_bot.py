"""A small discord.py bot that uses one of everything the local Discord must serve."""

import asyncio
import io
from typing import Any

import discord
from discord import app_commands
from discord.webhook import async_
from PIL import Image


def red_png() -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "#c0392b").save(buffer, "PNG")
    buffer.seek(0)
    return buffer


GERMAN = {
    "Answers at once": "Antwortet sofort",
    "Tells your language": "Nennt deine Sprache",
    "fruit": "obst",
    "Fills one": "Füllt einen",
    "size": "größe",
    "Small": "Klein",
    "Large": "Groß",
}


class German(app_commands.Translator):
    """Knows a few of the bot's words, as translations in progress do."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: object
    ) -> str | None:
        return GERMAN.get(string.message) if locale is discord.Locale.german else None


class Doors(discord.ui.View):
    """Persistent: works after the bot restarts."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Open", custom_id="doors:open", style=discord.ButtonStyle.success)
    async def open(self, interaction: discord.Interaction, button: discord.ui.Button["Doors"]) -> None:
        await interaction.response.edit_message(content=f"opened by {interaction.user.display_name}")

    @discord.ui.button(label="Knock", custom_id="doors:knock")
    async def knock(self, interaction: discord.Interaction, button: discord.ui.Button["Doors"]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="knocked")

    @discord.ui.button(label="Ask", custom_id="doors:ask", style=discord.ButtonStyle.primary)
    async def ask(self, interaction: discord.Interaction, button: discord.ui.Button["Doors"]) -> None:
        await interaction.response.send_modal(Question())

    @discord.ui.button(label="Closed", custom_id="doors:closed", disabled=True)
    async def closed(self, interaction: discord.Interaction, button: discord.ui.Button["Doors"]) -> None:
        await interaction.response.defer()

    @discord.ui.select(
        custom_id="doors:pick",
        placeholder="Pick colours",
        max_values=2,
        options=[discord.SelectOption(label=name, value=name.lower()) for name in ("Red", "Green", "Blue")],
    )
    async def pick(self, interaction: discord.Interaction, select: discord.ui.Select["Doors"]) -> None:
        await interaction.response.edit_message(content="picked " + ", ".join(select.values))


class Question(discord.ui.Modal, title="A question"):
    answer = discord.ui.TextInput[Any](label="Your answer", custom_id="answer", min_length=2, max_length=20)
    colour = discord.ui.Label[Any](
        text="Colour",
        component=discord.ui.Select(
            custom_id="colour", options=[discord.SelectOption(label=name) for name in ("Red", "Blue")]
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        chosen = self.colour.component.values[0]  # type: ignore[attr-defined]
        await interaction.response.send_message(f"heard {self.answer.value}, {chosen}", ephemeral=True)


class Panel(discord.ui.LayoutView):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        press = discord.ui.Button[Any](label="Press", custom_id="panel:press")
        press.callback = self.pressed  # type: ignore[method-assign]
        self.add_item(
            discord.ui.Container(
                discord.ui.TextDisplay("## A panel"),
                discord.ui.Section(
                    discord.ui.TextDisplay("with a picture"),
                    accessory=discord.ui.Thumbnail("attachment://red.png"),
                ),
                discord.ui.Separator(),
                discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://red.png")),
                discord.ui.ActionRow(press),
                accent_colour=0xC0392B,
            )
        )

    async def pressed(self, interaction: discord.Interaction) -> None:
        view = discord.ui.LayoutView(timeout=None)
        view.add_item(discord.ui.TextDisplay("pressed"))
        await interaction.response.edit_message(view=view, attachments=[])


class ThrowawayBot(discord.AutoShardedClient):
    """`log` holds what happened; `errors` the HTTP errors met on purpose."""

    def __init__(self, *, shard_count: int | None = None, sync: bool = True) -> None:
        super().__init__(intents=discord.Intents.default(), shard_count=shard_count, guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self.errors: list[discord.HTTPException] = []
        self.handled: list[int] = []
        self.resumed = 0
        self._sync = sync
        add_commands(self)

    async def setup_hook(self) -> None:
        self.add_view(Doors())
        self.add_view(Panel())
        await self.tree.set_translator(German())
        if self._sync:
            await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord wants 5 s between identifies; tests have no time for that."""

    async def on_shard_resumed(self, shard_id: int) -> None:
        self.resumed += 1

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self.handled.append(interaction.id)


def add_commands(bot: ThrowawayBot) -> None:
    tree = bot.tree

    @tree.command(description="Answers at once")
    async def ping(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pong")

    @tree.command(description="Tells your language")
    async def language(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(
            f"{interaction.locale} on a server in {interaction.guild_locale}"
        )

    @tree.command(description="Repeats a text")
    @app_commands.describe(text="What to repeat", loud="In capitals", times="How often")
    async def echo(
        interaction: discord.Interaction,
        text: str,
        loud: bool = False,
        times: app_commands.Range[int, 1, 5] = 1,
    ) -> None:
        answer = " ".join([text.upper() if loud else text] * times)
        await interaction.response.send_message(answer or "nothing", ephemeral=True)

    @tree.command(description="Thinks, then answers with a picture")
    async def picture(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        embed = discord.Embed(title="A picture", description="drawn **by code**", colour=0xC0392B)
        embed.set_image(url="attachment://red.png").add_field(name="Size", value="64×48")
        await interaction.followup.send(embed=embed, file=discord.File(red_png(), "red.png"), view=Doors())
        await interaction.followup.send("a second message")

    @tree.command(description="A secret answer, thought over")
    async def secret(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(content="between us")

    @tree.command(description="Doors with buttons and a select")
    async def doors(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("three doors", view=Doors())

    @tree.command(description="A layout of components")
    async def panel(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Panel(), file=discord.File(red_png(), "red.png"))

    @tree.command(description="Asks by a modal")
    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Question())

    @tree.command(description="Never answers in time")
    async def sleepy(interaction: discord.Interaction, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await _note(bot, interaction.response.send_message("too late"))

    @tree.command(description="Thinks for a while")
    async def ponder(interaction: discord.Interaction, seconds: float) -> None:
        await interaction.response.defer(thinking=True)
        await asyncio.sleep(seconds)
        await _note(bot, interaction.followup.send("done pondering"))

    @tree.command(description="Answers twice")
    async def twice(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("first")
        adapter = async_.async_context.get()
        again = adapter.create_interaction_response(
            interaction.id,
            interaction.token,
            session=interaction._session,
            params=async_.interaction_message_response_params(type=4, content="second"),
        )
        await _note(bot, again)

    @tree.command(description="Talks too much")
    async def verbose(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await _note(bot, interaction.followup.send("x" * 2001))
        await interaction.edit_original_response(content="short")

    @tree.command(description="Changes its mind")
    async def fickle(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("one")
        further = await interaction.followup.send("two", wait=True)
        await interaction.edit_original_response(content="one, edited")
        await further.delete()

    @tree.command(description="Speaks into the channel")
    async def announce(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("announcing", ephemeral=True)
        assert isinstance(interaction.channel, discord.TextChannel)
        message = await interaction.channel.send("hear, hear")
        await message.edit(content="heard")

    @tree.command(description="Names who and where")
    async def point(
        interaction: discord.Interaction,
        who: discord.Member | None = None,
        where: discord.TextChannel | None = None,
        role: discord.Role | None = None,
    ) -> None:
        await interaction.response.send_message(f"{who and who.display_name} {where} {role}")

    @tree.command(description="Only for administrators")
    @app_commands.default_permissions()
    async def govern(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"governed: {interaction.permissions.administrator}")

    fruit = app_commands.Group(name="fruit", description="Fruits")
    basket = app_commands.Group(name="basket", description="Baskets", parent=fruit)

    @fruit.command(description="Eats one")
    async def eat(interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(f"ate {name}")

    @eat.autocomplete("name")
    async def suggest(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        names = ("apple", "apricot", "banana", "cherry")
        return [app_commands.Choice(name=n.title(), value=n) for n in names if current.lower() in n]

    @basket.command(description="Fills one")
    @app_commands.choices(size=[app_commands.Choice(name=n, value=n.lower()) for n in ("Small", "Large")])
    async def fill(interaction: discord.Interaction, size: app_commands.Choice[str]) -> None:
        await interaction.response.send_message(f"filled a {size.value} one")

    tree.add_command(fruit)


async def _note(bot: ThrowawayBot, call: Any) -> None:
    """Await a call that is expected to fail, and keep its error."""
    try:
        await call
    except discord.HTTPException as error:
        bot.errors.append(error)
