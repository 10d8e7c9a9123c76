import discord

from faye.playground.locales import DEFAULT_LOCALE, LOCALES


def test_the_local_discord_has_the_languages_that_discord_has() -> None:
    assert set(LOCALES) == {locale.value for locale in discord.Locale}
    assert len(LOCALES) == len(set(LOCALES))
    assert DEFAULT_LOCALE in LOCALES
