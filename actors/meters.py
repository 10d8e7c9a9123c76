"""What a host and a router have done since they began to live, counted where it happens."""

from __future__ import annotations

from msgspec import Struct


class Meters(Struct, array_like=True):
    """Counters that only grow, except the ones said to be of now. Fields are appended and never reordered."""

    batches: int = 0
    """Batches delivered, from all routers."""
    envelopes: int = 0
    effects: int = 0
    """Commands that changed something."""
    refusals: int = 0
    """Commands that a rule refused."""
    reads: int = 0
    replays: int = 0
    """Commands asked again, which got their first reply."""
    busy: int = 0
    """Requests refused because a mailbox was full, or the host had too much to do."""
    moved: int = 0
    """Requests sent on because another host holds the shard."""
    dropped: int = 0
    """Requests whose deadline passed before they began."""
    commits: int = 0
    """Units of work acknowledged by the database."""
    commit_ms: float = 0.0
    """Time spent waiting for them, in all."""
    committed: int = 0
    """Commands in them, effects and refusals: divided by `commits`, the size of a batch."""
    stale: int = 0
    """Activations that lost to a newer writer and ran their commands again."""
    refused: int = 0
    """Units of work that the database refused for their data."""
    outages: int = 0
    """Calls of the database whose outcome is unknown."""
    rules_failed: int = 0
    loads: int = 0
    """Questions to the database for cold grains, keys and versions."""
    activations: int = 0
    passivations: int = 0
    warm: int = 0
    """Requests that found their grain in memory."""
    grains: int = 0
    """Activations in memory now."""
    queued: int = 0
    """Jobs that wait or run now."""


class RouterMeters(Struct):
    """What became of requests, counted in the router that was asked; every number only grows."""

    asked: int = 0
    answered: int = 0
    unanswered: int = 0
    """Requests without an answer at their deadline, or with one that only the key can confirm."""
    refused: int = 0
    """Requests told at once that there is too much to do."""
    resent: int = 0
    """Departures after the first one, because a host died, was slow or refused a batch."""
