import pytest

from faye.playground.emoji import is_emoji


@pytest.mark.parametrize("text", ["✨", "🔁", "⚔️", "◀️", "▶", "3️⃣", "🇩🇪", "🏳️\u200d🌈", "👩🏽\u200d🚀", "🪄"])
def test_an_emoji_is_one(text: str) -> None:
    assert is_emoji(text)


@pytest.mark.parametrize("text", ["", "▲", "✦", "⏻", "★", "→", "x", "3", ":heart:", "✨x", "️", "✨" * 17])
def test_a_sign_that_looks_like_one_is_none(text: str) -> None:
    assert not is_emoji(text)
