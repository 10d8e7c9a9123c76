"""Experience and levels in words."""

from __future__ import annotations

from faye.cogs.shared.look import Look
from faye.cogs.shared.texts import bar, number
from faye.messages.fight import XpGain


def experience_gained(gain: XpGain, look: Look) -> str:
    """What was gained, the bar, and what became of the level."""
    lines = [f"✨ **+{number(gain.gained)}** XP" if gain.gained else "✨ No XP"]
    if gain.level > gain.level_before:
        lines.append(f"⬆️ **Level {number(gain.level)}!** Your energy is full again.")
    if gain.is_capped:
        lines.append(
            f"{bar(gain.xp, gain.xp_needed)} Your level is held at **{number(gain.level)}** "
            f"until you pass the {look.mention('trial')}."
        )
    elif gain.xp_needed:
        lines.append(
            f"Level {number(gain.level)} {bar(gain.xp, gain.xp_needed)} "
            f"{number(gain.xp)} / {number(gain.xp_needed)}"
        )
    else:
        lines.append(f"Level {number(gain.level)} · **MAX**")
    return "\n".join(lines)
