"""Fights, turn by turn: one message that every button replaces, and that works on after any restart."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias, cast

import discord

from faye.cogs.shared.advance import experience_gained
from faye.cogs.shared.errand import errand
from faye.cogs.shared.explore_again import ExploreAgain
from faye.cogs.shared.fight_looks import scene_of
from faye.cogs.shared.fight_texts import (
    EFFECT_EMOJI,
    enemy_name,
    intent,
    narrate,
    skill_name,
    support_skill_name,
)
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import GOOD_COLOUR, HOME_COLOUR, QUIET_COLOUR, Look, amount, kind
from faye.cogs.shared.options import ID_MOST
from faye.cogs.shared.presenter import Occasion, Request, presentation
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, button, custom_id, next_operation_id
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered, notice
from faye.cogs.shared.texts import bar, clip, escape, number, relative
from faye.messages import Reply
from faye.messages.base import snowflake_at, snowflake_time_ms
from faye.messages.fight import (
    ACTIONS,
    Act,
    Action,
    FightEnd,
    FightSide,
    FightView,
    GetFight,
    InFight,
    NoFight,
    NotEnoughMana,
    NotReady,
    OpenFight,
    TurnPassed,
    TurnPlayed,
)
from faye.messages.refusals import Abandoned
from faye.utils.clock import at

TurnAnswer: TypeAlias = (
    TurnPlayed | OpenFight | NoFight | TurnPassed | NotReady | NotEnoughMana | CommonRefusal
)

TURN_CHARS_MAX: Final = 2000
"""What happened in a turn takes a dozen lines; this is far beyond them."""

TRIED_MAX: Final = 9
"""So often an action may fail in its turn and be tried under another key; one digit of a button's id counts it."""

_LOOKS: Final[Mapping[Action, tuple[str, str]]] = {
    "strike": ("Strike", "⚔️"),
    "skill": ("Skill", "🌀"),
    "guard": ("Guard", "🛡️"),
    "support1": ("First support", "🤝"),
    "support2": ("Second support", "🤝"),
    "flee": ("Flee", "🏃"),
}
_ORDER: Final[tuple[Action, ...]] = ("strike", "skill", "guard", "support1", "support2", "flee")
_ENDINGS: Final = {
    "won": ("🏆 Victory!", GOOD_COLOUR),
    "lost": ("💔 Defeat", QUIET_COLOUR),
    "fled": ("🏃 Got away", QUIET_COLOUR),
}


class FightButton(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"fight:(?P<action>[a-z0-9]{{1,12}}):(?P<fight>{SNOWFLAKE}):(?P<turn>\d{{1,4}}):(?P<tried>\d):"
    rf"(?P<owner>{SNOWFLAKE})",
):
    """Plays one turn of a fight with one action, once; another turn has other buttons."""

    limit = "fight"

    def __init__(
        self,
        action: str,
        fight_id: int,
        turn: int,
        owner_id: int,
        *,
        tried: int = 0,
        label: str | None = None,
        **look: Any,
    ) -> None:
        self.action = action
        self.fight_id = fight_id
        self.turn = turn
        self.owner_id = owner_id
        self.operation_id = _operation(fight_id, turn, action, tried)
        known, emoji = _LOOKS.get(cast(Action, action), (action, "▫️"))
        identity = custom_id("fight", action, fight_id, turn, tried, owner_id)
        super().__init__(button(label or known, identity, emoji=emoji, **look))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> FightButton:
        """The button that was pressed."""
        fight_id, turn, owner_id = int(match["fight"]), int(match["turn"]), int(match["owner"])
        return cls(match["action"], fight_id, turn, owner_id, tried=int(match["tried"]))

    async def press(self, interaction: Interaction) -> None:
        """Play the turn."""
        flow = interaction.client.flow
        if self.action not in ACTIONS or self.fight_id > ID_MOST:
            await flow.say_stale(interaction)
            return
        assert self.operation_id is not None, "a turn is played once"
        command = Act(
            player_id=0,
            idempotency_key=self.operation_id,
            fight_id=self.fight_id,
            turn=self.turn,
            action=self.action,
        )
        asked = errand(command, "fight", flow.scene(interaction), updates=True)
        await flow.run(interaction, asked, Ack.UPDATE)


def _operation(fight_id: int, turn: int, action: str, tried: int) -> int:
    """The key of one action in one turn: a second click asks for the same again, and gets the same answer."""
    hashed = hashlib.blake2b(f"{fight_id}:{turn}:{action}:{tried}".encode(), digest_size=4).digest()
    return snowflake_at(snowflake_time_ms(fight_id) + turn, int.from_bytes(hashed, "big"))


def _show_as_it_stands(_: Request, reply: Reply) -> GetFight | None:
    """Where a turn was played already, the fight itself is the better answer."""
    return GetFight(player_id=0) if isinstance(reply, TurnPassed) else None


def _tried(act: Act) -> int:
    """How often the action had been tried in that turn when this was asked, as its key tells."""
    keys = [_operation(act.fight_id, act.turn, act.action, tried) for tried in range(TRIED_MAX + 1)]
    return keys.index(act.idempotency_key) if act.idempotency_key in keys else 0


@presentation("fight", follow=_show_as_it_stands)
def render_turn(reply: TurnAnswer, occasion: Occasion) -> Rendered:
    """The turn that was played and the next one's buttons, or how it ended."""
    request, scene, look = occasion.request, occasion.scene, occasion.look
    assert isinstance(request, Act), "only turns are shown like this"
    match reply:
        case OpenFight():
            return render_fight(reply.fight, scene.user_id, look, lines=["That turn is played already."])
        case TurnPlayed(end=None):
            return render_fight(
                reply.fight, scene.user_id, look, lines=narrate(reply.beats, reply.fight, look)
            )
        case TurnPlayed():
            assert reply.end is not None, "the other case was told above"
            onward = ExploreAgain(scene.user_id, next_operation_id(request.idempotency_key))
            items = (onward,) if reply.fight.kind == "wild" else ()
            return _render_end(reply, reply.end, look, items)
        case NoFight():
            return notice(
                "This fight is over. If nobody went on with it for too long, it ended as if you had fled, "
                "and what was held for it is yours again."
            )
        case TurnPassed():
            return notice(f"That turn is played. The fight stands at turn {number(reply.turn)}.")
        case NotReady(turns=None):
            return notice(f"Nobody stands there. {look.mention('esprit team')} fills the place.")
        case NotReady():
            turns = reply.turns or 0
            return notice(f"Your support rests for {number(turns)} more {'turn' if turns == 1 else 'turns'}.")
        case NotEnoughMana():
            return notice(
                f"The skill takes {number(reply.required)} mana, and there is {number(reply.held)}. "
                "Some comes back every turn, and more with a guard."
            )
        case Abandoned():
            # It is remembered under the button's operation id, so a second try needs one of its own.
            tried = min(_tried(request) + 1, TRIED_MAX)
            again = FightButton(request.action, request.fight_id, request.turn, scene.user_id, tried=tried)
            return refuse(reply, scene, look).offering(again)
        case _:
            return refuse(reply, scene, look)


def render_fight(
    fight: FightView, owner_id: int, look: Look, *, title: str | None = None, lines: list[str] | None = None
) -> Rendered:
    """A fight that goes on: what just happened, how both stand, and what can be done."""
    leader, enemy = escape(look.species_name(fight.leader.species)), enemy_name(fight, look)
    what = "Trial" if fight.kind == "trial" else "Fight"
    embed = discord.Embed(
        title=title or f"⚔️ {what} · turn {number(fight.turn)}", colour=look.rarity_colour(fight.enemy.rarity)
    )
    embed.description = f"{clip(lines or [], TURN_CHARS_MAX)}\n\n{intent(fight, look)}".strip()
    embed.add_field(name=f"{leader} · Lv {number(fight.leader.level)}", value=_standing(fight.leader))
    embed.add_field(name=f"{enemy} · Lv {number(fight.enemy.level)}", value=_standing(fight.enemy))
    embed.add_field(
        name="Time",
        value=f"Turn {number(fight.turn)} of at most {number(fight.turns_max)}. "
        f"Left alone, it ends {relative(at(fight.until_ms))} as if you had fled.",
        inline=False,
    )
    return Rendered(embeds=(embed,), picture=scene_of(fight, look), items=_buttons(fight, owner_id, look))


def render_in_fight(refusal: InFight, owner_id: int, look: Look) -> Rendered:
    """A fight that has to end before anything else begins, ready to go on with."""
    lines = ["You are in the middle of this fight. Bring it to an end first."]
    return render_fight(refusal.fight, owner_id, look, lines=lines)


def explain_leader_needed(look: Look) -> Rendered:
    """Nobody goes out without a leader."""
    return notice(f"Nobody leads your team. {look.mention('esprit team set')} names a leader.")


def _standing(side: FightSide) -> str:
    lines = [
        f"❤️ {bar(side.hp, side.hp_max)} {number(side.hp)}/{number(side.hp_max)}",
        f"💧 {bar(side.mana, side.mana_max, cells=6)} {number(side.mana)}/{number(side.mana_max)}",
        kind(side.element, side.esprit_class),
    ]
    effects = [
        f"{EFFECT_EMOJI.get(effect, '▫️')} {effect} {number(turns)}"
        + (f" ({number(side.shield)})" if effect == "shield" else "")
        for effect, turns in side.effects.items()
    ]
    return "\n".join([*lines, " · ".join(effects)]).rstrip()


def _buttons(fight: FightView, owner_id: int, look: Look) -> tuple[FightButton, ...]:
    return tuple(
        FightButton(
            action,
            fight.id,
            fight.turn,
            owner_id,
            label=label,
            disabled=not is_ready,
            style=_style(action, fight),
            row=at_index // 3,
        )
        for at_index, action in enumerate(_ORDER)
        for label, is_ready in [_label(action, fight, look)]
    )


def _style(action: Action, fight: FightView) -> discord.ButtonStyle:
    if action == "flee":
        return discord.ButtonStyle.danger
    if action == "guard" and fight.intent == "smash":
        return discord.ButtonStyle.success
    return discord.ButtonStyle.primary if action == "strike" else discord.ButtonStyle.secondary


def _label(action: Action, fight: FightView, look: Look) -> tuple[str | None, bool]:
    """What stands on a button (None: its usual word), and whether it can be pressed."""
    if action == "skill":
        leader = fight.leader
        name = skill_name(leader.esprit_class, look)
        return f"{name} ({number(leader.skill_cost)} mana)", leader.mana >= leader.skill_cost
    if action in ("support1", "support2"):
        support = fight.supports[0 if action == "support1" else 1]
        if support is None:
            return "No support", False
        part = f"{look.species_name(support.species)}: {support_skill_name(support.esprit_class, look)}"
        label = f"{part} ({number(support.cooldown)})" if support.cooldown else part
        return label[:80], not support.cooldown
    return None, True


def _render_end(reply: TurnPlayed, end: FightEnd, look: Look, items: tuple[ExploreAgain, ...]) -> Rendered:
    """How it ended, what came of it, and the way on."""
    title, colour = _ENDINGS[end.ending]
    embed = discord.Embed(title=title, colour=HOME_COLOUR if end.level_cap else colour)
    told = clip(narrate(reply.beats, reply.fight, look), TURN_CHARS_MAX)
    embed.description = f"{told}\n\n{_verdict(reply.fight, end, look)}".strip()
    if end.paid:
        embed.add_field(name="You gain", value="\n".join(amount(*paid) for paid in end.paid.items()))
    if end.returned:
        embed.add_field(
            name="Back in your purse", value="\n".join(amount(*held) for held in end.returned.items())
        )
    if end.xp is not None:
        embed.add_field(name="Experience", value=experience_gained(end.xp, look), inline=False)
    return Rendered(embeds=(embed,), picture=scene_of(reply.fight, look, end.ending), items=items)


def _verdict(fight: FightView, end: FightEnd, look: Look) -> str:
    enemy = enemy_name(fight, look)
    if end.level_cap is not None:
        return f"{enemy} steps aside. Your level may now rise to **{number(end.level_cap)}**."
    if end.ending == "won":
        return f"{enemy} is beaten."
    if end.ending == "lost" and fight.leader.hp:
        return f"Nobody has won in {number(fight.turns_max)} turns, so {enemy} stands."
    if end.ending == "lost":
        return f"{enemy} was stronger this time. Nothing of yours is lost."
    return "Nothing of yours is lost."
