"""What clients saw: what they asked, what they were answered, and when."""

from dataclasses import dataclass, field

from faye.messages import Command, Query, Reply


@dataclass(frozen=True)
class Seen:
    """One request and its reply, as one front-end saw them; the moments are of one clock for all, in s."""

    front_end: str
    request: Command | Query
    asked_at: float
    answered_at: float
    reply: Reply


@dataclass
class History:
    """Everything that clients saw, in no particular order."""

    seen: list[Seen] = field(default_factory=list)
    commands: dict[int, Command] = field(default_factory=dict)
    """Every command that ever set out, by its key, answered or not."""
    first_asked: dict[int, float] = field(default_factory=dict)
    """When each of them set out for the first time."""

    def note_asked(self, request: Command | Query, at: float) -> None:
        """Note that a request sets out; a command that comes again keeps its first moment."""
        if isinstance(request, Command):
            self.commands[request.idempotency_key] = request
            self.first_asked.setdefault(request.idempotency_key, at)

    def is_repeated(self, seen: Seen) -> bool:
        """Whether the command had set out before, so that its reply may speak of that time."""
        request = seen.request
        return isinstance(request, Command) and self.first_asked[request.idempotency_key] < seen.asked_at
