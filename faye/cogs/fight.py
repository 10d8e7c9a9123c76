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
    effect_name,
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
from faye.utils.language import gettext, gettext_noop, ngettext

TurnAnswer: TypeAlias = (
    TurnPlayed | OpenFight | NoFight | TurnPassed | NotReady | NotEnoughMana | CommonRefusal
)

TURN_CHARS_MAX: Final = 2000
"""What happened in a turn takes a dozen lines; this is far beyond them."""

TRIED_MAX: Final = 9
"""So often an action may fail in its turn and be tried under another key; one digit of a button's id counts it."""

_LOOKS: Final[Mapping[Action, tuple[str, str]]] = {
    "strike": (gettext_noop("Strike"), "⚔️"),
    "skill": (gettext_noop("Skill"), "🌀"),
    "guard": (gettext_noop("Guard"), "🛡️"),
    "support1": (gettext_noop("First support"), "🤝"),
    "support2": (gettext_noop("Second support"), "🤝"),
    "flee": (gettext_noop("Flee"), "🏃"),
}
_ORDER: Final[tuple[Action, ...]] = ("strike", "skill", "guard", "support1", "support2", "flee")
_ENDINGS: Final = {
    "won": (gettext_noop("🏆 Victory!"), GOOD_COLOUR),
    "lost": (gettext_noop("💔 Defeat"), QUIET_COLOUR),
    "fled": (gettext_noop("🏃 Got away"), QUIET_COLOUR),
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
        super().__init__(button(label or gettext(known), identity, emoji=emoji, **look))

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
            lines = [gettext("That turn is played already.")]
            return render_fight(reply.fight, scene.user_id, look, lines=lines)
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
                gettext(
                    "This fight is over. If nobody went on with it for too long, it ended as if you had fled, "
                    "and what was held for it is yours again."
                )
            )
        case TurnPassed():
            passed = gettext("That turn is played. The fight stands at turn {turn}.")
            return notice(passed.format(turn=number(reply.turn)))
        case NotReady() | NotEnoughMana():
            return notice(_what_is_lacking(reply, look))
        case Abandoned():
            # It is remembered under the button's operation id, so a second try needs one of its own.
            tried = min(_tried(request) + 1, TRIED_MAX)
            again = FightButton(request.action, request.fight_id, request.turn, scene.user_id, tried=tried)
            return refuse(reply, scene, look).offering(again)
        case _:
            return refuse(reply, scene, look)


def _what_is_lacking(refusal: NotReady | NotEnoughMana, look: Look) -> str:
    """Why that action cannot be taken yet."""
    match refusal:
        case NotReady(turns=None):
            return gettext("Nobody stands there. {team} fills the place.").format(
                team=look.mention("esprit team set")
            )
        case NotReady():
            turns = refusal.turns or 0
            return ngettext(
                "Your support rests for {count} more turn.",
                "Your support rests for {count} more turns.",
                turns,
            ).format(count=number(turns))
        case NotEnoughMana():
            return gettext(
                "The skill takes {required} mana, and there is {held}. "
                "Some comes back every turn, and more with a guard."
            ).format(required=number(refusal.required), held=number(refusal.held))


def render_fight(
    fight: FightView, owner_id: int, look: Look, *, title: str | None = None, lines: list[str] | None = None
) -> Rendered:
    """A fight that goes on: what just happened, how both stand, and what can be done."""
    leader, enemy = escape(look.species_name(fight.leader.species)), enemy_name(fight, look)
    embed = discord.Embed(title=title or _title(fight), colour=look.rarity_colour(fight.enemy.rarity))
    embed.description = f"{clip(lines or [], TURN_CHARS_MAX)}\n\n{intent(fight, look)}".strip()
    for name, side in ((leader, fight.leader), (enemy, fight.enemy)):
        who = gettext("{name} · Lv {level}").format(name=name, level=number(side.level))
        embed.add_field(name=who, value=_standing(side))
    time = gettext(
        "Turn {turn} of at most {turns_max}. Left alone, it ends {moment} as if you had fled."
    ).format(
        turn=number(fight.turn),
        turns_max=number(fight.turns_max),
        moment=relative(at(fight.until_ms)),
    )
    embed.add_field(name=gettext("Time"), value=time, inline=False)
    return Rendered(embeds=(embed,), picture=scene_of(fight, look), items=_buttons(fight, owner_id, look))


def _title(fight: FightView) -> str:
    if fight.kind == "trial":
        return gettext("⚔️ Trial · turn {turn}").format(turn=number(fight.turn))
    return gettext("⚔️ Fight · turn {turn}").format(turn=number(fight.turn))


def render_in_fight(refusal: InFight, owner_id: int, look: Look) -> Rendered:
    """A fight that has to end before anything else begins, ready to go on with."""
    lines = [gettext("You are in the middle of this fight. Bring it to an end first.")]
    return render_fight(refusal.fight, owner_id, look, lines=lines)


def explain_leader_needed(look: Look) -> Rendered:
    """Nobody goes out without a leader."""
    text = gettext("Nobody leads your team. {team_set} names a leader.")
    return notice(text.format(team_set=look.mention("esprit team set")))


def _standing(side: FightSide) -> str:
    lines = [
        f"❤️ {bar(side.hp, side.hp_max)} {number(side.hp)}/{number(side.hp_max)}",
        f"💧 {bar(side.mana, side.mana_max, cells=6)} {number(side.mana)}/{number(side.mana_max)}",
        kind(side.element, side.esprit_class),
    ]
    effects = [
        f"{effect_name(effect)} {number(turns)}" + (f" ({number(side.shield)})" if effect == "shield" else "")
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
        label = gettext("{skill} ({cost} mana)").format(
            skill=skill_name(leader.esprit_class, look), cost=number(leader.skill_cost)
        )
        return label[:80], leader.mana >= leader.skill_cost
    if action in ("support1", "support2"):
        support = fight.supports[0 if action == "support1" else 1]
        if support is None:
            return gettext("No support"), False
        part = f"{look.species_name(support.species)}: {support_skill_name(support.esprit_class, look)}"
        label = f"{part} ({number(support.cooldown)})" if support.cooldown else part
        return label[:80], not support.cooldown
    return None, True


def _render_end(reply: TurnPlayed, end: FightEnd, look: Look, items: tuple[ExploreAgain, ...]) -> Rendered:
    """How it ended, what came of it, and the way on."""
    title, colour = _ENDINGS[end.ending]
    embed = discord.Embed(title=gettext(title), colour=HOME_COLOUR if end.level_cap else colour)
    told = clip(narrate(reply.beats, reply.fight, look), TURN_CHARS_MAX)
    embed.description = f"{told}\n\n{_verdict(reply.fight, end, look)}".strip()
    if end.paid:
        gained = "\n".join(amount(*paid) for paid in end.paid.items())
        embed.add_field(name=gettext("You gain"), value=gained)
    if end.returned:
        returned = "\n".join(amount(*held) for held in end.returned.items())
        embed.add_field(name=gettext("Back in your purse"), value=returned)
    if end.xp is not None:
        experience = experience_gained(end.xp, look)
        embed.add_field(name=gettext("Experience"), value=experience, inline=False)
    return Rendered(embeds=(embed,), picture=scene_of(reply.fight, look, end.ending), items=items)


def _verdict(fight: FightView, end: FightEnd, look: Look) -> str:
    enemy = enemy_name(fight, look)
    if end.level_cap is not None:
        aside = gettext("{enemy} steps aside. Your level may now rise to **{level}**.")
        return aside.format(enemy=enemy, level=number(end.level_cap))
    if end.ending == "won":
        return gettext("{enemy} is beaten.").format(enemy=enemy)
    if end.ending == "lost" and fight.leader.hp:
        return ngettext(
            "Nobody has won in {count} turn, so {enemy} stands.",
            "Nobody has won in {count} turns, so {enemy} stands.",
            fight.turns_max,
        ).format(count=number(fight.turns_max), enemy=enemy)
    if end.ending == "lost":
        return gettext("{enemy} was stronger this time. Nothing of yours is lost.").format(enemy=enemy)
    return gettext("Nothing of yours is lost.")
