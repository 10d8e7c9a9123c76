"""Relative times read as on Discord: rounded, with units that change before the next one is full."""

import pytest

from tests.browser.tab import Tab

MINUTE, HOUR, DAY = 60, 3600, 86400

SAID = """async (seconds) => {
  const { relativeTime } = await import("/static/js/time.js");
  const now = 1_700_000_000_000;
  return seconds.map((each) => relativeTime(new Date(now + each * 1000), now));
}"""


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "now"),
        (1, "in 1 second"),
        (44, "in 44 seconds"),
        (45, "in a minute"),
        (89, "in a minute"),
        (90, "in 2 minutes"),
        (45 * MINUTE - 31, "in 44 minutes"),
        (45 * MINUTE, "in an hour"),
        (90 * MINUTE, "in 2 hours"),
        (22 * HOUR - 1801, "in 21 hours"),
        (22 * HOUR, "in a day"),
        (36 * HOUR, "in 2 days"),
        (48 * HOUR - 1, "in 2 days"),
        (25 * DAY, "in 25 days"),
        (26 * DAY, "in a month"),
        (46 * DAY, "in 2 months"),
        (320 * DAY, "in a year"),
        (548 * DAY, "in 2 years"),
    ],
)
async def test_a_time_is_rounded_to_the_unit_that_discord_would_choose(
    anna: Tab, seconds: int, said: str
) -> None:
    ago = said if said == "now" else f"{said.removeprefix('in ')} ago"
    assert await anna.page.evaluate(SAID, [seconds, -seconds]) == [said, ago]
