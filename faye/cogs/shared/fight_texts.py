"""What happens in a fight, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from faye.cogs.shared.look import Look
from faye.cogs.shared.texts import escape, number
from faye.messages.fight import Beat, FightView, Side

EFFECT_EMOJI: Final[Mapping[str, str]] = {
    "burn": "🔥",
    "shield": "🛡️",
    "stun": "💫",
    "weaken": "🥀",
    "haste": "💨",
    "steady": "🧘",
}

_MARKS: Final[Mapping[str, str]] = {
    "strong": "very effective",
    "weak": "hardly effective",
    "rage": "enraged",
    "crit": "critical!",
    "block": "blocked",
    "guard": "guarded",
    "parry": "parried!",
}

_INTENTS: Final[Mapping[str, str]] = {
    "strike": "⚔️ {name} is about to **strike**.",
    "skill": "🌀 {name} is about to use **{skill}**.",
    "charge": "😤 {name} is about to **gather its strength**; a smash will follow.",
    "smash": "⚠️ {name} is about to **smash**. A guard now would throw it off balance!",
}


def intent(fight: FightView, look: Look) -> str:
    """What the enemy is about to do."""
    return _INTENTS[fight.intent].format(
        name=enemy_name(fight, look), skill=skill_name(fight.enemy.esprit_class, look)
    )


def enemy_name(fight: FightView, look: Look) -> str:
    """The enemy's name, safe to send."""
    return escape(look.species_name(fight.enemy.species))


def skill_name(esprit_class: str, look: Look) -> str:
    """What the skill of a class is called."""
    skill = look.config.game.fight.skills.get(esprit_class)
    return skill.name if skill else "its skill"


def support_skill_name(esprit_class: str, look: Look) -> str:
    """What the part of a support of that class is called."""
    skill = look.config.game.fight.support_skills.get(esprit_class)
    return skill.name if skill else "its part"


def narrate(beats: list[Beat], fight: FightView, look: Look) -> list[str]:
    """A line for everything that happened."""
    return [_line(beat, fight, look) for beat in beats]


def _line(beat: Beat, fight: FightView, look: Look) -> str:
    who = _name(beat.who, fight, look)
    own = _name("enemy" if beat.who == "enemy" else "leader", fight, look)
    other = _name("leader" if beat.who == "enemy" else "enemy", fight, look)
    figure = number(beat.amount)
    if "dodge" in beat.marks:
        return f"💨 {who} {_deed(beat, fight, look)}, and {other} dodges!"
    match beat.what:
        case "strike" | "smash" | "skill" if beat.amount:
            marks = ", ".join(_MARKS[mark] for mark in beat.marks if mark in _MARKS)
            told = f" ({marks})" if marks else ""
            sign = "💥" if beat.who == "enemy" else "⚔️"
            return f"{sign} {who} {_deed(beat, fight, look)}: **−{figure}**{told}"
        case "skill":
            return f"🌀 {who} {_deed(beat, fight, look)}"
        case "guard":
            return f"🛡️ {who} guards" + (f" and gathers {figure} mana" if beat.amount else "")
        case "charge":
            return f"😤 {who} gathers its strength…"
        case "stun":
            return f"💫 {who} is thrown off balance!"
        case "stunned":
            return f"💫 {who} cannot act."
        case "burn":
            return f"🔥 {who} burns: **−{figure}**"
        case "heal":
            return f"💚 {own} is healed: **+{figure}**"
        case "shield":
            return f"🛡️ A shield of **{figure}** surrounds {own}"
        case "mana":
            return f"💧 {own} gains **{figure}** mana"
        case "flee":
            return f"🏃 {who} gets away."
        case _:
            return f"▫️ {who}: {beat.what}"


def _deed(beat: Beat, fight: FightView, look: Look) -> str:
    match beat.what:
        case "smash":
            return "**smashes**"
        case "skill":
            return f"uses **{_skill_of(beat.who, fight, look)}**"
        case _:
            return "strikes"


def _skill_of(who: Side, fight: FightView, look: Look) -> str:
    if who in ("leader", "enemy"):
        return skill_name((fight.leader if who == "leader" else fight.enemy).esprit_class, look)
    support = fight.supports[0 if who == "support1" else 1]
    return support_skill_name(support.esprit_class, look) if support else "its part"


def _name(who: Side, fight: FightView, look: Look) -> str:
    if who == "enemy":
        return enemy_name(fight, look)
    if who == "leader":
        return escape(look.species_name(fight.leader.species))
    support = fight.supports[0 if who == "support1" else 1]
    return escape(look.species_name(support.species)) if support else "somebody"
