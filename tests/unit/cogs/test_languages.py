"""That every word comes out in the language of whoever reads it, and that no catalogue says something else."""

import ast
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
from tools.texts import ROOT, TEMPLATE, template, updated

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
        english = [forms(message.id)[0], *[forms(message.id)[-1]] * (len(forms(message.string)) - 1)]
        for meant, said in zip(english, forms(message.string), strict=True):
            assert placeholders(said) == placeholders(meant), message.id
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
ANYWHERE = {"and", "or", "English", "Deutsch", "gold"}
"""Written between things by Babel, which does not speak in dots; what languages call themselves; what was asked for."""
ANOTHER_VERSION = {"unheard", "gone", "new"}
"""What another version of the game would send."""
UNTRANSLATED = {
    "collection": {"emb"},  # what was sought
    **dict.fromkeys(("explore", "fight", "trial", "trial_begin"), ANOTHER_VERSION),
    "admin_inspect": {"faylen", "for", "test"},  # the ledger as it is, for operators
    "admin_lookup": {
        "faylen",
        "for",
        "test",
        "crafted",
        "shards",
        "spent",
        "fayrites",
        "fayrite",
    },  # and a reply
    "admin_reload": {"engine", "json"},
}
"""What an answer says as it is given, by presentation."""


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
    known = names(look) | ANYWHERE
    found: dict[str, str] = {}
    for presentation, reply in samples.EVERYTHING:
        body = samples.body_of(
            present(errand(samples.REQUESTS[presentation], presentation, scene), reply, look)
        )
        for text in visible(body):
            for word in WORD.findall(NO_WORDS.sub("", text)):
                if word not in known | UNTRANSLATED.get(presentation, set()):
                    found.setdefault(word, f"{presentation}: {type(reply).__name__}: {text[:120]}")
    assert found == {}
    assert {text for text in dots.missing if set(text) != {"x"}} <= set().union(*UNTRANSLATED.values())


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


SPEAKS = {"notice", "button", "_say", "say"}
"""What is handed words for users as its first arguments."""
SPEAKS_BY_NAME = {"title", "description", "text", "label", "placeholder", "name", "value"}
DEFINES = {"command", "describe", "choices", "Choice", "GroupCog", "Group"}
"""What is handed words of definitions, which are translated by themselves, and `Struct`s without any."""


def spoken_raw(tree: ast.AST) -> Iterator[str]:
    """Words that are handed to users without having passed a catalogue."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        given = list(call.args) if function in SPEAKS else []
        if function not in DEFINES:
            given += [word.value for word in call.keywords if word.arg in SPEAKS_BY_NAME]
        for each in given:
            texts = [each] if isinstance(each, ast.Constant) else getattr(each, "values", [])
            for text in texts:
                if isinstance(text, ast.Constant) and WORD.search(str(text.value)) and " " in str(text.value):
                    yield f"{call.lineno}: {text.value}"


def test_nothing_is_said_in_the_code_that_passed_no_catalogue() -> None:
    found = {}
    for path in (ROOT / "faye" / "cogs").rglob("*.py"):
        if raw := list(spoken_raw(ast.parse(path.read_text()))):
            found[path.name] = raw
    assert found == {}


def test_nothing_is_translated_where_it_would_not_be_gathered() -> None:
    """Inside an f-string the gatherer does not see it."""
    for path in (ROOT / "faye" / "cogs").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            for part in node.values if isinstance(node, ast.JoinedStr) else []:
                for call in ast.walk(part):
                    if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("gettext", "ngettext"):
                        assert not isinstance(call.args[0], ast.Constant), f"{path.name}:{call.lineno}"


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
