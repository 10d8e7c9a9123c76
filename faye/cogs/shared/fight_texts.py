"""What happens in a fight, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from faye.cogs.shared.look import Look
from faye.cogs.shared.texts import escape, number
from faye.messages.fight import Beat, FightView, Side
from faye.utils.language import gettext, gettext_noop

_EFFECTS: Final[Mapping[str, str]] = {
    "burn": gettext_noop("🔥 burn"),
    "shield": gettext_noop("🛡️ shield"),
    "stun": gettext_noop("💫 stun"),
    "weaken": gettext_noop("🥀 weaken"),
    "haste": gettext_noop("💨 haste"),
    "steady": gettext_noop("🧘 steady"),
}

_MARKS: Final[Mapping[str, str]] = {
    "strong": gettext_noop("very effective"),
    "weak": gettext_noop("hardly effective"),
    "rage": gettext_noop("enraged"),
    "crit": gettext_noop("critical!"),
    "block": gettext_noop("blocked"),
    "guard": gettext_noop("guarded"),
    "parry": gettext_noop("parried!"),
}

_INTENTS: Final[Mapping[str, str]] = {
    "strike": gettext_noop("⚔️ {name} is about to **strike**."),
    "skill": gettext_noop("🌀 {name} is about to use **{skill}**."),
    "charge": gettext_noop("😤 {name} is about to **gather its strength**; a smash will follow."),
    "smash": gettext_noop("⚠️ {name} is about to **smash**. A guard now would throw it off balance!"),
}

_HITS: Final[Mapping[str, str]] = {
    "strike": gettext_noop("{emoji} {who} strikes: **−{amount}**"),
    "skill": gettext_noop("{emoji} {who} uses **{skill}**: **−{amount}**"),
    "smash": gettext_noop("{emoji} {who} **smashes**: **−{amount}**"),
}

_DODGED: Final[Mapping[str, str]] = {
    "strike": gettext_noop("💨 {who} strikes, and {opponent} dodges!"),
    "skill": gettext_noop("💨 {who} uses **{skill}**, and {opponent} dodges!"),
    "smash": gettext_noop("💨 {who} **smashes**, and {opponent} dodges!"),
}

_OTHERWISE: Final = "▫️ {who}: {what}"
"""What another version of the game tells of."""

_GUARD_WITH_MANA: Final = gettext_noop("🛡️ {who} guards and gathers {amount} mana")

_LINES: Final[Mapping[str, str]] = {
    "skill": gettext_noop("🌀 {who} uses **{skill}**"),
    "guard": gettext_noop("🛡️ {who} guards"),
    "charge": gettext_noop("😤 {who} gathers its strength…"),
    "stun": gettext_noop("💫 {who} is thrown off balance!"),
    "stunned": gettext_noop("💫 {who} cannot act."),
    "burn": gettext_noop("🔥 {who} burns: **−{amount}**"),
    "heal": gettext_noop("💚 {fighter} is healed: **+{amount}**"),
    "shield": gettext_noop("🛡️ A shield of **{amount}** surrounds {fighter}"),
    "mana": gettext_noop("💧 {fighter} gains **{amount}** mana"),
    "flee": gettext_noop("🏃 {who} gets away."),
    # Blows that a shield took whole:
    "strike": gettext_noop("▫️ {who}: strike"),
    "smash": gettext_noop("▫️ {who}: smash"),
}
"""What else happens: `who` does it, `fighter` is the one of that side who takes the blows."""


def intent(fight: FightView, look: Look) -> str:
    """What the enemy is about to do."""
    return gettext(_INTENTS[fight.intent]).format(
        name=enemy_name(fight, look), skill=skill_name(fight.enemy.esprit_class, look)
    )


def effect_name(effect: str) -> str:
    """What an effect is called, with its emoji."""
    known = _EFFECTS.get(effect)
    return gettext(known) if known else f"▫️ {effect}"


def enemy_name(fight: FightView, look: Look) -> str:
    """The enemy's name, safe to send."""
    return escape(look.species_name(fight.enemy.species))


def skill_name(esprit_class: str, look: Look) -> str:
    """What the skill of a class is called."""
    skill = look.config.game.fight.skills.get(esprit_class)
    return gettext(skill.name) if skill else gettext("its skill")


def support_skill_name(esprit_class: str, look: Look) -> str:
    """What the part of a support of that class is called."""
    skill = look.config.game.fight.support_skills.get(esprit_class)
    return gettext(skill.name) if skill else gettext("its part")


def narrate(beats: list[Beat], fight: FightView, look: Look) -> list[str]:
    """A line for everything that happened."""
    return [_line(beat, fight, look) for beat in beats]


def _line(beat: Beat, fight: FightView, look: Look) -> str:
    fighter, opponent = _name("leader", fight, look), enemy_name(fight, look)
    if beat.who == "enemy":
        fighter, opponent = opponent, fighter
    line = gettext(_template(beat)).format(
        emoji="💥" if beat.who == "enemy" else "⚔️",
        who=_name(beat.who, fight, look),
        fighter=fighter,
        opponent=opponent,
        skill=_skill_of(beat.who, fight, look),
        amount=number(beat.amount),
        what=beat.what,
    )
    marks = ", ".join(gettext(_MARKS[mark]) for mark in beat.marks if mark in _MARKS)
    return f"{line} ({marks})" if marks and _is_hit(beat) else line


def _template(beat: Beat) -> str:
    if "dodge" in beat.marks:
        return _DODGED.get(beat.what, _DODGED["strike"])
    if _is_hit(beat):
        return _HITS[beat.what]
    if beat.what == "guard" and beat.amount:
        return _GUARD_WITH_MANA
    return _LINES.get(beat.what, _OTHERWISE)


def _is_hit(beat: Beat) -> bool:
    return beat.what in _HITS and beat.amount != 0 and "dodge" not in beat.marks


def _skill_of(who: Side, fight: FightView, look: Look) -> str:
    if who in ("leader", "enemy"):
        return skill_name((fight.leader if who == "leader" else fight.enemy).esprit_class, look)
    support = fight.supports[0 if who == "support1" else 1]
    return support_skill_name(support.esprit_class, look) if support else gettext("its part")


def _name(who: Side, fight: FightView, look: Look) -> str:
    if who == "enemy":
        return enemy_name(fight, look)
    if who == "leader":
        return escape(look.species_name(fight.leader.species))
    support = fight.supports[0 if who == "support1" else 1]
    return escape(look.species_name(support.species)) if support else gettext("somebody")
