"""/esprit dissolve: what would go and what it pays, shown before the button that does it."""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias

import discord
from discord import app_commands

from faye.cogs.shared.errand import errand
from faye.cogs.shared.esprit_commands import EspritCommands
from faye.cogs.shared.esprit_looks import MARKS, brief, name_of
from faye.cogs.shared.esprit_option import NAME_CHARS_MAX, esprit_named, suggest_esprits
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import GOOD_COLOUR, HOME_COLOUR, Look, amount, counted, esprits
from faye.cogs.shared.options import ID_MOST, one_of, whole_number
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, button, custom_id, next_operation_id
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered, notice
from faye.cogs.shared.texts import number
from faye.messages.dissolve import (
    DissolveEsprits,
    DissolvePlan,
    DissolvePreview,
    EspritProtected,
    EspritsDissolved,
    GetDissolvePlan,
    NothingToDissolve,
    Selection,
    SelectionChanged,
)
from faye.messages.esprit import EspritView
from faye.messages.refusals import Abandoned, InvalidAmount
from faye.utils.language import all_of, gettext

Impossible: TypeAlias = NothingToDissolve | EspritProtected
PlanAnswer: TypeAlias = DissolvePreview | Impossible | CommonRefusal
Answer: TypeAlias = EspritsDissolved | SelectionChanged | Impossible | CommonRefusal

LEVEL_MOST: Final = 1000
KEEP_MOST: Final = 99

_CODE: Final = (
    rf"(?:e(?P<esprit>{SNOWFLAKE})|f(?P<rarity>[A-Z][a-z])?\.(?P<level>\d{{1,4}})?\.(?P<keep>\d{{1,2}}))"
)


class ConfirmDissolve(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"dissolve:(?P<code>{_CODE}):(?P<count>\d{{1,5}}):(?P<mark>[0-9a-f]{{12}}):"
    rf"(?P<owner>{SNOWFLAKE}):(?P<operation>{SNOWFLAKE})",
):
    """Dissolves what was shown, once, if the same selection still means exactly that."""

    def __init__(self, code: str, count: int, mark: str, owner_id: int, operation_id: int) -> None:
        self.code = code
        self.count = count
        self.mark = mark
        self.owner_id = owner_id
        self.operation_id = operation_id
        identity = custom_id("dissolve", code, count, mark, owner_id, operation_id)
        label = gettext("Dissolve {esprits}").format(esprits=esprits(count))
        super().__init__(button(label, identity, emoji="♨️", style=discord.ButtonStyle.danger))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> ConfirmDissolve:
        """The button that was pressed."""
        count, owner, operation = (int(match[name]) for name in ("count", "owner", "operation"))
        return cls(match["code"], count, match["mark"], owner, operation)

    async def press(self, interaction: Interaction) -> None:
        """Dissolve under this button's own operation id."""
        flow = interaction.client.flow
        assert self.operation_id is not None, "this button acts once"
        selection = decode_selection(self.code, flow.look)
        if selection is None:
            await flow.say_stale(interaction)
            return
        command = DissolveEsprits(
            player_id=0,
            idempotency_key=self.operation_id,
            selection=selection,
            count=self.count,
            mark=self.mark,
        )
        asked = errand(command, "dissolve", flow.scene(interaction), updates=True)
        await flow.run(interaction, asked, Ack.UPDATE)


def encode_selection(selection: Selection) -> str:
    """A selection in a component's id; a single Esprit must be meant by its id."""
    if selection.esprit is not None:
        return f"e{selection.esprit}"
    level = "" if selection.level_most is None else selection.level_most
    return f"f{(selection.rarity_most or '')[:2]}.{level}.{selection.keep_best}"


def decode_selection(code: str, look: Look) -> Selection | None:
    """The selection of `encode_selection`; None if it is none of ours any more."""
    match = re.fullmatch(_CODE, code)
    if match is None:
        return None
    if match["esprit"] is not None:
        return Selection(esprit=match["esprit"]) if int(match["esprit"]) <= ID_MOST else None
    rarities = [name for name in look.config.game.esprit.rarities if name[:2] == match["rarity"]]
    if match["rarity"] is not None and len(rarities) != 1:
        return None
    return Selection(
        rarity_most=rarities[0] if rarities else None,
        level_most=int(match["level"]) if match["level"] else None,
        keep_best=int(match["keep"]),
    )


class DissolveCommands(EspritCommands):
    """Dissolving."""

    @app_commands.command(extras={"limit": "read"})
    @app_commands.describe(
        esprit="The name of one of your Esprits, to dissolve only that one",
        rarity="Only Esprits of this rarity and of those below it",
        level="Only Esprits up to this level",
        keep="How many of each kind stay, the most powerful ones; 1 if left out",
    )
    @app_commands.autocomplete(esprit=suggest_esprits)
    async def dissolve(
        self,
        interaction: Interaction,
        esprit: app_commands.Range[str, 1, NAME_CHARS_MAX] | None = None,
        rarity: str | None = None,
        level: app_commands.Range[int, 1, LEVEL_MOST] | None = None,
        keep: app_commands.Range[int, 0, KEEP_MOST] = 1,
    ) -> None:
        """Turn Esprits that you can spare into virelite and remna; you see everything before it happens."""
        selection = await self._selection(interaction, esprit, rarity, level, keep)
        if selection is not None:
            query = GetDissolvePlan(player_id=0, selection=selection)
            asked = errand(query, "dissolve_plan", self.flow.scene(interaction))
            await self.flow.run(interaction, asked, Ack.PRIVATE)

    async def _selection(
        self, interaction: Interaction, esprit: object, rarity: object, level: object, keep: object
    ) -> Selection | None:
        """What the options select; None, and the user was told, if it is nothing sensible."""
        if esprit is not None:
            if rarity is not None or level is not None:
                text = gettext("Give either a name, or a rarity and a level.")
                await self.flow.say(interaction, notice(text))
                return None
            named = await esprit_named(interaction, esprit)
            return None if named is None else Selection(esprit=named)
        rarities = tuple(self.flow.look.config.game.esprit.rarities)
        upto = one_of(rarity, rarities)
        if rarity is not None and upto is None:
            known = ", ".join(gettext(name) for name in rarities)
            text = gettext("Rarities are: {rarities}.").format(rarities=known)
            await self.flow.say(interaction, notice(text))
            return None
        highest = None if level is None else whole_number(level, least=1, most=LEVEL_MOST)
        kept = whole_number(keep, least=0, most=KEEP_MOST)
        if isinstance(highest, InvalidAmount) or isinstance(kept, InvalidAmount):
            wrong = highest if isinstance(highest, InvalidAmount) else kept
            assert isinstance(wrong, InvalidAmount), "one of the two is refused"
            await self.flow.refuse(interaction, wrong)
            return None
        if upto is None and highest is None:
            text = gettext(
                "Which ones? Name one of your Esprits, or say up to which rarity or level they may go."
            )
            await self.flow.say(interaction, notice(text))
            return None
        return Selection(rarity_most=upto, level_most=highest, keep_best=kept)


@presentation("dissolve_plan")
def render_plan(reply: PlanAnswer, occasion: Occasion) -> Rendered:
    """How many would go, what they pay, the best of them, and the button."""
    scene, look = occasion.scene, occasion.look
    match reply:
        case DissolvePreview():
            operation_id = next_operation_id(scene.interaction_id)
            return _preview(reply.plan, reply.selection, occasion, operation_id)
        case NothingToDissolve() | EspritProtected():
            return _impossible(reply, look)
        case _:
            return refuse(reply, scene, look)


@presentation("dissolve")
def render_dissolve(reply: Answer, occasion: Occasion) -> Rendered:
    """What went and what it paid; or what would go now, if that is something else than was confirmed."""
    request, scene, look = occasion.request, occasion.scene, occasion.look
    assert isinstance(request, DissolveEsprits), "only what is dissolved is shown like this"
    operation_id = next_operation_id(request.idempotency_key)
    match reply:
        case EspritsDissolved():
            return _describe_dissolved(reply, look)
        case SelectionChanged():
            changed = gettext(
                "**Nothing was dissolved**: it would no longer be what you were shown. Now it would be this."
            )
            return _preview(reply.plan, reply.selection, occasion, operation_id, f"{changed}\n")
        case NothingToDissolve() | EspritProtected():
            return _impossible(reply, look)
        case Abandoned():
            # It is remembered under the button's operation id, so a second try needs one of its own.
            code = encode_selection(request.selection)
            again = ConfirmDissolve(code, request.count, request.mark, scene.user_id, operation_id)
            return refuse(reply, scene, look).offering(again)
        case _:
            return refuse(reply, scene, look)


def _preview(
    plan: DissolvePlan, selection: Selection, occasion: Occasion, operation_id: int, before: str = ""
) -> Rendered:
    look = occasion.look
    title = gettext("♨️ Dissolve {esprits}?").format(esprits=esprits(plan.count))
    embed = discord.Embed(title=title, colour=HOME_COLOUR)
    by_rarity = " · ".join(
        f"{look.rarity_emoji(rarity)} {number(count)} {gettext(rarity)}"
        for rarity, count in plan.by_rarity.items()
    )
    warning = gettext("This cannot be undone.")
    embed.description = f"{before}{by_rarity}\n{warning}"
    pays = "\n".join(amount(currency, gain) for currency, gain in plan.gains.items())
    embed.add_field(name=gettext("Pays"), value=pays or gettext("nothing"), inline=False)
    best = "\n".join(brief(esprit, look) for esprit in plan.best)
    shown = (
        gettext("Among them, the most powerful first")
        if plan.count > len(plan.best)
        else gettext("In full, the most powerful first")
    )
    embed.add_field(name=shown, value=best, inline=False)
    if notes := _notes(plan):
        embed.set_footer(text=notes)
    code = encode_selection(selection)
    confirm = ConfirmDissolve(code, plan.count, plan.mark, occasion.scene.user_id, operation_id)
    return Rendered(embeds=(embed,), items=(confirm,))


def _notes(plan: DissolvePlan) -> str:
    notes = []
    if plan.protected:
        protected = gettext("{count} more are locked, bound or in your team and stay.")
        notes.append(protected.format(count=number(plan.protected)))
    if plan.left_over:
        left_over = gettext("{count} more match; these, the weakest, are as many as go at once.")
        notes.append(left_over.format(count=number(plan.left_over)))
    return " ".join(notes)


def _describe_dissolved(reply: EspritsDissolved, look: Look) -> Rendered:
    plan = reply.plan
    gains = all_of([amount(currency, gain) for currency, gain in plan.gains.items()])
    what = name_of(plan.best[0], look) if plan.count == 1 else f"**{esprits(plan.count)}**"
    told = gettext("{dissolved} became {gains}.") if gains else gettext("{dissolved} became a memory.")
    embed = discord.Embed(
        title=gettext("♨️ Dissolved"),
        description=told.format(dissolved=what, gains=gains),
        colour=GOOD_COLOUR,
    )
    held = [counted(currency, held) for currency, held in reply.balances.items()]
    left = gettext("{esprits} left").format(esprits=esprits(reply.collection))
    embed.set_footer(text=" · ".join([*held, left]))
    return Rendered(embeds=(embed,))


def _impossible(refusal: Impossible, look: Look) -> Rendered:
    """Why there is nothing to confirm; it takes the place of a preview that stands no more."""
    match refusal:
        case EspritProtected():
            text = _explain_protected(refusal.esprit, look)
        case NothingToDissolve(protected=0):
            text = gettext(
                "None of your Esprits fits that, or all that do are the best of their kind. "
                "Nothing was dissolved."
            )
        case NothingToDissolve():
            text = gettext(
                "All that fit that ({esprits}) are locked, bound or in your team. "
                "Nothing was dissolved; {unlock} takes a lock away."
            ).format(esprits=esprits(refusal.protected), unlock=look.mention("esprit unlock"))
    return notice(text, is_aside=False)


def _explain_protected(esprit: EspritView, look: Look) -> str:
    """What protects an Esprit, and what would take that away."""
    reasons = ", ".join(gettext(meaning) for _, meaning, holds in MARKS if holds(esprit))
    ways = []
    if esprit.in_team:
        way = gettext("{team_set} gives its place to another one.")
        ways.append(way.format(team_set=look.mention("esprit team set")))
    if esprit.locked:
        ways.append(gettext("{unlock} takes the lock away.").format(unlock=look.mention("esprit unlock")))
    if esprit.bound:
        ways = [gettext("What is bound to you stays with you for ever.")]
    told = gettext("{name} is {reasons} and cannot be dissolved.")
    return " ".join([told.format(name=name_of(esprit, look), reasons=reasons), *ways])
