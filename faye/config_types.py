"""What every part of the configuration is made of."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Positive = Annotated[int, Meta(gt=0, le=10**12)]
Natural = Annotated[int, Meta(ge=0, le=10**12)]
Hours = Annotated[int, Meta(gt=0, le=8760)]
Minutes = Annotated[int, Meta(gt=0, le=525_600)]
Level = Annotated[int, Meta(gt=0, le=1000)]
Name = Annotated[str, Meta(min_length=1, max_length=24)]
Percent = Annotated[int, Meta(ge=0, le=1000)]
Turns = Annotated[int, Meta(gt=0, le=100)]


class Closed(Struct, frozen=True, forbid_unknown_fields=True):
    """A struct that takes no unknown key, so that a misspelt tunable is an error and not a default."""


class Range(Closed, frozen=True):
    """A whole number between two ends, both of which can be drawn."""

    least: Natural
    most: Natural
