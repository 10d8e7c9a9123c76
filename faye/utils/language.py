"""In which language something is said: in English as it stands in the code, in others by their catalogues.

What users read passes `gettext` or `ngettext` where it is put together, so that it comes out in the language that is
being spoken there: each interaction speaks its own, see `speaking`. The words stand in `faye/locales`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

from babel import Locale
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ENGLISH: Final = "en"
CATALOGUES: Final = Path(__file__).resolve().parent.parent / "locales"
LANGUAGES: Final = (ENGLISH, *sorted(path.stem for path in CATALOGUES.glob("*.po")))
"""ISO 639-1 codes; each but English has a catalogue."""

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


def spoken() -> str:
    """The language that is being spoken, one of `LANGUAGES`: English where nobody chose."""
    return _spoken.get() or ENGLISH


def speak(language: str, *, unless_chosen: bool = False) -> None:
    """Speak `language` from now on in this task and those that it begins; English if there is no such language."""
    if not (unless_chosen and _spoken.get()):
        _spoken.set(language if language in LANGUAGES else ENGLISH)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` for a while; English if there is no such language."""
    token = _spoken.set(language if language in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _spoken.reset(token)


def language_of(locale: str) -> str:
    """The language for one of Discord's locales, such as `de` or `en-GB`; English where there is none."""
    language = locale.partition("-")[0].lower()
    return language if language in LANGUAGES else ENGLISH


def own_name(language: str) -> str:
    """What a language calls itself."""
    return Locale.parse(language).get_display_name(language) or language


def gettext(english: str) -> str:
    """`english` in the language that is being spoken."""
    return translated(english, spoken())


def ngettext(one: str, many: str, count: int) -> str:
    """The form for `count` in the language that is being spoken."""
    return _catalogue(spoken()).ngettext(one, many, count)


def gettext_noop(english: str) -> str:
    """Only mark `english` as something that `gettext` will be given."""
    return english


def ngettext_noop(one: str, many: str) -> tuple[str, str]:
    """Only mark two forms as something that `ngettext` will be given."""
    return one, many


def translated(english: str, language: str) -> str:
    """`english` in one of `LANGUAGES`, as it is where the catalogue lacks it."""
    return _catalogue(language).gettext(english) if english else english


def separators() -> tuple[str, str]:
    """What stands between thousands and before decimals, in the language that is being spoken."""
    return _separators(spoken())


def any_of(things: Sequence[str]) -> str:
    """The things as alternatives: "a or b"."""
    return format_list(things, style="or", locale=spoken())


def all_of(things: Sequence[str]) -> str:
    """The things together: "a and b"."""
    return format_list(things, style="standard", locale=spoken())


@lru_cache
def _catalogue(language: str) -> NullTranslations:
    if language == ENGLISH:
        return NullTranslations()
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


@lru_cache
def _separators(language: str) -> tuple[str, str]:
    symbols = Locale.parse(language).number_symbols["latn"]
    return str(symbols["group"]), str(symbols["decimal"])
