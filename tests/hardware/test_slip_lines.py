from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hardware.printers.linebreak import NEVER_FIRST, NEVER_LAST, Run, break_lines


def width_of(text: str, style: int) -> float:
    """Chinese is two wide, everything else one; style 1 is twice as large."""
    return sum(2 if ord(char) > 0x2E80 else 1 for char in text) * (style + 1)


def lines(text: str, width: float) -> list[str]:
    return ["".join(run.text for run in line) for line in break_lines([Run(text, 0)], width, width_of)]


def test_chinese_breaks_anywhere_latin_at_spaces() -> None:
    assert lines("在任何一台叫车机上", 10) == ["在任何一台", "叫车机上"]
    assert lines("press the big button", 9) == ["press the", "big", "button"]
    assert lines("请打95128报号", 9) == ["请打95128", "报号"]


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() -> None:
    assert lines("车费只付一次。", 12) == ["车费只付一", "次。"]
    assert lines("一二三四五六！？”", 12) == ["一二三四五", "六！？”"]
    assert lines("一二三四五（六）", 12) == ["一二三四五", "（六）"]
    assert lines("二十元整 · 门口", 10) == ["二十元整 ·", "门口"]


def test_spaces_at_the_end_of_a_line_take_no_room() -> None:
    assert lines("abc   def", 3) == ["abc", "def"]
    assert lines("车 费 只", 2) == ["车", "费", "只"]


def test_a_word_wider_than_the_line_is_cut() -> None:
    assert lines("0412-1121-007", 6) == ["0412-1", "121-00", "7"]
    assert lines("报 abcdefghij 号", 6) == ["报", "abcdef", "ghij", "号"]
    assert lines("报abcdefghij号", 6) == ["报", "abcdef", "ghij号"]
    assert lines("abcdefgh!!", 8) == ["abcdefg", "h!!"]


def test_line_feeds_begin_lines_and_nothing_is_one_empty_line() -> None:
    assert lines("甲\n乙\r\n\n丙", 10) == ["甲", "乙", "", "丙"]
    assert lines("", 10) == [""]


def test_styles_stay_with_their_words() -> None:
    broken = break_lines([Run("请打 ", 0), Run("95128", 1), Run("。", 0)], 14, width_of)
    assert broken == [[Run("请打", 0)], [Run("95128", 1), Run("。", 0)]]


@given(st.text(alphabet="车费只付一次 abc·10:28，。！？（）“”", max_size=60), st.integers(8, 40))
def test_nothing_is_lost_nothing_is_too_wide(text: str, width: int) -> None:
    broken = lines(text, width)
    assert "".join(broken).replace(" ", "") == text.replace(" ", "")
    for line in broken:
        assert width_of(line, 0) <= width
        assert line == line.rstrip(" ")


@given(
    st.lists(st.sampled_from(["车", "费", "（次）", "元。", "到！”", "a1 ", "《书》，"]), max_size=40),
    st.integers(14, 40),
)
def test_marks_never_stand_alone_at_an_edge(parts: list[str], width: int) -> None:
    broken = lines("".join(parts), width)
    assert all(line[0] not in NEVER_FIRST for line in broken[1:] if line)
    assert all(line[-1] not in NEVER_LAST for line in broken if line)
