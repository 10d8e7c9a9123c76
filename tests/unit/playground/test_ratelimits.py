from faye.playground.ratelimits import GLOBAL_PER_SECOND, RULES, RateLimits


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_bucket_counts_down_refuses_and_opens_again() -> None:
    clock = Clock()
    limits = RateLimits(clock)
    rule = RULES["webhook"]
    remaining = [
        limits.take("webhook", "token", counts_globally=False).headers["X-RateLimit-Remaining"]
        for _ in range(rule.limit)
    ]
    assert remaining == ["4", "3", "2", "1", "0"]
    refused = limits.take("webhook", "token", counts_globally=False)
    assert refused.retry_after_s == rule.window_s
    assert not refused.everywhere
    assert limits.take("webhook", "another", counts_globally=False).retry_after_s is None
    clock.now_s += rule.window_s
    assert limits.take("webhook", "token", counts_globally=False).retry_after_s is None


def test_the_global_limit_spares_interactions() -> None:
    limits = RateLimits(Clock())
    for _ in range(GLOBAL_PER_SECOND):
        assert limits.take(None, "", counts_globally=True).retry_after_s is None
    refused = limits.take(None, "", counts_globally=True)
    assert refused.everywhere
    assert limits.take(None, "", counts_globally=False).retry_after_s is None


def test_limits_can_be_switched_off() -> None:
    limits = RateLimits(Clock(), enforced=False)
    assert all(limits.take("webhook", "t", counts_globally=True).retry_after_s is None for _ in range(200))
