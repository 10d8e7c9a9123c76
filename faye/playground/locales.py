"""Discord's languages: the codes of its locales, and the texts that a definition carries for them."""

from collections.abc import Callable

from faye.playground.form import Form
from faye.playground.wire import Json

DEFAULT_LOCALE = "en-US"
LOCALES = (
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
)  # fmt: skip
_FALLBACKS = {"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"}


def text_in(locale: str, node: Json, key: str) -> str:
    """Return a definition's text in a locale: its own, that of the locale's fallback, otherwise the default."""
    texts = _localizations(node, key)
    for code in (locale, _FALLBACKS.get(locale, "")):
        if code in texts:
            return str(texts[code])
    return str(node.get(key, ""))


def longest_chars(node: Json, key: str) -> int:
    """Count the characters of a definition's text in whichever language it is longest, the default included."""
    return max(len(str(text)) for text in (node.get(key, ""), *_localizations(node, key).values()))


def check_localized(node: Json, key: str, form: Form, check: Callable[[Json, str, Form], object]) -> None:
    """Report what breaks `check`, the rule for a definition's text: the default and each localization."""
    check(node, key, form)
    place = form.at(f"{key}_localizations")
    texts = form.object(node, f"{key}_localizations")
    for code in texts:
        # Reported for the whole map: a key that is no locale names no place.
        if place.choice(code, LOCALES):
            check(texts, code, place)


def _localizations(node: Json, key: str) -> Json:
    texts = node.get(f"{key}_localizations")
    return texts if isinstance(texts, dict) else {}
