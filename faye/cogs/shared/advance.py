"""Experience and levels in words."""

from __future__ import annotations

from faye.cogs.shared.look import Look
from faye.cogs.shared.texts import bar, number
from faye.messages.fight import XpGain
from faye.utils.language import gettext


def experience_gained(gain: XpGain, look: Look) -> str:
    """What was gained, the bar, and what became of the level."""
    lines = [
        gettext("✨ **+{xp}** XP").format(xp=number(gain.gained)) if gain.gained else gettext("✨ No XP")
    ]
    if gain.level > gain.level_before:
        risen = gettext("⬆️ **Level {level}!** Your energy is full again.")
        lines.append(risen.format(level=number(gain.level)))
    lines.append(_standing(gain, look))
    return "\n".join(lines)


def _standing(gain: XpGain, look: Look) -> str:
    level = number(gain.level)
    if gain.is_capped:
        return gettext("{bar} Your level is held at **{level}** until you pass the {trial}.").format(
            bar=bar(gain.xp, gain.xp_needed), level=level, trial=look.mention("trial")
        )
    if gain.xp_needed:
        return gettext("Level {level} {bar} {xp} / {needed}").format(
            level=level, bar=bar(gain.xp, gain.xp_needed), xp=number(gain.xp), needed=number(gain.xp_needed)
        )
    return gettext("Level {level} · **MAX**").format(level=level)
