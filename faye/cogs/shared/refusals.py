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
from faye.utils.language import any_of, gettext, gettext_noop

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
    "daily": gettext_noop("⏳ You already have today's reward. The next one is ready {when}."),
    "trial": gettext_noop("⏳ You have just tried. The next try is open {when}."),
    "daily summon": gettext_noop("⏳ Your free summon is spent for today. The next one is ready {when}."),
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
            text = _COOLDOWNS.get(refusal.what, gettext_noop("⏳ That is not ready yet. Try again {when}."))
            return gettext(text).format(when=relative(refusal.available_at))
        case InvalidAmount():
            return _explain_invalid_amount(refusal)
        case Suspended():
            return _explain_suspended(refusal)
        case BalanceFull():
            return gettext(
                "Your purse cannot hold more {currency}: you have {held} of at most {most}. "
                "Spend some first; nothing was changed."
            ).format(
                currency=currency_name(refusal.currency),
                held=number(refusal.held),
                most=number(refusal.most),
            )
        case UnknownEsprit():
            return gettext("You have no such Esprit. {collection} shows all that are yours.").format(
                collection=look.mention("esprit collection")
            )
        case UnclearEsprit():
            return _explain_unclear(refusal, look)
        case UnknownPlayer():
            return _explain_not_started(scene, look)
        case IdempotencyConflict():
            return gettext("That button was already used for something else. Nothing was done this time.")
        case Expired():
            return gettext(
                "That is too old to be carried out. Nothing was done; please use the command again."
            )
        case Abandoned():
            return gettext(
                "I could not get that done in time. **Nothing happened** and nothing was spent; "
                "please try again."
            )
        case Busy(overloaded=True):
            return gettext(
                "There is more going on than I can keep up with right now, so **this time I did nothing**; "
                "please try again in a moment."
            )
        case Busy():
            return gettext("You are faster than I am! This time I did nothing; please try again in a moment.")
        case NotKnownYet():
            return gettext(
                "⏳ I **cannot tell yet** whether that went through. Please don't repeat it: "
                "I will tell you here as soon as I know."
            )
        case _:
            assert_never(refusal)


def _explain_suspended(refusal: Suspended) -> str:
    sentences = [
        gettext("🔒 You are suspended; you can play on {when} ({date}).").format(
            when=relative(refusal.until), date=full(refusal.until)
        )
    ]
    if refusal.reason:
        sentences.append(gettext("Reason: {reason}.").format(reason=escape(refusal.reason, 100)))
    sentences.append(gettext("You can still look at everything that is yours. Nothing was changed."))
    return " ".join(sentences)


def _explain_not_started(scene: Scene, look: Look) -> str:
    start = look.mention("start")
    if scene.is_about_another:
        return gettext("{name} has not begun yet. Tell them about {start}!").format(
            name=escape(scene.about_name), start=start
        )
    return gettext("Your story has not begun yet. Use {start} to receive your first Esprit.").format(
        start=start
    )


def _explain_not_enough(refusal: NotEnough, look: Look) -> str:
    short = gettext("That costs {price}, and you have {held}: **{missing}** short.").format(
        price=amount(refusal.currency, refusal.required),
        held=number(refusal.held),
        missing=number(refusal.required - refusal.held),
    )
    return short + sources(refusal.currency, look)


def sources(currency: str, look: Look) -> str:
    """A sentence on how to get a currency, with a space before it; empty where there is no command for it."""
    if not (known := _SOURCES.get(currency)):
        return ""
    ways = any_of([look.mention(name) for name in known])
    return " " + gettext("You can get more with {commands}.").format(commands=ways)


def _explain_unclear(refusal: UnclearEsprit, look: Look) -> str:
    sought = escape(refusal.text)
    if not refusal.esprits:
        return gettext(
            "None of your Esprits is called “{sought}”. {collection} shows all that are yours."
        ).format(sought=sought, collection=look.mention("esprit collection"))
    lines = [
        gettext("{emoji} {esprit} · level {level} · power {power}").format(
            emoji=look.rarity_emoji(esprit.rarity),
            esprit=escape(esprit.name),
            level=number(esprit.level),
            power=number(esprit.power),
        )
        for esprit in refusal.esprits
    ]
    several = gettext(
        "“{sought}” could be several of your Esprits. Choose one of the suggestions as you type:"
    ).format(sought=sought)
    return f"{several}\n{clip(lines, _UNCLEAR_CHARS_MAX)}"


def _explain_invalid_amount(refusal: InvalidAmount) -> str:
    if refusal.least == refusal.most:
        return gettext("The amount must be {amount} here. Nothing was done.").format(
            amount=number(refusal.least)
        )
    return gettext("The amount must be between {least} and {most}. Nothing was done.").format(
        least=number(refusal.least), most=number(refusal.most)
    )


def explain_query_failure() -> Rendered:
    """A question could not be answered; nothing depended on it."""
    return notice(
        gettext("I cannot look that up right now. Nothing was changed; please try again in a moment.")
    )


def explain_outage() -> Rendered:
    """The request never left the front-end."""
    return notice(
        gettext("My memory is out of reach right now. **Nothing happened**; please try again in a moment.")
    )


_LOCKED: Final[Mapping[str, str]] = {
    "summon": gettext_noop(
        "Your other summon is still running. This one was not begun, and nothing was spent for it."
    ),
    "confirm": gettext_noop(
        "What you confirmed before is still being done. This was not begun; try again in a moment."
    ),
    "fight": gettext_noop(
        "Your last move is still being made. This one was not begun; try again in a moment."
    ),
}


def explain_lock_held(lock: str) -> Rendered:
    """Another command of the player that takes this lock is under way."""
    text = _LOCKED.get(
        lock, gettext_noop("Something of yours is still under way. This was not begun; try again soon.")
    )
    return notice(gettext(text))


def explain_unreadable(look: Look) -> Rendered:
    """An interaction was left by another version of the front-end, which alone knew what it was."""
    return notice(
        gettext(
            "I was updated in the middle of this and cannot read it any more. "
            "{history} shows whether it went through."
        ).format(history=look.mention("history")),
        is_aside=False,
    )
