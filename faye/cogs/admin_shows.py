"""What operators read: players, what became of interactions, and what their deeds change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import discord
import msgspec

from faye.cogs.admin_confirm import confirm
from faye.cogs.shared.esprit_looks import brief
from faye.cogs.shared.look import GOOD_COLOUR, HOME_COLOUR, Look, amount, currency_name
from faye.cogs.shared.presenter import Occasion, Request, presentation
from faye.cogs.shared.presses import next_operation_id
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import DESCRIPTION_CHARS_MAX, Rendered, notice
from faye.cogs.shared.texts import clip, escape, full, number, relative, signed
from faye.messages import Command, Query, Refusal, Reply
from faye.messages.admin import (
    Administer,
    Administered,
    AlreadyRefunded,
    Change,
    ConfigurationOutrun,
    ConfigurationPutInForce,
    DecidedFound,
    DeedPreview,
    FightGoesOn,
    GetDecided,
    GiveCurrency,
    GiveEsprits,
    Inspection,
    InspectPlayer,
    LastEsprit,
    LiftSuspension,
    NoteUse,
    NothingFound,
    NothingToDo,
    NotRefundable,
    PreviewRefund,
    Refund,
    ResetPlayer,
    SetFigure,
    Suspend,
    TakeCurrency,
    TakeEsprit,
    TooManyAtOnce,
    UnknownThing,
    UseNoted,
    ValueNotAllowed,
)
from faye.messages.codec import decode_reply
from faye.messages.history import HistoryEntry
from faye.messages.refusals import Abandoned, BalanceFull, NotEnough, NotStarted, UnknownEsprit

_TITLES: Final[dict[type[Any], tuple[str, str]]] = {
    GiveCurrency: ("Give currency", "Given"),
    GiveEsprits: ("Give Esprits", "Given"),
    TakeCurrency: ("Remove currency", "Removed"),
    TakeEsprit: ("Remove an Esprit", "Removed"),
    SetFigure: ("Set a figure", "Set"),
    ResetPlayer: ("Reset", "Reset"),
    Suspend: ("Suspend", "Suspended"),
    LiftSuspension: ("Lift the suspension", "Suspension lifted"),
}
"""Of each deed, what is asked and what was done."""

_RESETS: Final[dict[str, str]] = {
    "cooldowns": "Every cooldown is over; the streak stays.",
    "everything": "All of it goes for good. The player can start again; a suspension stays.",
}

_UNDO: Final = ("Refund", "Refunded")

_NO_REFUNDS: Final = {
    "refused": "That command was refused or did nothing, so there is nothing to refund.",
    "gift": "A gift belongs to two players. Take it back from the one and give it to the other.",
    "start": "The start itself cannot be refunded; a reset undoes it.",
    "fight": "It belongs to a fight, whose end pays or gives back by itself.",
    "operator": "An operator did it; the opposite deed undoes it.",
    "esprits": "It took Esprits, of which the ledger does not know how far they had grown. Give new ones.",
    "changed": "It changed an Esprit in a way that cannot be set back, or that Esprit has changed since.",
}
_WORDS_CHARS_MAX: Final = 300


def note_then_inspect(request: Request, reply: Reply) -> Query | None:
    """After the note that somebody looked, what there is to see."""
    return InspectPlayer(player_id=0) if isinstance(reply, UseNoted) else None


def note_then_look_up(request: Request, reply: Reply) -> Query | None:
    """After the note that somebody looked, what stands under the key."""
    if isinstance(reply, UseNoted) and isinstance(request, NoteUse):
        return GetDecided(player_id=0, key=int(request.about))
    return None


def found_then_preview(request: Request, reply: Reply) -> Query | None:
    """After it is known whose key it is, what that player's refund would change."""
    if isinstance(reply, DecidedFound) and isinstance(request, GetDecided):
        return PreviewRefund(player_id=reply.owner_id, key=request.key, reason=request.reason)
    return None


@presentation("admin_inspect", follow=note_then_inspect)
def render_inspection(reply: Reply, occasion: Occasion) -> Rendered:
    """Everything about a player on one page."""
    look = occasion.look
    match reply:
        case Inspection():
            embed = discord.Embed(title=f"🔎 {_who(reply.player_id, occasion)}", colour=HOME_COLOUR)
            embed.description = "\n".join(_figures(reply))
            embed.add_field(
                name="Purse", value="\n".join(amount(name, held) for name, held in reply.balances.items())
            )
            embed.add_field(name=f"Esprits · {number(reply.esprits)}", value=_collection(reply, look))
            embed.add_field(name="Newest ledger lines", value=_ledger(reply.recent, 1000), inline=False)
            return Rendered(embeds=(embed,))
        case UseNoted():
            return notice("I could not look at that player just now. Please try again.")
        case _:
            return _explain(reply, occasion)


@presentation("admin_lookup", follow=note_then_look_up)
def render_lookup(reply: Reply, occasion: Occasion) -> Rendered:
    """Whose key it is, what was answered, and what it did."""
    match reply:
        case DecidedFound():
            embed = discord.Embed(title=f"🔎 Interaction {reply.key}", colour=HOME_COLOUR)
            lines = [f"Player `{reply.owner_id}`", f"Answer: {in_words(decode_reply(reply.reply))}"]
            if reply.refunded_at is not None:
                lines.append(f"**Refunded** {full(reply.refunded_at)}")
            embed.description = "\n".join(lines)
            shown = _ledger(reply.lines, 1000) if reply.lines else "It changed nothing."
            embed.add_field(name=f"Ledger lines · {number(reply.lines_total)}", value=shown, inline=False)
            return Rendered(embeds=(embed,))
        case UseNoted():
            return notice("I could not look that up just now. Please try again.")
        case _:
            return _explain(reply, occasion)


@presentation("admin_plan")
def render_plan(reply: Reply, occasion: Occasion) -> Rendered:
    """What a deed would change, and the button that does it."""
    if not isinstance(reply, DeedPreview):
        return _explain(reply, occasion)
    request = occasion.request
    reason = getattr(request, "reason", "")
    operation_id = next_operation_id(occasion.scene.interaction_id)
    title, _ = _TITLES.get(type(reply.deed), _UNDO)
    embed = _described(f"⚖️ {title}? · {_who(reply.player_id, occasion)}", reply, occasion.look)
    embed.colour = HOME_COLOUR
    embed.add_field(name="Reason", value=escape(reason, 100), inline=False)
    button = confirm(reply.deed, reply.player_id, occasion.scene, operation_id, reason)
    return Rendered(embeds=(embed,), items=(button,))


@presentation("admin_refund_plan", follow=found_then_preview)
def render_refund_plan(reply: Reply, occasion: Occasion) -> Rendered:
    """The same of a refund."""
    return render_plan(reply, occasion)


@presentation("admin_deed")
def render_deed(reply: Reply, occasion: Occasion) -> Rendered:
    """What a deed has changed."""
    request, scene = occasion.request, occasion.scene
    match reply:
        case Administered():
            _, title = _TITLES.get(type(reply.deed), _UNDO)
            return Rendered(
                embeds=(_described(f"⚖️ {title} · {_who(reply.player_id, occasion)}", reply, occasion.look),)
            )
        case Abandoned() if isinstance(request, Command):
            return notice("I could not get that done in time. **Nothing happened**; use the command again.")
        case _:
            assert isinstance(request, Administer | Refund), f"{scene.interaction_id} is no deed"
            return _explain(reply, occasion)


@presentation("admin_reload")
def render_reload(reply: Reply, occasion: Occasion) -> Rendered:
    """Which files took effect, and from when on."""
    match reply:
        case ConfigurationPutInForce():
            embed = discord.Embed(title="⚙️ The new figures are in force", colour=GOOD_COLOUR)
            files = ", ".join(f"`{escape(stem)}.json`" for stem in reply.changed)
            embed.description = (
                f"Changed: {files}.\nEvery host decides under them from now on: what was under way and not written "
                "yet is decided again. Pages that only show something follow within a second."
            )
            if reply.at_restart:
                waiting = ", ".join(f"`{escape(stem)}.json`" for stem in reply.at_restart)
                embed.add_field(name="Only after a restart of the front-ends and hosts", value=waiting)
            embed.set_footer(text=f"configuration {reply.config_id}, in place of {reply.known_id}")
            return Rendered(embeds=(embed,))
        case ConfigurationOutrun():
            return notice(
                "Somebody else put other figures in force meanwhile. **Nothing was changed**; use the command again."
            )
        case _:
            return _explain(reply, occasion)


def in_words(reply: Reply) -> str:
    """The name of a reply and its plain figures."""
    name = "".join(f" {char.lower()}" if char.isupper() else char for char in type(reply).__name__).strip()
    figures = [
        f"{field} {value}"
        for field, value in msgspec.structs.asdict(reply).items()
        if isinstance(value, int | str) and field != "version"
    ]
    refused = "refused: " if isinstance(reply, Refusal) else ""
    return escape(refused + ", ".join([name, *figures]), _WORDS_CHARS_MAX)


def _explain(reply: Reply, occasion: Occasion) -> Rendered:
    """A refusal in an operator's words; those that anybody can get are told as to anybody."""
    if (text := _refusal_words(reply)) is not None:
        return notice(f"{text} **Nothing was changed.**")
    common: CommonRefusal = reply  # type: ignore[assignment]
    return refuse(common, occasion.scene, occasion.look)


def _refusal_words(reply: Reply) -> str | None:
    match reply:
        case NotStarted():
            return "That player has not begun, or there is no such player."
        case NotEnough():
            held, name = number(reply.held), currency_name(reply.currency, reply.held)
            return f"The player has only {held} {name} of the {number(reply.required)} that would be taken."
        case BalanceFull():
            return f"The purse cannot hold so much {currency_name(reply.currency)}: at most {number(reply.most)}."
        case UnknownEsprit():
            return "The player does not have that Esprit (any more)."
        case UnknownThing():
            return f"There is no currency and no Esprit called “{escape(reply.name)}”."
        case NothingToDo():
            return "It is like that already."
        case ValueNotAllowed():
            return f"It can only be one of {', '.join(number(each) for each in reply.allowed)}."
        case LastEsprit():
            return "It is the player's only Esprit, and somebody has to lead. A reset would take everything."
        case FightGoesOn():
            return f"The player is in a fight, which ends {relative(reply.until)} at the latest."
        case TooManyAtOnce():
            return f"{number(reply.count)} Esprits are more than the {number(reply.most)} that go at once."
        case NotRefundable():
            return _NO_REFUNDS[reply.why]
        case AlreadyRefunded():
            return "That was refunded already."
        case NothingFound():
            return "Nothing stands under that id: it was never used for a command, or is older than what I remember."
    return None


def _described(title: str, reply: DeedPreview | Administered, look: Look) -> discord.Embed:
    lines = [_changed(change) for change in reply.changes]
    if reply.until is not None:
        lines.append(f"Until {full(reply.until)} ({relative(reply.until)})")
    lines += [brief(esprit, look) for esprit in reply.esprits]
    if isinstance(reply.deed, ResetPlayer):
        lines.append(_RESETS.get(reply.deed.what, "Reset."))
    if type(reply.deed) not in _TITLES:
        lines.append("Experience, energy, pity and cooldowns stay as they are.")
    return discord.Embed(title=title, description=clip(lines, DESCRIPTION_CHARS_MAX), colour=GOOD_COLOUR)


def _changed(change: Change) -> str:
    name = "Esprits" if change.what == "esprit" else currency_name(change.what).replace("_", " ")
    moved = signed(change.after - change.before)
    return f"{name}: {number(change.before)} → **{number(change.after)}** ({moved})"


def _who(player_id: int, occasion: Occasion) -> str:
    scene = occasion.scene
    return f"{escape(scene.about_name)} · {player_id}" if scene.is_about_another else f"player {player_id}"


def _figures(reply: Inspection) -> Iterator[str]:
    yield f"Key `{reply.player_id}` · version {number(reply.version)} · since {full(reply.started_at)}"
    yield (
        f"Level **{reply.level}** of {reply.level_cap} · XP {number(reply.xp)} / {number(reply.xp_needed)} · "
        f"energy {reply.energy} / {reply.energy_max}"
    )
    pity = " · ".join(f"{name} {points}" for name, points in reply.pity.items())
    yield f"Pity: {pity} · streak {reply.daily_streak} · tutorial {reply.tutorial}"
    waits = [f"{name} {relative(at)}" for name, at in reply.cooldowns.items() if at is not None]
    yield f"Cooldowns: {' · '.join(waits) or 'none'}"
    if reply.fight_until is not None:
        yield f"In a fight, which ends {relative(reply.fight_until)} at the latest"
    if reply.suspended_until is not None:
        yield f"🔒 Suspended until {full(reply.suspended_until)}: {escape(reply.suspended_for, 100)}"


def _collection(reply: Inspection, look: Look) -> str:
    rarities = " ".join(f"{look.rarity_emoji(name)} {count}" for name, count in reply.by_rarity.items())
    return clip([rarities or "none", *(brief(esprit, look) for esprit in reply.team)], 1000)


def _ledger(entries: Sequence[HistoryEntry], chars_max: int) -> str:
    """Ledger lines, each command's under its key, by which it can be looked up and refunded."""
    lines: list[str] = []
    shown = None
    for entry in entries:
        if entry.key != shown:
            shown = entry.key
            lines.append(f"`{shown}` {relative(entry.at)} · version {number(entry.version)}")
        moved = (
            f"{signed(entry.delta)} {entry.asset} → {number(entry.balance)}" if entry.delta else entry.asset
        )
        about = f" · {escape(entry.subject, 60)}" if entry.subject else ""
        lines.append(f"**{escape(entry.event)}** {escape(moved, 60)}{about}")
    return clip(lines, chars_max) or "none"
