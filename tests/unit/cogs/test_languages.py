"""That every word comes out in the language of whoever reads it, and that no catalogue says something else."""

import re
from collections.abc import Iterator
from gettext import NullTranslations
from string import Formatter
from typing import Any

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from faye.cogs.shared.errand import Scene, errand
from faye.cogs.shared.look import Look
from faye.cogs.shared.presenter import present
from faye.cogs.shared.texts import decimal, number, percent
from faye.messages import Reply
from faye.playground.check_message import check_message
from faye.utils import language
from faye.utils.language import CATALOGUES, LANGUAGES, gettext, language_of, own_name, speaking, translated
from tests.unit.cogs import samples
from tools.texts import TEMPLATE, template, updated

FOREIGN = [code for code in LANGUAGES if code != language.ENGLISH]
COMMAND_TEXT_CHARS_MAX = 100
LABEL_CHARS_MAX = 80


# ------------------------------------------------------------------------- what stands in the catalogues


def catalogue(code: str) -> Catalog:
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


def messages(code: str) -> list[Message]:
    return [message for message in catalogue(code) if message.id]


def forms(text: Any) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (text,)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def outline(catalog: Catalog) -> list[tuple[Any, list[str]]]:
    return [(message.id, [place for place, _ in message.locations]) for message in catalog if message.id]


def test_german_is_spoken() -> None:
    assert "de" in FOREIGN


def test_the_template_holds_every_text_of_today() -> None:
    with TEMPLATE.open("rb") as file:
        kept = read_po(file)
    assert {message.id for message in kept if message.id} == {
        message.id for message in template() if message.id
    }, "run `make texts`"


@pytest.mark.parametrize("code", FOREIGN)
def test_a_catalogue_lacks_nothing_and_has_nothing_else(code: str) -> None:
    today = updated(CATALOGUES / f"{code}.po")
    assert {message.id for message in today} == {message.id for message in catalogue(code)}, (
        "run `make texts`"
    )
    assert [message.id for message in messages(code) if message.fuzzy] == []
    assert [message.id for message in messages(code) if not all(forms(message.string))] == []


@pytest.mark.parametrize("code", FOREIGN)
def test_a_translation_has_the_placeholders_and_the_marks_of_its_text(code: str) -> None:
    for message in messages(code):
        one, many = forms(message.id)[0], forms(message.id)[-1]
        for english, said in zip(
            (one, many), (forms(message.string)[0], forms(message.string)[-1]), strict=True
        ):
            assert placeholders(said) == placeholders(english), message.id
            assert said.count("**") % 2 == 0, message.id
            assert (said[0] == " ", said[-1] == " ") == (
                forms(message.id)[0][0] == " ",
                forms(message.id)[0][-1] == " ",
            )


@pytest.mark.parametrize("code", FOREIGN)
def test_what_is_said_of_commands_fits_where_discord_shows_it(code: str) -> None:
    for message in messages(code):
        if any(place.startswith("/") for place, _ in message.locations):
            assert len(str(message.string)) <= COMMAND_TEXT_CHARS_MAX, message.string


# ------------------------------------------------------------------------- what of it is shown


def blanked(text: str) -> str:
    """`text` with a dot for each letter outside its placeholders."""
    parts = []
    for literal, name, _, _ in Formatter().parse(text):
        parts.append(re.sub(r"[A-Za-z]", "·", literal))
        if name is not None:
            parts.append(f"{{{name}}}")
    return "".join(parts)


class Dots(NullTranslations):
    """A language in which every word that was translated is dots; it notes what no catalogue could have."""

    def __init__(self) -> None:
        super().__init__()
        self.missing: set[str] = set()
        self._texts = {form for message in template() for form in forms(message.id)}

    def gettext(self, message: str) -> str:
        return self.ngettext(message, message, 1)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.missing |= {text for text in (msgid1, msgid2) if "·" in blanked(text)} - self._texts
        return blanked(msgid1 if n == 1 else msgid2)


@pytest.fixture
def dots(monkeypatch: pytest.MonkeyPatch) -> Dots:
    dots = Dots()
    monkeypatch.setattr(language, "_catalogue", lambda _: dots)
    return dots


NO_WORDS = re.compile(r"</[a-z ]+:\d+>|`/[a-z ]+`|<[t@][^>]*>|https?://\S+|\battachment://\S+|\b(?:Lv|XP)\b")
WORD = re.compile(r"[A-Za-z]{3,}")
UNTRANSLATED = {
    *("and", "or"),  # written between things by Babel, which does not speak in dots
    *("English", "Deutsch"),  # what languages call themselves
    *(
        "emb",
        "gold",
        "unheard",
        "gone",
        "new",
    ),  # what was sought, and what another version of the game would send
    *(
        "faylen",
        "for",
        "test",
        "engine",
        "json",
    ),  # shown to operators as the ledger and the directory have it
    *("crafted", "shards", "spent", "fayrites", "fayrite"),  # a stored reply, field by field
}


def names(look: Look) -> set[str]:
    """What is called the same in every language, or was said by people."""
    given = {"Mira", "Bo", *(code for code in samples.REQUESTS)}
    game = look.config.game
    return {word for name in given for word in WORD.findall(name)} | {
        word for species in game.roster.values() for word in WORD.findall(f"{species.name} {species.code}")
    }


def visible(body: Any) -> Iterator[str]:
    """Every text in an answer that can be read, in whatever it stands."""
    if isinstance(body, dict):
        for key, value in body.items():
            if isinstance(value, str) and key in (
                "title",
                "description",
                "text",
                "name",
                "value",
                "label",
                "placeholder",
            ):
                if not (key == "value" and "label" in body) and not (key == "name" and "id" in body):
                    yield value
            else:
                yield from visible(value)
    elif isinstance(body, list):
        for each in body:
            yield from visible(each)


async def test_no_answer_has_a_word_that_passed_no_catalogue(dots: Dots, scene: Scene, look: Look) -> None:
    known = names(look) | UNTRANSLATED
    found: dict[str, str] = {}
    for presentation, reply in samples.EVERYTHING:
        body = samples.body_of(
            present(errand(samples.REQUESTS[presentation], presentation, scene), reply, look)
        )
        for text in visible(body):
            for word in WORD.findall(NO_WORDS.sub("", text)):
                if word not in known:
                    found.setdefault(word, f"{presentation}: {type(reply).__name__}: {text[:120]}")
    assert found == {}
    assert {text for text in dots.missing if set(text) != {"x"}} <= UNTRANSLATED


@pytest.mark.parametrize("code", FOREIGN)
@pytest.mark.parametrize(("presentation", "reply"), samples.EVERYTHING)
async def test_every_answer_fits_into_a_message_in_every_language(
    code: str, presentation: str, reply: Reply, scene: Scene, look: Look
) -> None:
    with speaking(code):
        rendered = present(errand(samples.REQUESTS[presentation], presentation, scene), reply, look)
    body = samples.body_of(rendered)
    check_message(body)
    for row in body["components"]:
        for component in row["components"]:
            assert len(component.get("label") or "") <= LABEL_CHARS_MAX


# ------------------------------------------------------------------------- which language it is


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        ("de", "de"),
        ("en-US", "en"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("pt-BR", "en"),
        ("", "en"),
        ("DE-at", "de"),
    ],
)
def test_discords_locales_lead_to_a_language(locale: str, code: str) -> None:
    assert language_of(locale) == code


def test_languages_are_called_what_their_speakers_call_them() -> None:
    assert (own_name("en"), own_name("de")) == ("English", "Deutsch")


def test_a_language_is_spoken_for_a_while() -> None:
    assert gettext("Common") == "Common"
    with speaking("de"):
        assert gettext("Common") == "Gewöhnlich"
        with speaking("tlh"):
            assert gettext("Common") == "Common"
        assert gettext("Common") == "Gewöhnlich"
        assert gettext("never said") == "never said"
        assert gettext("") == ""
    assert gettext("Common") == "Common"
    assert translated("Common", "de") == "Gewöhnlich"


def test_figures_are_written_as_the_language_writes_them() -> None:
    assert (number(-1_234_567), percent(0.125), decimal(1234.5, 1)) == ("-1,234,567", "12.50 %", "1,234.5")
    with speaking("de"):
        assert (number(-1_234_567), percent(0.125), decimal(1234.5, 1)) == (
            "-1.234.567",
            "12,50 %",
            "1.234,5",
        )
