"""The rules of what operators do to a player. They bound what is given, and leave the ledger's sums right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from msgspec import Struct

from faye.config import GameConfig
from faye.database.models.esprit import Esprit, power_of
from faye.database.models.experience import xp_to_next_level
from faye.database.models.outcome import ADMIN, ESPRIT, Outcome, Posting
from faye.database.models.player_row import BALANCE_MAX
from faye.database.models.taking import TakingRules
from faye.messages.admin import (
    GIVEN_ESPRITS_MAX,
    REASON_CHARS_MAX,
    SUSPENDED_MINUTES_MAX,
    Administer,
    Administered,
    Change,
    Deed,
    DeedPreview,
    FightGoesOn,
    Figure,
    GiveCurrency,
    GiveEsprits,
    LiftSuspension,
    NoteUse,
    NothingToDo,
    ResetKind,
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
from faye.messages.base import Refusal
from faye.messages.esprit import EspritView
from faye.messages.refusals import InvalidAmount
from faye.utils.rng import Rng

LINES_MAX: Final = 30_000
"""A command's ledger lines are counted in a smallint."""

SHOWN_MAX: Final = 10
COOLDOWNS: Final = ("daily_claimed_at", "daily_summoned_at", "trial_at")
KEPT_AT_RESET: Final = ("id", "version", "suspended_until", "suspended_for")
NOTE_CHARS_MAX: Final = 200


class Done(Struct):
    """What a deed did to the player, before it is told and written."""

    event: str
    changes: Sequence[Change] = ()
    postings: Sequence[Posting] = ()
    shown: Sequence[Esprit] = ()
    gained: Sequence[Esprit] = ()
    changed: Sequence[Esprit] = ()
    lost: Sequence[Esprit] = ()
    until: datetime | None = None
    note: str = ""
    """What the line says beside who and why."""
    deed: Deed | None = None
    """The deed said more exactly than it was asked for."""


Collection: TypeAlias = Mapping[int, Esprit]


class AdministrationRules(TakingRules):
    """Giving, taking, setting, resetting, suspending."""

    def administer(
        self, command: Administer, esprits: Collection, *, now: datetime, rng: Rng, config: GameConfig
    ) -> Outcome[Administered] | Refusal:
        """Do what the command says; the first ledger line says who did it and why."""
        done = self._do(command.deed, esprits, now=now, rng=rng, config=config)
        if isinstance(done, Refusal):
            return done
        if isinstance(command.deed, Suspend):
            self.suspended_for = command.reason[:REASON_CHARS_MAX]
        reply = Administered(
            player_id=self.id,
            deed=done.deed or command.deed,
            changes=list(done.changes),
            esprits=self.views(done.shown, config),
            until=done.until,
        )
        words = (done.note, command.reason)
        return self.administered(done, reply, command.admin_id, *words)

    def preview_deed(
        self, deed: Deed, esprits: Collection, *, now: datetime, config: GameConfig
    ) -> DeedPreview | Refusal:
        """What the deed would do, found out by doing it to a copy."""
        done = self.model_copy()._do(deed, esprits, now=now, rng=Rng(0), config=config)
        if isinstance(done, Refusal):
            return done
        return DeedPreview(
            player_id=self.id,
            deed=done.deed or deed,
            changes=list(done.changes),
            esprits=self.views(done.shown, config),
            until=done.until,
        )

    def note_use(self, command: NoteUse) -> Outcome[UseNoted]:
        """Write down who looks at what; nothing else changes."""
        line = operators_line(f"admin.{command.use}", command.admin_id, command.about)
        return Outcome(UseNoted(use=command.use), (line,))

    def administered(
        self, done: Done, reply: Administered, admin_id: int, *words: str
    ) -> Outcome[Administered]:
        """The outcome of a deed that was done."""
        line = operators_line(done.event, admin_id, *words)
        return Outcome(
            reply,
            (line, *done.postings),
            gained=done.gained,
            changed=done.changed,
            lost=[esprit.id for esprit in done.lost],
        )

    def views(self, esprits: Sequence[Esprit], config: GameConfig) -> list[EspritView]:
        """The most powerful of `esprits` as they are shown."""
        power, team = power_of(config), self.team_ids
        best = sorted(esprits, key=lambda one: (-power(one), one.id))[:SHOWN_MAX]
        return [esprit.view(config, esprit.id in team) for esprit in best]

    # ------------------------------------------------------------------ one deed each

    def _do(
        self, deed: Deed, esprits: Collection, *, now: datetime, rng: Rng, config: GameConfig
    ) -> Done | Refusal:
        match deed:
            case GiveCurrency():
                return self._give(deed)
            case GiveEsprits():
                return self._give_esprits(deed, esprits, now=now, rng=rng, config=config)
            case TakeCurrency():
                return self._take(deed)
            case TakeEsprit():
                return self._take_esprit(deed, esprits, config)
            case SetFigure():
                return self._set(deed.figure, deed.value, now=now, config=config)
            case ResetPlayer(what="cooldowns"):
                return self._reset_cooldowns()
            case ResetPlayer():
                return self._reset(deed.what, esprits)
            case Suspend():
                return self._suspend(deed.minutes, now)
            case LiftSuspension():
                return self._lift(now)

    def _give(self, deed: GiveCurrency) -> Done | Refusal:
        if refusal := self._unusable(deed.currency, deed.amount) or self.overflow(deed.currency, deed.amount):
            return refusal
        posting = self.post("admin.give", deed.currency, deed.amount)
        return Done("admin.give", (_change(posting),), (posting,))

    def _take(self, deed: TakeCurrency) -> Done | Refusal:
        if refusal := self._unusable(deed.currency, deed.amount) or self.shortfall(
            deed.currency, deed.amount
        ):
            return refusal
        posting = self.post("admin.remove", deed.currency, -deed.amount)
        return Done("admin.remove", (_change(posting),), (posting,))

    def _unusable(self, currency: str, amount: int) -> UnknownThing | InvalidAmount | None:
        if currency not in self.BALANCES:
            return UnknownThing(name=currency)
        return _outside(amount, 1, BALANCE_MAX)

    def _give_esprits(
        self, deed: GiveEsprits, esprits: Collection, *, now: datetime, rng: Rng, config: GameConfig
    ) -> Done | Refusal:
        species = config.roster.get(deed.species)
        if species is None:
            return UnknownThing(name=deed.species)
        cap = config.esprit.rarities[species.rarity].level_cap
        if refusal := _outside(deed.count, 1, GIVEN_ESPRITS_MAX) or _outside(deed.level, 1, cap):
            return refusal
        gained = [
            Esprit(id=rng.new_id(), player_id=self.id, species=species.code, level=deed.level, gained_at=now)
            for _ in range(deed.count)
        ]
        size = len(esprits)
        postings = [
            esprit.gained("admin.give", collection_size=size + number)
            for number, esprit in enumerate(gained, 1)
        ]
        change = Change(ESPRIT, size, size + len(gained))
        return Done("admin.give", (change,), postings, shown=gained, gained=gained)

    def _take_esprit(self, deed: TakeEsprit, esprits: Collection, config: GameConfig) -> Done | Refusal:
        esprit = self.meant(deed.esprit, esprits, config=config)
        if not isinstance(esprit, Esprit):
            return esprit
        places = self.places_without({esprit.id}, esprits, config=config)
        if isinstance(places, Refusal):
            return places
        size = len(esprits)
        return Done(
            "admin.remove",
            (Change(ESPRIT, size, size - 1),),
            self.take("admin.remove", (esprit,), places, esprits),
            shown=(esprit,),
            lost=(esprit,),
            deed=TakeEsprit(str(esprit.id)),
        )

    def _set(self, figure: Figure, value: int, *, now: datetime, config: GameConfig) -> Done | Refusal:
        if refusal := self._unfit(figure, value, config):
            return refusal
        if (
            figure == "level_cap" and self.fight_until is not None
        ):  # a trial lifts the cap that it was begun at
            return FightGoesOn(until=self.fight_until)
        before = self._figure(figure, now, config)
        if before == value:
            return NothingToDo()
        changes = [Change(figure, before, value)]
        setattr(self, figure, value)
        if figure == "energy":
            self.energy_at = now
        if figure == "level" and self.xp:
            changes.append(Change("xp", self.xp, 0))
            self.xp = 0
        return Done("admin.set", changes, note=f"{figure} {before}→{value}")

    def _figure(self, figure: Figure, now: datetime, config: GameConfig) -> int:
        if figure == "energy":
            return self.energy_now(now=now, config=config.player).amount
        held: int = getattr(self, figure)
        return held

    def _unfit(self, figure: Figure, value: int, config: GameConfig) -> Refusal | None:
        player, trials, pity = config.player, config.trials, config.summon.pity_thresholds
        match figure:
            case "level":
                return _outside(value, 1, self.level_cap)
            case "level_cap":
                lifted = {min(cap + trials.levels_per_trial, player.level_cap_max) for cap in trials.trials}
                allowed = [cap for cap in sorted({player.level_cap_first, *lifted}) if cap >= self.level]
                return None if value in allowed else ValueNotAllowed(given=value, allowed=allowed)
            case "xp":
                return _outside(value, 0, xp_to_next_level(self.level, player))
            case "energy":
                return _outside(value, 0, player.energy_max)
            case "pity_standard" | "pity_premium":
                return _outside(value, 0, pity[figure.removeprefix("pity_")])

    def _reset_cooldowns(self) -> Done | Refusal:
        running = [name for name in COOLDOWNS if getattr(self, name) is not None]
        if not running:
            return NothingToDo()
        for name in running:
            setattr(self, name, None)
        return Done("admin.reset", note="cooldowns")

    def _reset(self, what: ResetKind, esprits: Collection) -> Done | Refusal:
        """As before the start: balances go to nothing and Esprits are lost by lines of their own."""
        if len(esprits) > LINES_MAX:
            return TooManyAtOnce(count=len(esprits), most=LINES_MAX)
        if self.fight_until is not None:
            return FightGoesOn(until=self.fight_until)
        changes = [Change("level", self.level, 1)]
        held = [(currency, self.balance(currency)) for currency in self.BALANCES if self.balance(currency)]
        postings = [self.post("admin.reset", currency, -amount) for currency, amount in held]
        changes += [_change(posting) for posting in postings]
        lost = sorted(esprits.values(), key=lambda esprit: esprit.id)  # however memory came by them
        postings += [
            esprit.lost("admin.reset", collection_size=len(lost) - number)
            for number, esprit in enumerate(lost, 1)
        ]
        changes.append(Change(ESPRIT, len(lost), 0))
        blank = type(self)(id=self.id)
        for column in type(self).model_fields:
            if column not in KEPT_AT_RESET:
                setattr(self, column, getattr(blank, column))
        return Done("admin.reset", changes, postings, shown=lost, lost=lost, note=what)

    def _suspend(self, minutes: int, now: datetime) -> Done | Refusal:
        if refusal := _outside(minutes, 1, SUSPENDED_MINUTES_MAX):
            return refusal
        until = now.replace(microsecond=0) + timedelta(minutes=minutes)
        self.suspended_until = until
        return Done("admin.suspend", until=until, note=f"until {until:%Y-%m-%d %H:%M} UTC")

    def _lift(self, now: datetime) -> Done | Refusal:
        if self.suspended_until is None or self.suspended_until <= now:
            return NothingToDo()
        self.suspended_until = self.suspended_for = None
        return Done("admin.lift")


def operators_line(event: str, admin_id: int, *words: str) -> Posting:
    """The ledger line that says which operator did something, and in the same words why."""
    text = " ".join(word for word in words if word)
    return Posting(event, ADMIN, 0, 0, None, f"{admin_id} {text}"[:NOTE_CHARS_MAX])


def _change(posting: Posting) -> Change:
    return Change(posting.asset, posting.balance - posting.delta, posting.balance)


def _outside(value: int, least: int, most: int) -> InvalidAmount | None:
    return None if least <= value <= most else InvalidAmount(given=value, least=least, most=most)
