"""Commands, queries, replies and refusals: all that cogs and engine say to each other."""

from faye.messages.base import Command, DirectRequest, Query, Refusal, Reply, Undecided

__all__ = ["Command", "DirectRequest", "Query", "Refusal", "Reply", "Undecided"]
