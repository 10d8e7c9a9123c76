"""The tunables of the Discord front-end."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from faye.config_types import Closed, Hours, Positive


class ValkeyConfig(Closed, frozen=True):
    """How a front-end asks Valkey, and how it finds out whether there is one at the moment."""

    connections_max: Positive
    socket_timeout_ms: Positive
    probe_timeout_ms: Positive
    probe_interval_ms: Positive
    probes_answered_min: Positive
    """So many in a row must be answered after an outage: a Valkey that comes and goes stays away."""


class BotConfig(Closed, frozen=True):
    """The Discord front-end's own figures."""

    lock_held_s: Positive
    lock_timeout_ms: Positive
    deferred_kept_s: Annotated[int, Meta(gt=0, le=900)]
    deferred_owner_lease_s: Positive
    deferred_timeout_ms: Positive
    confirm_valid_minutes: Positive
    collection_page_size: Annotated[int, Meta(gt=0, le=10)]
    history_page_size: Annotated[int, Meta(gt=0, le=20)]
    autocomplete_choices: Annotated[int, Meta(gt=0, le=25)]
    card_cache_entries: Positive
    card_workers: Positive
    card_wait_ms: Positive
    cards_waiting_max: Positive
    """So many pictures may be under way or wait for a worker; an answer beyond them goes out without its own."""
    close_wait_s: Positive
    login_timeout_s: Positive
    presses_remembered_max: Positive
    reminder_interval_s: Positive
    reminders_at_once: Annotated[int, Meta(gt=0, le=1000)]
    """So many reminders of the daily reward a front-end sends at most in each of these intervals."""
    reminder_within_hours: Hours
    """A reward that has been ready for longer is not spoken of any more: its player may be long gone."""
    valkey: ValkeyConfig
    support_url: str | None
