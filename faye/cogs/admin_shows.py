"""What operators read: players, what became of interactions, and what their deeds change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import discord
import msgspec

from faye.cogs.admin_confirm import confirm
from faye.cogs.shared.esprit_looks import brief
from faye.cogs.shared.look import GOOD_COLOUR, HOME_COLOUR, Look, amount, counted, currency_name
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
from faye.utils.language import gettext, gettext_noop, ngettext

_TITLES: Final[dict[type[Any], tuple[str, str]]] = {
    GiveCurrency: (gettext_noop("Give currency?"), gettext_noop("Given")),
    GiveEsprits: (gettext_noop("Give Esprits?"), gettext_noop("Given")),
    TakeCurrency: (gettext_noop("Remove currency?"), gettext_noop("Removed")),
    TakeEsprit: (gettext_noop("Remove an Esprit?"), gettext_noop("Removed")),
    SetFigure: (gettext_noop("Set a figure?"), gettext_noop("Set")),
    ResetPlayer: (gettext_noop("Reset?"), gettext_noop("Reset")),
    Suspend: (gettext_noop("Suspend?"), gettext_noop("Suspended")),
    LiftSuspension: (gettext_noop("Lift the suspension?"), gettext_noop("Suspension lifted")),
}
"""Of each deed, what is asked and what was done."""

_RESETS: Final[dict[str, str]] = {
    "cooldowns": gettext_noop("Every cooldown is over; the streak stays."),
    "everything": gettext_noop("All of it goes for good. The player can start again; a suspension stays."),
}

_UNDO: Final = (gettext_noop("Refund?"), gettext_noop("Refunded"))

_NO_REFUNDS: Final = {
    "refused": gettext_noop("That command was refused or did nothing, so there is nothing to refund."),
    "gift": gettext_noop(
        "A gift belongs to two players. Take it back from the one and give it to the other."
    ),
    "start": gettext_noop("The start itself cannot be refunded; a reset undoes it."),
    "fight": gettext_noop("It belongs to a fight, whose end pays or gives back by itself."),
    "operator": gettext_noop("An operator did it; the opposite deed undoes it."),
    "esprits": gettext_noop(
        "It took Esprits, of which the ledger does not know how far they had grown. Give new ones."
    ),
    "changed": gettext_noop(
        "It changed an Esprit in a way that cannot be set back, or that Esprit has changed since."
    ),
}

_NAMES: Final = {
    "level": gettext_noop("level"),
    "level_cap": gettext_noop("level cap"),
    "xp": gettext_noop("xp"),
    "energy": gettext_noop("energy"),
    "pity_standard": gettext_noop("pity standard"),
    "pity_premium": gettext_noop("pity premium"),
    "esprit": gettext_noop("Esprits"),
    "standard": gettext_noop("standard"),
    "premium": gettext_noop("premium"),
    "daily": gettext_noop("daily"),
    "daily summon": gettext_noop("daily summon"),
    "trial": gettext_noop("trial"),
}
"""Of figures, pity counters and cooldowns, how they are called among others."""

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
            purse = "\n".join(amount(name, held) for name, held in reply.balances.items())
            embed.add_field(name=gettext("Purse"), value=purse)
            heading = gettext("Esprits · {count}").format(count=number(reply.esprits))
            embed.add_field(name=heading, value=_collection(reply, look))
            newest = _ledger(reply.recent, 1000)
            embed.add_field(name=gettext("Newest ledger lines"), value=newest, inline=False)
            return Rendered(embeds=(embed,))
        case UseNoted():
            return notice(gettext("I could not look at that player just now. Please try again."))
        case _:
            return _explain(reply, occasion)


@presentation("admin_lookup", follow=note_then_look_up)
def render_lookup(reply: Reply, occasion: Occasion) -> Rendered:
    """Whose key it is, what was answered, and what it did."""
    match reply:
        case DecidedFound():
            title = gettext("🔎 Interaction {interaction}").format(interaction=reply.key)
            embed = discord.Embed(title=title, colour=HOME_COLOUR)
            lines = [
                gettext("Player `{player}`").format(player=reply.owner_id),
                gettext("Answer: {answer}").format(answer=in_words(decode_reply(reply.reply))),
            ]
            if reply.refunded_at is not None:
                lines.append(gettext("**Refunded** {when}").format(when=full(reply.refunded_at)))
            embed.description = "\n".join(lines)
            shown = _ledger(reply.lines, 1000) if reply.lines else gettext("It changed nothing.")
            heading = gettext("Ledger lines · {count}").format(count=number(reply.lines_total))
            embed.add_field(name=heading, value=shown, inline=False)
            return Rendered(embeds=(embed,))
        case UseNoted():
            return notice(gettext("I could not look that up just now. Please try again."))
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
    embed = _described(f"⚖️ {gettext(title)} · {_who(reply.player_id, occasion)}", reply, occasion.look)
    embed.colour = HOME_COLOUR
    embed.add_field(name=gettext("Reason"), value=escape(reason, 100), inline=False)
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
            heading = f"⚖️ {gettext(title)} · {_who(reply.player_id, occasion)}"
            return Rendered(embeds=(_described(heading, reply, occasion.look),))
        case Abandoned() if isinstance(request, Command):
            return notice(
                gettext("I could not get that done in time. **Nothing happened**; use the command again.")
            )
        case _:
            assert isinstance(request, Administer | Refund), f"{scene.interaction_id} is no deed"
            return _explain(reply, occasion)


@presentation("admin_reload")
def render_reload(reply: Reply, occasion: Occasion) -> Rendered:
    """Which files took effect, and from when on."""
    match reply:
        case ConfigurationPutInForce():
            return Rendered(embeds=(_in_force(reply),))
        case ConfigurationOutrun():
            return notice(
                gettext(
                    "Somebody else put other figures in force meanwhile. **Nothing was changed**; "
                    "use the command again."
                )
            )
        case _:
            return _explain(reply, occasion)


def _in_force(reply: ConfigurationPutInForce) -> discord.Embed:
    embed = discord.Embed(title=gettext("⚙️ The new figures are in force"), colour=GOOD_COLOUR)
    embed.description = gettext(
        "Changed: {files}.\nEvery host decides under them from now on: what was under way and not written "
        "yet is decided again. Pages that only show something follow within a second."
    ).format(files=_files(reply.changed))
    if reply.at_restart:
        heading = gettext("Only after a restart of the front-ends and hosts")
        embed.add_field(name=heading, value=_files(reply.at_restart))
    footer = gettext("configuration {config_id}, in place of {known_id}")
    embed.set_footer(text=footer.format(config_id=reply.config_id, known_id=reply.known_id))
    return embed


def _files(stems: Sequence[str]) -> str:
    return ", ".join(f"`{escape(stem)}.json`" for stem in stems)


def in_words(reply: Reply) -> str:
    """The name of a reply and its plain figures."""
    name = "".join(f" {char.lower()}" if char.isupper() else char for char in type(reply).__name__).strip()
    figures = [
        f"{field} {value}"
        for field, value in msgspec.structs.asdict(reply).items()
        if isinstance(value, int | str) and field != "version"
    ]
    answer = ", ".join([name, *figures])
    if isinstance(reply, Refusal):
        answer = gettext("refused: {answer}").format(answer=answer)
    return escape(answer, _WORDS_CHARS_MAX)


def _explain(reply: Reply, occasion: Occasion) -> Rendered:
    """A refusal in an operator's words; those that anybody can get are told as to anybody."""
    if (text := _refusal_words(reply)) is not None:
        return notice(" ".join((text, gettext("**Nothing was changed.**"))))
    common: CommonRefusal = reply  # type: ignore[assignment]
    return refuse(common, occasion.scene, occasion.look)


def _refusal_words(reply: Reply) -> str | None:
    match reply:
        case NotStarted():
            return gettext("That player has not begun, or there is no such player.")
        case NotEnough():
            text = gettext("The player has only {held} of the {required} that would be taken.")
            return text.format(held=counted(reply.currency, reply.held), required=number(reply.required))
        case BalanceFull():
            text = gettext("The purse cannot hold so much {currency}: at most {most}.")
            return text.format(currency=currency_name(reply.currency), most=number(reply.most))
        case UnknownEsprit():
            return gettext("The player does not have that Esprit (any more).")
        case UnknownThing():
            text = gettext("There is no currency and no Esprit called “{name}”.")
            return text.format(name=escape(reply.name))
        case NothingToDo():
            return gettext("It is like that already.")
        case ValueNotAllowed():
            text = gettext("It can only be one of {values}.")
            return text.format(values=", ".join(number(each) for each in reply.allowed))
        case LastEsprit():
            return gettext(
                "It is the player's only Esprit, and somebody has to lead. A reset would take everything."
            )
        case FightGoesOn():
            text = gettext("The player is in a fight, which ends {when} at the latest.")
            return text.format(when=relative(reply.until))
        case TooManyAtOnce():
            text = ngettext(
                "{count} Esprit is more than the {most} that go at once.",
                "{count} Esprits are more than the {most} that go at once.",
                reply.count,
            )
            return text.format(count=number(reply.count), most=number(reply.most))
        case NotRefundable():
            return gettext(_NO_REFUNDS[reply.why])
        case AlreadyRefunded():
            return gettext("That was refunded already.")
        case NothingFound():
            return gettext(
                "Nothing stands under that id: it was never used for a command, "
                "or is older than what I remember."
            )
    return None


def _described(title: str, reply: DeedPreview | Administered, look: Look) -> discord.Embed:
    lines = [_changed(change) for change in reply.changes]
    if reply.until is not None:
        text = gettext("Until {until} ({relative})")
        lines.append(text.format(until=full(reply.until), relative=relative(reply.until)))
    lines += [brief(esprit, look) for esprit in reply.esprits]
    if isinstance(reply.deed, ResetPlayer):
        known = _RESETS.get(reply.deed.what)
        lines.append(gettext(known) if known else gettext("Reset."))
    if type(reply.deed) not in _TITLES:
        lines.append(gettext("Experience, energy, pity and cooldowns stay as they are."))
    return discord.Embed(title=title, description=clip(lines, DESCRIPTION_CHARS_MAX), colour=GOOD_COLOUR)


def _changed(change: Change) -> str:
    moved = signed(change.after - change.before)
    return f"{_name(change.what)}: {number(change.before)} → **{number(change.after)}** ({moved})"


def _name(what: str) -> str:
    """What a figure, a pity counter, a cooldown or a balance is called."""
    known = _NAMES.get(what)
    return gettext(known) if known else currency_name(what).replace("_", " ")


def _who(player_id: int, occasion: Occasion) -> str:
    scene = occasion.scene
    if scene.is_about_another:
        return f"{escape(scene.about_name)} · {player_id}"
    return gettext("player {player}").format(player=player_id)


def _figures(reply: Inspection) -> Iterator[str]:
    yield gettext("Key `{player}` · version {version} · since {started_at}").format(
        player=reply.player_id, version=number(reply.version), started_at=full(reply.started_at)
    )
    yield gettext("Level **{level}** of {level_cap} · XP {xp} · energy {energy}").format(
        level=reply.level,
        level_cap=reply.level_cap,
        xp=f"{number(reply.xp)} / {number(reply.xp_needed)}",
        energy=f"{reply.energy} / {reply.energy_max}",
    )
    yield gettext("Pity: {pity} · streak {streak} · tutorial {tutorial}").format(
        pity=" · ".join(f"{_name(banner)} {points}" for banner, points in reply.pity.items()),
        streak=reply.daily_streak,
        tutorial=reply.tutorial,
    )
    waits = [f"{_name(what)} {relative(at)}" for what, at in reply.cooldowns.items() if at is not None]
    yield gettext("Cooldowns: {cooldowns}").format(cooldowns=" · ".join(waits) or gettext("none"))
    if reply.fight_until is not None:
        text = gettext("In a fight, which ends {when} at the latest")
        yield text.format(when=relative(reply.fight_until))
    if reply.suspended_until is not None:
        text = gettext("🔒 Suspended until {until}: {reason}")
        yield text.format(until=full(reply.suspended_until), reason=escape(reply.suspended_for, 100))


def _collection(reply: Inspection, look: Look) -> str:
    rarities = " ".join(f"{look.rarity_emoji(name)} {count}" for name, count in reply.by_rarity.items())
    return clip([rarities or gettext("none"), *(brief(esprit, look) for esprit in reply.team)], 1000)


def _ledger(entries: Sequence[HistoryEntry], chars_max: int) -> str:
    """Ledger lines, each command's under its key, by which it can be looked up and refunded."""
    lines: list[str] = []
    shown = None
    for entry in entries:
        if entry.key != shown:
            shown = entry.key
            text = gettext("`{key}` {when} · version {version}")
            lines.append(text.format(key=shown, when=relative(entry.at), version=number(entry.version)))
        moved = (
            f"{signed(entry.delta)} {entry.asset} → {number(entry.balance)}" if entry.delta else entry.asset
        )
        about = f" · {escape(entry.subject, 60)}" if entry.subject else ""
        lines.append(f"**{escape(entry.event)}** {escape(moved, 60)}{about}")
    return clip(lines, chars_max) or gettext("none")
