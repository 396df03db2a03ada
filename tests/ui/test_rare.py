"""A name of characters that few people use stands on the glass as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from kiosk.ui.theme import Look, Size, px_per_mm

if TYPE_CHECKING:
    from kiosk.ui.type import Type


@pytest.fixture
def letters() -> Iterator[Type]:
    from kiosk.ui.glass import Glass
    from kiosk.ui.type import Type

    look = Look(1080, 1920, px_per_mm(1080, 1920))
    glass = Glass(look, lambda _press: None, lambda: None)  # an OpenGL context, for textures
    glass.begin()
    yield Type(look)
    glass.leave()


def _pixels(letters: Type, text: str) -> bytes:
    return bytes(letters.texture(text, Size.BODY, bold=False).pixels)


@pytest.mark.parametrize("char", ["𠮷", "㐂"])
def test_it_is_drawn_and_is_no_empty_frame(letters: Type, char: str) -> None:
    from kivy.core.text import Label

    from kiosk.ui.rare import rare

    assert rare(f"王{char}") or char == "㐂"
    frame = Label(text="\U0010fffd", font_name="words", font_size=letters._look.em(Size.BODY))  # noqa: SLF001
    frame.refresh()
    assert _pixels(letters, char) != bytes(frame.texture.pixels)
    assert _pixels(letters, char) != _pixels(letters, "　")


def test_brackets_of_a_name_are_letters_and_not_marks(letters: Type) -> None:
    plain, marked = letters.measure("[b]&王", Size.BODY, False), letters.measure("[b]&王𠮷", Size.BODY, False)  # noqa: FBT003
    one = letters.measure("王", Size.BODY, False)  # noqa: FBT003
    assert plain + one * 0.8 < marked < plain + one * 1.2


def test_an_ordinary_line_takes_the_ordinary_way() -> None:
    from kiosk.ui.rare import rare

    assert not rare("您好，要出租车吗？ ABC ¥12 ￥ ↓ ·")
