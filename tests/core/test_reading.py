"""What is read aloud can be written down again without a digit lost or invented."""

from __future__ import annotations

import doctest
import re
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core import reading

SPELLED = dict(zip("零幺二三四五六七八九", "0123456789", strict=True))
LANGUAGES = st.sampled_from(reading.LANGUAGES)
MAINLAND = st.builds(
    lambda province, city, dot, body: f"{province}{city}{dot}{body}",
    st.sampled_from(sorted(reading.PROVINCES)),
    st.sampled_from("ABCDEFGHJK"),
    st.sampled_from(["", "·", " ", "-", "•"]),
    st.text("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=5, max_size=6),
)
EUROPEAN = st.text("ABCXYZ0123456789 -", max_size=12)
ANY_TEXT = st.text(st.characters(exclude_characters="".join(SPELLED)), max_size=20)


def heard(spoken: str) -> str:
    """Write down, as a listener would, the symbols that were spelled."""
    return "".join(SPELLED.get(c, c) for c in spoken if c.isalnum())


def test_the_examples_in_the_docstrings_are_true() -> None:
    result = doctest.testmod(reading)
    assert result.attempted > 20
    assert result.failed == 0


@pytest.mark.parametrize(
    ("plate", "chinese", "english"),
    [
        ("沪A·12345", "沪 A，幺 二 三，四 五", "Hu, A, 1 2 3, 4 5"),
        ("沪A·D12345", "沪 A，D 幺 二，三 四 五", "Hu, A, D, 1 2, 3 4 5"),
        ("沪a12345", "沪 A，幺 二 三，四 五", "Hu, A, 1 2 3, 4 5"),
        ("沪A12345", "沪 A，幺 二 三，四 五", "Hu, A, 1 2 3, 4 5"),
        ("藏A·00000", "藏 A，零 零 零，零 零", "Zang, A, 0 0 0, 0 0"),
        ("粤Z·1234港", "粤 Z，幺 二 三 四，港", "Yue, Z, 1 2 3 4, 港"),
        ("AB-123-CD", "A B，幺 二 三，C D", "A, B, 1 2 3, C, D"),
        ("M AB 1234", "M，A B，幺 二 三 四", "M, A, B, 1 2 3 4"),
        ("LV20 KXA", "L V，二 零，K X A", "L, V, 2 0, K, X, A"),
        ("", "", ""),
        (" - ", "", ""),
    ],
)
def test_a_plate_is_spelled_in_groups(plate: str, chinese: str, english: str) -> None:
    assert reading.plate_aloud(plate, "zh_CN") == chinese
    assert reading.plate_aloud(plate, "en") == english


@given(MAINLAND | EUROPEAN)
def test_a_plate_heard_in_chinese_is_the_plate_on_the_car(plate: str) -> None:
    assert heard(reading.plate_aloud(plate, "zh_CN")) == "".join(c for c in plate if c.isalnum())


@given(MAINLAND | EUROPEAN | ANY_TEXT, LANGUAGES)
def test_no_digit_of_a_plate_is_lost_joined_or_invented(plate: str, language: str) -> None:
    spoken = reading.plate_aloud(plate, language)
    written = reading.plate_written(plate)
    digits = [c for c in heard(spoken) if c.isdecimal()]
    assert digits == [c for c in written if c.isdecimal()]
    assert not re.search(r"\d\d", spoken)


@given(MAINLAND, LANGUAGES)
def test_no_group_of_a_mainland_plate_is_longer_than_three(plate: str, language: str) -> None:
    groups = re.split("[，,]", reading.plate_aloud(plate, language))
    assert all(len(group.split()) <= 3 for group in groups)


@given(MAINLAND)
def test_a_mainland_plate_is_written_with_its_dot_however_it_came(plate: str) -> None:
    written = reading.plate_written(plate)
    assert written[2] == "·"
    assert reading.plate_written(written) == written
    assert reading.plate_tail(plate) == written[-3:]


@given(st.text("0123456789", max_size=16), st.sampled_from(["", "+"]), LANGUAGES)
def test_no_digit_of_an_unbroken_telephone_number_is_lost(digits: str, plus: str, language: str) -> None:
    spoken = reading.telephone_aloud(plus + digits, language)
    assert [c for c in heard(spoken) if c.isdecimal()] == list(digits)
    assert ("加" in spoken or "plus" in spoken) == bool(plus and digits)


@pytest.mark.parametrize(
    ("number", "chinese"),
    [
        ("110", "幺 幺 零"),
        ("021-6258 0017", "零 二 幺，六 二 五 八，零 零 幺 七"),
        ("+86 21 6258 0017", "加 八 六，二 幺，六 二 五 八，零 零 幺 七"),
        ("+8613800001234", "加 八 六，幺 三 八，零 零 零 零，幺 二 三 四"),
        ("62580017", "六 二 五，八 零 零，幺 七"),
    ],
)
def test_a_telephone_number_keeps_its_groups(number: str, chinese: str) -> None:
    assert reading.telephone_aloud(number, "zh_CN") == chinese


@pytest.mark.parametrize(
    ("minutes", "chinese", "english"),
    [
        (-3, "马上就到", "any moment now"),
        (0, "马上就到", "any moment now"),
        (1, "一分钟", "one minute"),
        (2, "两分钟", "2 minutes"),
        (10, "十分钟", "10 minutes"),
        (12, "十二分钟", "12 minutes"),
        (20, "二十分钟", "20 minutes"),
        (22, "二十二分钟", "22 minutes"),
        (60, "一小时", "one hour"),
        (122, "两小时两分钟", "2 hours 2 minutes"),
    ],
)
def test_minutes(minutes: int, chinese: str, english: str) -> None:
    assert reading.minutes_aloud(minutes, "zh_CN") == chinese
    assert reading.minutes_aloud(minutes, "en") == english


def test_an_estimate_is_said_to_be_one() -> None:
    assert reading.minutes_aloud(4, "zh_CN", about=True) == "大约四分钟"
    assert reading.minutes_aloud(4, "en", about=True) == "about 4 minutes"
    assert reading.minutes_written(4, "zh_CN", about=True) == "约 4 分钟"
    assert reading.minutes_aloud(0, "zh_CN", about=True) == "马上就到"


@given(st.integers(1, 999))
def test_a_chinese_quantity_counts_back_to_its_number(number: int) -> None:
    words = reading.boarding_number_aloud(number, "zh_CN").removesuffix("号")
    total = last = 0
    for word in words:
        if word in "百十":
            total += (last or 1) * (100 if word == "百" else 10)
            last = 0
        else:
            last = "零一二三四五六七八九".index(word)
    assert total + last == number
    assert "两" not in words


@given(st.floats(0, 7200))
def test_a_wait_is_never_made_longer_than_it_was(seconds: float) -> None:
    spoken = reading.waited_aloud(seconds, "en")
    said = 0.0
    for amount, unit in re.findall(r"(one|\d+) (hour|minute)", spoken):
        said += (1 if amount == "one" else int(amount)) * (60 if unit == "hour" else 1)
    said += 0.5 if "half" in spoken and "less" not in spoken else 0
    assert said * 60 <= seconds < said * 60 + 60


@given(st.floats(0, 7200))
def test_an_arrival_is_never_promised_too_early(seconds: float) -> None:
    assert 0 <= reading.whole_minutes(seconds) * 60 - seconds <= 60


@pytest.mark.parametrize(
    ("at", "chinese", "english"),
    [
        (time(0, 30), "凌晨十二点三十分", "12 30 in the morning"),
        (time(8, 0), "早上八点整", "8 o'clock in the morning"),
        (time(10, 32), "上午十点三十二分", "10 32 in the morning"),
        (time(12, 1), "中午十二点零一分", "12 oh 1 in the afternoon"),
        (time(14, 5), "下午两点零五分", "2 oh 5 in the afternoon"),
        (time(22, 10), "晚上十点十分", "10 10 in the evening"),
    ],
)
def test_the_time_of_day(at: time, chinese: str, english: str) -> None:
    assert reading.clock_aloud(at, "zh_CN") == chinese
    assert reading.clock_aloud(at, "en") == english
    assert reading.clock_written(at) == f"{at:%H:%M}"


def test_a_language_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match=r"language 'fr' to read in: expected one of zh_CN, en"):
        reading.plate_aloud("AB-123-CD", "fr")
