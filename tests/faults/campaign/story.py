"""A campaign's outcome in words: the summary, and of each broken promise the shortest history that shows it."""

import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from faye.messages import Command
from tests.checking.history import Seen
from tests.checking.violation import Violation
from tests.faults.campaign.campaign import Outcome

_TOLD_MAX: Final = 10
_LINES_AROUND: Final = 2


def told(outcome: Outcome) -> Iterator[str]:
    """Lines for a terminal; the last one sums it up."""
    for violation in outcome.violations[:_TOLD_MAX]:
        yield f"BROKEN  {violation}"
        yield from _shortest_history(violation, outcome)
    yield from (f"BROKEN  audit: {each}" for each in outcome.audit[:_TOLD_MAX])
    for fault, took_s in sorted(outcome.first_answers_s.items()):
        median_s, longest_s = statistics.median(took_s), max(took_s)
        yield f"{fault:30} {len(took_s):3} times; all answered after {median_s:5.2f} s, at most {longest_s:5.2f} s"
    replies = ", ".join(f"{kind} {number}" for kind, number in outcome.replies.most_common())
    yield f"replies: {replies}"
    yield _summary(outcome)


def _summary(outcome: Outcome) -> str:
    broken = len(outcome.violations) + len(outcome.audit)
    entries = sum(len(lines) for versions in outcome.records.lines.values() for lines in versions.values())
    return (
        f"faults: seed {outcome.plan.seed}, {outcome.seconds:.0f} s, {outcome.plan.players} players, "
        f"{sum(outcome.replies.values())} replies, {len(outcome.history.commands)} commands, "
        f"{outcome.duplicates} asked again, {outcome.unanswered} lost with their front-end, {entries} ledger entries, "
        f"{outcome.faults.total()} faults of {len(outcome.faults)} kinds: "
        f"{'every promise kept' if outcome.clean else f'{broken} BROKEN PROMISES'}"
    )


def _shortest_history(violation: Violation, outcome: Outcome) -> Iterator[str]:
    """The requests that a violation speaks of, with all that was asked under their keys, and the ledger beside them."""
    keys = {seen.request.idempotency_key for seen in violation.seen if isinstance(seen.request, Command)}
    same_key = [
        seen
        for seen in outcome.history.seen
        if isinstance(seen.request, Command) and seen.request.idempotency_key in keys
    ]
    began = min((seen.asked_at for seen in outcome.history.seen), default=0.0)
    for seen in sorted({id(seen): seen for seen in (*violation.seen, *same_key)}.values(), key=_asked_at):
        asked, answered = seen.asked_at - began, seen.answered_at - began
        yield f"        {asked:8.3f} … {answered:8.3f} s {seen.front_end}: {seen.request}"
        yield f"        {'':22}{seen.reply}"
    versions = {seen.reply.version for seen in violation.seen}
    for version, lines in sorted(outcome.records.lines.get(violation.player_id, {}).items()):
        if any(abs(version - each) < _LINES_AROUND for each in versions):
            yield from (f"        ledger {line}" for line in lines)


def _asked_at(seen: Seen) -> float:
    return seen.asked_at


def write_history(outcome: Outcome, path: Path) -> None:
    """What clients saw, a JSON line for each request, in the order in which they set out: for other checkers.

    A request that no front-end lived to answer has no `answered_at`. Moments are of one clock, in s.
    """
    history = outcome.history
    answered = {seen.request.idempotency_key for seen in history.seen if isinstance(seen.request, Command)}
    lines: list[dict[str, Any]] = [vars(seen) for seen in history.seen]
    lines += [
        {"request": command, "asked_at": history.first_asked[key]}
        for key, command in history.commands.items()
        if key not in answered
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for line in sorted(lines, key=lambda line: float(line["asked_at"])):
            file.write(msgspec.json.encode(line) + b"\n")
