"""Lines break where a reader would break them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiosk.ui.lines import break_lines


def _width(text: str) -> float:
    return sum(2 if c > "\u2e80" else 1 for c in text)


def test_chinese_breaks_after_a_comma_when_enough_stands_before_it() -> None:
    assert break_lines("网络断了，照样可以按，连上就叫。", 24, _width) == ("网络断了，照样可以按，", "连上就叫。")


def test_english_breaks_at_spaces() -> None:
    assert break_lines("Noted. We will call as soon as it is back.", 20, _width) == (
        "Noted. We will call",
        "as soon as it is",
        "back.",
    )


def test_no_line_begins_with_a_stop() -> None:
    for width in range(4, 40):
        for line in break_lines("您好，要出租车吗？按一下就行，不用手机。", width, _width):
            assert line[0] not in "，。？！、"


@given(st.text(alphabet="车到了，。A b7（）", min_size=1, max_size=60), st.integers(4, 40))
def test_nothing_is_lost_and_nothing_is_added(text: str, width: int) -> None:
    lines = break_lines(text, width, _width)
    assert "".join("".join(lines).split()) == "".join(text.split())
