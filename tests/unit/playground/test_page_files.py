"""The page's files keep the promises that no browser test can see."""

import re
from pathlib import Path

import pytest

from faye.playground.page import STATIC

FILES = sorted(file for file in STATIC.rglob("*") if file.is_file())
TEXTS = {file: file.read_text() for file in FILES}
_HTML_FROM_STRINGS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment"
    r"|\beval\(|new Function"
)


@pytest.mark.parametrize("file", [f for f in FILES if f.suffix == ".js"], ids=lambda f: f.name)
def test_no_script_makes_nodes_or_code_from_strings(file: Path) -> None:
    assert not _HTML_FROM_STRINGS.search(TEXTS[file])


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_nothing_refers_to_another_machine(file: Path) -> None:
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s\"')]*", TEXTS[file]))
    assert addresses <= {"http://www.w3.org/2000/svg", "//www.w3.org/2000/svg"}


def test_every_file_that_is_referred_to_exists_and_every_file_is_used() -> None:
    served = {f"/static/{file.relative_to(STATIC).as_posix()}" for file in FILES}
    named = {path for text in TEXTS.values() for path in re.findall(r"/static/[\w./-]+\.\w+", text)}
    imported = {
        f"/static/js/{name}"
        for text in TEXTS.values()
        for name in re.findall(r'from "\./([\w-]+\.js)"', text)
    }
    assert named | imported == served - {"/static/index.html"}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_files_are_small_enough_to_be_read(file: Path) -> None:
    assert len(TEXTS[file].splitlines()) <= 400
