"""When something that was done may be done again."""

from __future__ import annotations

from datetime import datetime, timedelta


def due_at(last: datetime | None, hours: int, *, now: datetime) -> datetime | None:
    """The moment when `hours` since `last` are over, or None if that is so already (or it was never done)."""
    return due_after(last, timedelta(hours=hours), now=now)


def due_after(last: datetime | None, pause: timedelta, *, now: datetime) -> datetime | None:
    """The same for any length of time."""
    if last is None:
        return None
    due = last + pause
    return due if now < due else None
