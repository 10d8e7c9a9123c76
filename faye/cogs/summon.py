"""/summon and /odds: Esprits out of a banner, and the chances of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast, get_args

import discord
from discord import app_commands
from discord.ext import commands
from msgspec.structs import replace

from faye.cogs.shared.errand import Errand, Scene, errand
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import HOME_COLOUR, Look, counted, kind
from faye.cogs.shared.options import one_of
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, button, custom_id, next_operation_id
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Picture, Rendered, notice
from faye.cogs.shared.texts import bar, decimal, escape, number, percent, relative
from faye.config import GameConfig
from faye.messages.refusals import Abandoned, InvalidAmount
from faye.messages.summon import Banner, BannerOdds, GetOdds, Odds, Pull, Summon, Summoned
from faye.utils.image_generator import SheetFace, card_face
from faye.utils.language import all_of, any_of, gettext, gettext_noop, ngettext

if TYPE_CHECKING:
    from faye.bot import FayeBot

SummonAnswer: TypeAlias = Summoned | CommonRefusal
OddsAnswer: TypeAlias = Odds | CommonRefusal

BANNERS: Final[tuple[str, ...]] = get_args(Banner)
SMALL_BAR_CELLS: Final = 5
_TITLES: Final[Mapping[str, str]] = {
    "standard": gettext_noop("Standard"),
    "premium": gettext_noop("Premium"),
    "daily": gettext_noop("Free daily"),
}
_SUMMON_TITLES: Final[Mapping[str, str]] = {
    "standard": gettext_noop("Standard summon ×{count}"),
    "premium": gettext_noop("Premium summon ×{count}"),
    "daily": gettext_noop("Free daily summon ×{count}"),
}
_TABLE_CHARS: Final = (10, 9, 10)
"""How wide the columns of a table of odds are at least."""


class SummonAgain(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"again:(?P<banner>[a-z]{{1,16}}):(?P<count>\d{{1,3}}):(?P<owner>{SNOWFLAKE}):(?P<operation>{SNOWFLAKE})",
):
    """Summons as before, as one new operation however often it is pressed."""

    def __init__(self, banner: str, count: int, owner_id: int, operation_id: int) -> None:
        self.banner = banner
        self.count = count
        self.owner_id = owner_id
        self.operation_id = operation_id
        identity = custom_id("again", banner, count, owner_id, operation_id)
        super().__init__(
            button(gettext("Summon again"), identity, emoji="🔁", style=discord.ButtonStyle.primary)
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> SummonAgain:
        """The button that was pressed."""
        return cls(match["banner"], int(match["count"]), int(match["owner"]), int(match["operation"]))

    async def press(self, interaction: Interaction) -> None:
        """Summon under this button's own operation id."""
        flow = interaction.client.flow
        assert self.operation_id is not None, "this button acts once"
        if self.banner not in BANNERS:
            await flow.say_stale(interaction)
            return
        scene = flow.scene(interaction)
        await flow.run(interaction, _errand(self.banner, self.count, self.operation_id, scene), Ack.PUBLIC)


class SummonCog(commands.Cog):
    """Summoning and its chances."""

    ITEMS = (SummonAgain,)

    def __init__(self, bot: FayeBot) -> None:
        self.flow = bot.flow
        self.define(bot.config.game)

    def define(self, game: GameConfig) -> None:
        """See `DefinedByFigures`."""
        self._counts = game.summon.counts
        counts = [app_commands.Choice(name=f"×{count}", value=count) for count in self._counts]
        app_commands.choices(amount=counts)(self.summon)

    @app_commands.command(extras={"limit": "write"})
    @app_commands.describe(banner="Which banner to summon from", amount="How many Esprits at once")
    @app_commands.choices(banner=[app_commands.Choice(name=_TITLES[name], value=name) for name in BANNERS])
    async def summon(self, interaction: Interaction, banner: str, amount: int = 1) -> None:
        """Call new Esprits to your side."""
        chosen = one_of(banner, BANNERS)
        if chosen is None:
            known = ", ".join(gettext(_TITLES[name]).lower() for name in BANNERS)
            text = gettext("There is no such banner. Choose one of: {banners}.").format(banners=known)
            await self.flow.say(interaction, notice(text))
            return
        if type(amount) is not int or amount not in self._counts:
            costs = self.flow.look.config.game.summon.banners[cast(Banner, chosen)].cost
            await self.flow.say(interaction, _refuse_count(costs))
            return
        scene = self.flow.scene(interaction)
        await self.flow.run(interaction, _errand(chosen, amount, interaction.id, scene), Ack.PUBLIC)

    @app_commands.command(extras={"limit": "read"})
    async def odds(self, interaction: Interaction) -> None:
        """See the chances of every banner, and how close your next certain Supreme is."""
        scene = self.flow.scene(interaction)
        await self.flow.run(
            interaction, errand(GetOdds(player_id=0), "odds", scene, guests=True), Ack.PRIVATE
        )


@presentation("summon")
def render_summon(reply: SummonAnswer, occasion: Occasion) -> Rendered:
    """The pulls with their pity, a card or a sheet of cards, and a button for more."""
    request, scene, look = occasion.request, occasion.scene, occasion.look
    assert isinstance(request, Summon), "only summons are shown like this"
    again = SummonAgain(
        request.banner, request.count, scene.user_id, next_operation_id(request.idempotency_key)
    )
    match reply:
        case Summoned():
            embed = (
                _describe_one(reply, look) if len(reply.pulls) == 1 else _describe_many(reply, scene, look)
            )
            embed.add_field(name=gettext("Pity"), value=_explain_pity(reply, look), inline=False)
            if reply.next_free_at is not None:
                embed.add_field(
                    name=gettext("Next free summon"), value=relative(reply.next_free_at), inline=False
                )
            if reply.currency:
                embed.set_footer(
                    text=gettext("{price} spent · {balance} left").format(
                        price=counted(reply.currency, reply.cost), balance=number(reply.balance)
                    )
                )
            items = (again,) if reply.next_free_at is None else ()
            return Rendered(embeds=(embed,), picture=_picture(reply, look), items=items)
        case InvalidAmount():
            counts = look.config.game.summon.banners[request.banner].cost
            return _refuse_count(counts)
        case Abandoned():
            # It is remembered under the operation's key, so a second try needs a key of its own.
            return refuse(reply, scene, look).offering(again)
        case _:
            return refuse(reply, scene, look)


@presentation("odds")
def render_odds(reply: OddsAnswer, occasion: Occasion) -> Rendered:
    """A table and, for players, a pity bar for every banner."""
    match reply:
        case Odds():
            # Versions count a player's effective commands, the first of which is the start.
            is_player = reply.version > 0
            embed = discord.Embed(title=gettext("🎲 Summoning odds"), colour=HOME_COLOUR)
            explained = gettext(
                "**Base** is the chance of one pull. "
                "**With pity** is what many pulls in a row give on average."
            )
            embed.description = f"{explained}\n{_pity_points(occasion.look)}"
            for alike in _group(reply.banners):
                name = all_of([_title(banner.banner) for banner in alike])
                costs = _costs(alike, occasion.look)
                value = _odds_table(alike[0], occasion.look) + (_odds_pity(alike[0]) if is_player else "")
                value = f"{costs}\n{value}"
                embed.add_field(name=name, value=value, inline=False)
            if not is_player:
                embed.set_footer(text=gettext("Begin with /start to gather pity of your own."))
            return Rendered(embeds=(embed,))
        case _:
            return refuse(reply, occasion.scene, occasion.look)


def _title(banner: str) -> str:
    return gettext(_TITLES.get(banner, banner))


def _costs(banners: Sequence[BannerOdds], look: Look) -> str:
    """What one pull of each banner costs, in words; a single one needs no name."""
    if len(banners) == 1:
        cost = _cost(banners[0].banner, look)
        return cost[0].upper() + cost[1:]
    return " · ".join(f"{_title(each.banner)}: {_cost(each.banner, look)}" for each in banners)


def _cost(banner: str, look: Look) -> str:
    found = look.config.game.summon.banners[cast(Banner, banner)]
    if found.currency is None:
        hours = found.cooldown_hours
        return ngettext("one every {count} hour", "one every {count} hours", hours).format(
            count=number(hours)
        )
    return gettext("{price} a pull").format(price=counted(found.currency, found.cost[1]))


def _pity_points(look: Look) -> str:
    """How the pity counter is fed, from the configuration."""
    summon = look.config.game.summon
    points = ", ".join(f"{gettext(rarity)} {number(points)}" for rarity, points in summon.pity_points.items())
    return gettext(
        "**Pity** grows with every pull ({points}). The pull that finds it full is {rarity} or better, "
        "and any of those empties it."
    ).format(points=points, rarity=gettext(summon.pity_grants))


def _errand(banner: str, count: int, operation_id: int, scene: Scene) -> Errand:
    command = Summon(player_id=0, idempotency_key=operation_id, banner=cast(Banner, banner), count=count)
    return errand(command, "summon", scene)


def _refuse_count(counts: Iterable[int]) -> Rendered:
    """How many Esprits at a time a banner has a price for."""
    known = any_of([number(count) for count in sorted(counts)])
    text = gettext("You can summon **{counts}** at a time from this banner. Nothing was spent.")
    return notice(text.format(counts=known))


def _describe_one(reply: Summoned, look: Look) -> discord.Embed:
    pull = reply.pulls[0]
    species = look.species(pull.species)
    embed = discord.Embed(
        title=f"{look.rarity_emoji(pull.rarity)} {look.species_name(pull.species)}",
        colour=look.rarity_colour(pull.rarity),
    )
    lines = [f"**{gettext(pull.rarity)}**"]
    if species is not None:
        lines[0] += f" · {kind(species.element, species.esprit_class)}"
    lines += [note for note in (_notes(pull),) if note]
    if species is not None:
        lines.append(f"*{gettext(species.lore)}*")
    embed.description = "\n".join(lines)
    return embed


def _describe_many(reply: Summoned, scene: Scene, look: Look) -> discord.Embed:
    best = look.rarest([pull.rarity for pull in reply.pulls])
    embed = discord.Embed(
        title=gettext(_SUMMON_TITLES[reply.banner]).format(count=number(len(reply.pulls))),
        colour=look.rarity_colour(best),
    )
    lines = [_line(pull, reply.pity_threshold, look) for pull in reply.pulls]
    called = gettext("{player} called, and these came:").format(player=escape(scene.user_name))
    embed.description = "\n".join([called, *lines])
    return embed


def _line(pull: Pull, threshold: int, look: Look) -> str:
    counter = f"{bar(pull.pity, threshold, SMALL_BAR_CELLS)} {number(pull.pity):>{len(number(threshold))}}"
    name = escape(look.species_name(pull.species))
    rarity = f"{look.rarity_emoji(pull.rarity)} **{name}** · {gettext(pull.rarity)}"
    return f"`{counter}` {rarity} {_notes(pull)}".rstrip()


def _notes(pull: Pull) -> str:
    notes = [gettext("🆕 new")] if pull.is_new else []
    if pull.by_pity:
        notes.append(gettext("🎯 by pity"))
    return " ".join(notes)


def _pity(points: int, threshold: int) -> str:
    return f"{bar(points, threshold)} {number(points)} / {number(threshold)}"


def _explain_pity(reply: Summoned, look: Look) -> str:
    promised = gettext("-# When it is full, the next summon brings a {rarity} or better.").format(
        rarity=gettext(look.config.game.summon.pity_grants)
    )
    return f"{_pity(reply.pity, reply.pity_threshold)}\n{promised}"


def _picture(reply: Summoned, look: Look) -> Picture | None:
    known = [pull for pull in reply.pulls if look.species(pull.species) is not None]
    if len(known) < len(reply.pulls):
        return None
    faces = tuple(card_face(pull.species, config=look.config.game, seed=pull.esprit_id) for pull in known)
    if len(faces) == 1:
        return Picture(faces[0], "summon.png")
    return Picture(SheetFace(faces=faces, new=tuple(pull.is_new for pull in known)), "summon.webp")


def _group(banners: Sequence[BannerOdds]) -> list[list[BannerOdds]]:
    """Banners whose chances and pity are the same, together."""
    groups: list[list[BannerOdds]] = []
    for banner in banners:
        like = next((group for group in groups if replace(group[0], banner=banner.banner) == banner), None)
        if like is None:
            groups.append([banner])
        else:
            like.append(banner)
    return groups


def _odds_table(odds: BannerOdds, look: Look) -> str:
    cells = [("", gettext("base"), gettext("with pity"))]
    cells += [(gettext(rate.rarity), percent(rate.base), percent(rate.effective)) for rate in odds.rates]
    columns = zip(_TABLE_CHARS, zip(*cells, strict=True), strict=True)
    first, second, third = (max(least, *map(len, column)) for least, column in columns)
    rows = [f"{rarity:<{first}} {base:>{second}} {pity:>{third}}" for rarity, base, pity in cells]
    mean = gettext("On average **{count}** pulls to a {rarity} or better.").format(
        count=decimal(odds.mean_pulls_to_supreme, 0), rarity=gettext(look.config.game.summon.pity_grants)
    )
    return "```\n" + "\n".join(rows) + f"\n```{mean}"


def _odds_pity(odds: BannerOdds) -> str:
    return "\n" + gettext("Your pity: {pity}").format(pity=_pity(odds.pity, odds.pity_threshold))


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(SummonCog(bot))
