import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faye.cogs.shared import texts


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Mira", "Mira"),
        ("**bold**", r"\*\*bold\*\*"),
        ("[click](https://evil.example)", r"\[click\]\(https\://evil\.example\)"),
        ("discord.gg/free", r"discord\.gg/free"),
        ("# big - > 1. -#", r"\# big \- \> 1\. \-\#"),
        ("a_b ~~c~~ ||d|| `e`", r"a\_b \~\~c\~\~ \|\|d\|\| \`e\`"),
        ("back\\slash", r"back\\slash"),
        (":smile: O'Hara & Søn, 100 %!", r"\:smile\: O'Hara & Søn, 100 %!"),
        ("Z\u0351\u036b\u0343\u036a\u0302\u036balgo", "Z\u0351\u036balgo"),
        ("a\u202eb\u2066c\u200f", "abc"),
        ("two\nlines\tand tabs", "two lines and tabs"),
        ("\u202e\u200b", "—"),
        ("🔥 flame", "🔥 flame"),
        ("שלום", "\u2068שלום\u2069"),
        ("مرحبا 12", "\u2068مرحبا 12\u2069"),
        ("हिन्दी ไทย é", "हिन्दी ไทย é"),
        ("1\ufe0f\u20e3 first", "1\ufe0f\u20e3 first"),
        ("\u3164\u2800\uffa0\u115f", "—"),
    ],
)
def test_names_are_shown_as_plain_words(given: str, shown: str) -> None:
    assert texts.escape(given) == shown


@pytest.mark.parametrize(
    "mention", ["@everyone", "@here", "<@1>", "<@&1>", "<#1>", "<:x:1>", "<t:1:R>", "</x:1>"]
)
def test_no_mention_or_custom_emoji_survives(mention: str) -> None:
    escaped = texts.escape(mention)
    assert mention not in escaped.replace("\\<", "")
    assert "<" not in escaped.replace("\\<", "")


def read(markdown: str) -> str:
    """What a reader sees of escaped words."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", markdown).replace("\u200b", "")


@given(st.text(alphabet="htps:/dicor.gwe[]()<>@ !#*_a1\\`|~\u200b\u202e", max_size=60))
def test_no_link_survives_and_every_letter_can_still_be_read(name: str) -> None:
    escaped = texts.escape(name)
    bare = re.sub(r"\\[^0-9A-Za-z\s]", "\0", escaped)
    assert not re.search(r"https?:|discord\.|www\.|[\\<>\[\]()*_`~|#:.]", bare)
    words = texts.visible(name)
    assert read(escaped) == (words if len(words) <= 40 else words[:39].rstrip() + "…") or not words


@given(st.text(max_size=7_000))
def test_whatever_people_are_called_fits_and_stays_on_one_line(name: str) -> None:
    escaped = texts.escape(name)
    assert 0 < len(escaped) <= 4 * texts.NAME_CHARS_MAX
    assert "\n" not in escaped


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (1_234_567, "1,234,567"), (-5, "-5"), (10**18, "far too many"), (-(10**30), "far too few")],
)
def test_numbers_have_separators_and_never_fill_a_message(value: int, shown: str) -> None:
    assert texts.number(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(20, "+20"), (-3, "−3"), (0, "0")])
def test_changes_carry_their_sign(value: int, shown: str) -> None:
    assert texts.signed(value) == shown


@pytest.mark.parametrize(
    ("value", "whole", "filled"),
    [
        (0, 300, 0),
        (24, 300, 0),
        (25, 300, 1),
        (299, 300, 11),
        (300, 300, 12),
        (999, 300, 12),
        (-5, 10, 0),
        (0, 0, 12),
    ],
)
def test_a_bar_is_full_only_when_its_end_is_reached(value: int, whole: int, filled: int) -> None:
    assert texts.bar(value, whole) == "▰" * filled + "▱" * (12 - filled)


def test_times_are_discord_timestamps() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert texts.relative(moment) == "<t:1767225600:R>"
    assert texts.full(moment) == "<t:1767225600:f>"
    assert texts.soon(None) == "**ready now**"


def test_a_list_too_long_is_cut_between_lines_and_says_so() -> None:
    lines = [f"line {number}" for number in range(1_000)]
    clipped = texts.clip(lines, 200)
    assert len(clipped) <= 200
    kept = clipped.split("\n")
    assert kept[:-1] == lines[: len(kept) - 1]
    assert kept[-1] == f"… and {1_000 - len(kept) + 1} more"
    assert texts.clip(["a", "b"], 200) == "a\nb"
