"""Every sentence exists in every language, with the same placeholders."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from kiosk.core.words import words

ROOT = Path(__file__).parents[2]
CORE = ROOT / "kiosk" / "core"
PO = ROOT / "kiosk" / "locale" / "zh_CN" / "LC_MESSAGES" / "kiosk.po"


def _used() -> set[str]:
    found = [
        message
        for folder in (CORE, CORE.parent / "app")
        for _, _, message, _, _ in extract_from_dir(str(folder), keywords={"say": None, "other": None})
    ]
    return {str(message) for message in found if message}


def _fields(text: str) -> set[str]:
    return {name.split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def _chinese() -> dict[str, str]:
    with PO.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="zh_CN") if m.id}


def test_every_sentence_has_its_chinese() -> None:
    missing = {sentence for sentence in _used() if not _chinese().get(sentence)}
    assert not missing


def test_no_chinese_is_left_over() -> None:
    names = {"white", "black", "silver", "grey", "red", "blue", "green", "yellow", "orange", "brown", "gold"}
    makes = {k for k in _chinese() if k[:1].isupper() and " " not in k.removeprefix("GAC ") and k not in _used()}
    assert set(_chinese()) - _used() - names - makes == set()


@pytest.mark.parametrize(("english", "chinese"), sorted(_chinese().items()))
def test_the_placeholders_are_the_same(english: str, chinese: str) -> None:
    assert _fields(chinese) <= _fields(english)
    if english != "{year}-{month:02d}-{day:02d}":
        assert _fields(chinese) == _fields(english)


def test_a_dispatchers_words_are_never_taken_for_a_template() -> None:
    assert words("zh_CN")("{oops}") == "{oops}"
    assert words("zh_CN")("") == ""


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(LookupError, match="fr"):
        words("fr")
