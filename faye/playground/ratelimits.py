"""Rate limits per route, announced in headers before they bite, as on Discord."""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

BUCKETS_MAX = 20_000
GLOBAL_PER_SECOND = 50
INVALID_REQUESTS_MAX = 10_000
INVALID_WINDOW_S = 600.0


@dataclass(frozen=True, slots=True)
class Rule:
    """So many requests in so many seconds; each channel or token has a bucket of its own."""

    limit: int
    window_s: float


RULES: dict[str, Rule] = {
    "POST channel messages": Rule(5, 5.0),
    "PATCH channel message": Rule(5, 5.0),
    "DELETE channel message": Rule(5, 1.0),
    "webhook": Rule(5, 2.0),
}


class InvalidRequests:
    """Counts what was answered with 401, 403 or 429: too many of them restrict the address for a while."""

    def __init__(
        self, now_s: Callable[[], float] = time.time, *, requests_max: int = INVALID_REQUESTS_MAX
    ) -> None:
        self._now_s = now_s
        self._requests_max = requests_max
        self._count = 0
        self._ends_at_s = 0.0

    @property
    def retry_after_s(self) -> float | None:
        """How long the address is restricted from now; None where it is not."""
        left = self._ends_at_s - self._now_s()
        return left if left > 0 and self._count >= self._requests_max else None

    def note(self, status: int) -> None:
        """Count an answer, if it is one of these."""
        if status not in (401, 403, 429):
            return
        if self._now_s() >= self._ends_at_s:
            self._count, self._ends_at_s = 0, self._now_s() + INVALID_WINDOW_S
        self._count += 1


@dataclass(slots=True)
class _Bucket:
    used: int
    resets_at_s: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The headers to send, and how long to wait if the request is one too many."""

    headers: dict[str, str]
    retry_after_s: float | None = None
    everywhere: bool = False


class RateLimits:
    """Counts requests per route and overall; interactions' first responses are exempt."""

    def __init__(self, now_s: Callable[[], float] = time.time, *, enforced: bool = True) -> None:
        self._now_s = now_s
        self._enforced = enforced
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def take(self, rule_name: str | None, major: str, *, counts_globally: bool) -> Verdict:
        """Count one request; `major` is the channel's id or the interaction's token."""
        if not self._enforced:
            return Verdict({})
        if counts_globally:
            whole = self._count("global", "", Rule(GLOBAL_PER_SECOND, 1.0))
            if whole.retry_after_s is not None:
                return Verdict(
                    whole.headers | {"X-RateLimit-Global": "true"}, whole.retry_after_s, everywhere=True
                )
        return Verdict({}) if rule_name is None else self._count(rule_name, major, RULES[rule_name])

    def _count(self, name: str, major: str, rule: Rule) -> Verdict:
        now = self._now_s()
        bucket = self._buckets.get((name, major))
        if bucket is None or bucket.resets_at_s <= now:
            self._make_room(now)
            bucket = self._buckets[(name, major)] = _Bucket(0, now + rule.window_s)
        bucket.used += 1
        wait = bucket.resets_at_s - now
        headers = {
            "X-RateLimit-Limit": str(rule.limit),
            "X-RateLimit-Remaining": str(max(0, rule.limit - bucket.used)),
            "X-RateLimit-Reset": f"{bucket.resets_at_s:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": hashlib.blake2b(name.encode(), digest_size=16).hexdigest(),
        }
        if bucket.used <= rule.limit:
            return Verdict(headers)
        late = math.ceil(wait * 1000) / 1000
        return Verdict(headers | {"Retry-After": f"{late:.3f}", "X-RateLimit-Scope": "user"}, late)

    def _make_room(self, now: float) -> None:
        if len(self._buckets) >= BUCKETS_MAX:
            self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket.resets_at_s > now}
