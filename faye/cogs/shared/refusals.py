"""The refusals that more than one feature gives, in the player's words: what is missing and how to get it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias, assert_never

from faye.cogs.shared.errand import Scene
from faye.cogs.shared.look import Look, amount, currency_name
from faye.cogs.shared.rendered import Rendered, notice
from faye.cogs.shared.texts import clip, escape, full, number, relative
from faye.messages.refusals import (
    Abandoned,
    BalanceFull,
    Busy,
    Expired,
    IdempotencyConflict,
    InvalidAmount,
    NotEnough,
    NotKnownYet,
    NotStarted,
    Suspended,
    TooSoon,
    UnclearEsprit,
    UnknownEsprit,
    UnknownPlayer,
)

CommonRefusal: TypeAlias = (
    NotStarted
    | NotEnough
    | TooSoon
    | InvalidAmount
    | BalanceFull
    | Suspended
    | UnknownEsprit
    | UnclearEsprit
    | UnknownPlayer
    | IdempotencyConflict
    | Expired
    | Abandoned
    | Busy
    | NotKnownYet
)

_SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "fayrites": ("craft",),
    "fayrite_shards": ("explore", "daily"),
    "ethryl": ("daily",),
    "virelite": ("explore", "daily", "esprit dissolve"),
    "remna": ("explore", "esprit dissolve"),
    "faylen": ("explore", "daily"),
}
"""The commands that bring a currency in."""

_UNCLEAR_CHARS_MAX: Final = 450

_COOLDOWNS: Final[Mapping[str, str]] = {
    "daily": "You already have today's reward. The next one is ready {when}.",
    "trial": "You have just tried. The next try is open {when}.",
    "daily summon": "Your free summon is spent for today. The next one is ready {when}.",
}


def refuse(refusal: CommonRefusal, scene: Scene, look: Look) -> Rendered:
    """`refusal` as its player reads it."""
    return notice(_explain(refusal, scene, look))


def _explain(refusal: CommonRefusal, scene: Scene, look: Look) -> str:
    match refusal:
        case NotStarted():
            return _explain_not_started(scene, look)
        case NotEnough():
            return _explain_not_enough(refusal, look)
        case TooSoon():
            text = _COOLDOWNS.get(refusal.what, "That is not ready yet. Try again {when}.")
            return "⏳ " + text.format(when=relative(refusal.available_at))
        case InvalidAmount():
            return _explain_invalid_amount(refusal)
        case Suspended():
            return _explain_suspended(refusal)
        case BalanceFull():
            return (
                f"Your purse cannot hold more {currency_name(refusal.currency)}: you have "
                f"{number(refusal.held)} of at most {number(refusal.most)}. "
                "Spend some first; nothing was changed."
            )
        case UnknownEsprit():
            return f"You have no such Esprit. {look.mention('esprit collection')} shows all that are yours."
        case UnclearEsprit():
            return _explain_unclear(refusal, look)
        case UnknownPlayer():
            return _explain_not_started(scene, look)
        case IdempotencyConflict():
            return "That button was already used for something else. Nothing was done this time."
        case Expired():
            return "That is too old to be carried out. Nothing was done; please use the command again."
        case Abandoned():
            return (
                "I could not get that done in time. **Nothing happened** and nothing was spent; "
                "please try again."
            )
        case Busy(overloaded=True):
            return (
                "There is more going on than I can keep up with right now, so **this time I did nothing**; "
                "please try again in a moment."
            )
        case Busy():
            return "You are faster than I am! This time I did nothing; please try again in a moment."
        case NotKnownYet():
            return (
                "⏳ I **cannot tell yet** whether that went through. Please don't repeat it: "
                "I will tell you here as soon as I know."
            )
        case _:
            assert_never(refusal)


def _explain_suspended(refusal: Suspended) -> str:
    why = f" Reason: {escape(refusal.reason, 100)}." if refusal.reason else ""
    return (
        f"🔒 You are suspended; you can play on {relative(refusal.until)} ({full(refusal.until)}).{why} "
        "You can still look at everything that is yours. Nothing was changed."
    )


def _explain_not_started(scene: Scene, look: Look) -> str:
    if scene.is_about_another:
        return f"{escape(scene.about_name)} has not begun yet. Tell them about {look.mention('start')}!"
    return f"Your story has not begun yet. Use {look.mention('start')} to receive your first Esprit."


def _explain_not_enough(refusal: NotEnough, look: Look) -> str:
    missing = refusal.required - refusal.held
    return (
        f"That costs {amount(refusal.currency, refusal.required)}, and you have {number(refusal.held)}: "
        f"**{number(missing)}** short.{sources(refusal.currency, look)}"
    )


def sources(currency: str, look: Look) -> str:
    """A sentence on how to get a currency, with a space before it; empty where there is no command for it."""
    if not (known := _SOURCES.get(currency)):
        return ""
    return " You can get more with " + " or ".join(look.mention(name) for name in known) + "."


def _explain_unclear(refusal: UnclearEsprit, look: Look) -> str:
    sought = escape(refusal.text)
    if not refusal.esprits:
        return (
            f"None of your Esprits is called “{sought}”. "
            f"{look.mention('esprit collection')} shows all that are yours."
        )
    lines = [
        f"{look.rarity_emoji(esprit.rarity)} {escape(esprit.name)} · level {number(esprit.level)} · "
        f"power {number(esprit.power)}"
        for esprit in refusal.esprits
    ]
    listed = clip(lines, _UNCLEAR_CHARS_MAX)
    return (
        f"“{sought}” could be several of your Esprits. Choose one of the suggestions as you type:\n{listed}"
    )


def _explain_invalid_amount(refusal: InvalidAmount) -> str:
    if refusal.least == refusal.most:
        return f"The amount must be {number(refusal.least)} here. Nothing was done."
    return f"The amount must be between {number(refusal.least)} and {number(refusal.most)}. Nothing was done."


def explain_query_failure() -> Rendered:
    """A question could not be answered; nothing depended on it."""
    return notice("I cannot look that up right now. Nothing was changed; please try again in a moment.")


def explain_outage() -> Rendered:
    """The request never left the front-end."""
    return notice("My memory is out of reach right now. **Nothing happened**; please try again in a moment.")


_LOCKED: Final[Mapping[str, str]] = {
    "summon": "Your other summon is still running. This one was not begun, and nothing was spent for it.",
    "confirm": "What you confirmed before is still being done. This was not begun; try again in a moment.",
    "fight": "Your last move is still being made. This one was not begun; try again in a moment.",
}


def explain_lock_held(lock: str) -> Rendered:
    """Another command of the player that takes this lock is under way."""
    return notice(
        _LOCKED.get(lock, "Something of yours is still under way. This was not begun; try again soon.")
    )


def explain_unreadable(look: Look) -> Rendered:
    """An interaction was left by another version of the front-end, which alone knew what it was."""
    return notice(
        "I was updated in the middle of this and cannot read it any more. "
        f"{look.mention('history')} shows whether it went through.",
        is_aside=False,
    )
