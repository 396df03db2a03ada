"""How plates, numbers and times are read aloud and written, so that a listener can write down exactly what is meant.

What is returned for the ear is plain text with pauses as commas; it needs no markup and suits any synthesiser.
A digit is never lost, joined into a quantity or invented: a plate is compared symbol by symbol at the kerb.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import time

LANGUAGES: Final = ("zh_CN", "en")
"""The languages that this page can read in."""

_SOUNDS: Final = (
    "Jing Jin Ji Jin Meng Liao Ji Hei Hu Su Zhe Wan Min Gan Lu Yu E Xiang Yue Gui Qiong Yu Chuan Gui Yun Zang Shan Gan"
    " Qing Ning Xin"
)
PROVINCES: Final = dict(
    zip("京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新", _SOUNDS.split(), strict=True)
)
"""First character of a mainland plate (GA 36-2018) and its sound for an English ear."""

_MAINLAND: Final = re.compile(rf"(?P<head>[{''.join(PROVINCES)}][A-Z])(?P<body>[A-Z0-9]{{5,6}})")
# On the telephone 一 sounds like 七, so a single one is always read 幺 in numbers that are spelled.
_SPELLED: Final = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))
_COUNTED: Final = "零一二三四五六七八九"
_LONGEST_GROUP: Final = 4
"""Symbols that people keep in mind at once without an effort; longer runs are broken into threes."""

_HALVES_BELOW_S: Final = 600
"""From ten minutes on nobody counts half minutes."""


def plate_aloud(plate: str, language: str) -> str:
    """Spell a number plate in groups, each digit by itself; "" stays "".

    >>> plate_aloud("沪A·12345", "zh_CN")
    '沪 A，幺 二 三，四 五'
    >>> plate_aloud("沪A·D12345", "zh_CN")
    '沪 A，D 幺 二，三 四 五'
    >>> plate_aloud("ab-123-cd", "en")
    'A, B, 1 2 3, C, D'
    """
    return _spell(_plate_groups(plate), language)


def plate_written(plate: str) -> str:
    """Write a plate as it stands on the car: capitals, and a mainland plate with its dot.

    >>> plate_written("沪ad12345")
    '沪A·D12345'
    >>> plate_written(" ab-123-cd ")
    'AB-123-CD'
    """
    mainland = _mainland(plate)
    if mainland:
        return f"{mainland['head']}·{mainland['body']}"
    return " ".join(_plain(plate).split())


def plate_tail(plate: str) -> str:
    """Give the last three symbols of a plate: enough to know one's own taxi on a public board, too little to follow it.

    >>> plate_tail("沪A·12345")
    '345'
    """
    return "".join(_symbols(plate))[-3:]


def telephone_aloud(number: str, language: str) -> str:
    """Spell a telephone number in the groups it was written in; unbroken ones in groups of three or four.

    >>> telephone_aloud("021-6258 0017", "zh_CN")
    '零 二 幺，六 二 五 八，零 零 幺 七'
    >>> telephone_aloud("13800001234", "en")
    '1 3 8, 0 0 0 0, 1 2 3 4'
    """
    plain = _plain(number)
    groups = re.findall(r"\d+", plain)
    if len(groups) == 1:
        groups = list(_telephone_groups(groups[0], international=plain.lstrip().startswith("+")))
    spelled = _spell(groups, language)
    if groups and plain.lstrip().startswith("+"):
        return _choose(language, f"加 {spelled}", f"plus {spelled}")
    return spelled


def boarding_number_aloud(number: int, language: str) -> str:
    """Name a boarding number as it is called out.

    >>> boarding_number_aloud(7, "zh_CN"), boarding_number_aloud(12, "en")
    ('七号', 'number 12')
    """
    return _choose(language, f"{_count(number)}号", f"number {number}")


def minutes_aloud(minutes: int, language: str, *, about: bool = False) -> str:
    """Say how long something takes in whole minutes; nothing left (or less) is "any moment now".

    Args:
        minutes: as counted by `whole_minutes`.
        language: one of `LANGUAGES`.
        about: it is an estimate, and is said to be one.

    >>> [minutes_aloud(n, "zh_CN") for n in (0, 1, 2, 12)]
    ['马上就到', '一分钟', '两分钟', '十二分钟']
    >>> minutes_aloud(1, "en"), minutes_aloud(4, "en", about=True), minutes_aloud(75, "en")
    ('one minute', 'about 4 minutes', 'one hour 15 minutes')
    """
    if minutes <= 0:
        return _choose(language, "马上就到", "any moment now")
    hours, rest = divmod(minutes, 60)
    chinese = f"{_several(hours)}小时" * bool(hours) + f"{_several(rest)}分钟" * bool(rest)
    english = " ".join([_amount(hours, "hour")] * bool(hours) + [_amount(rest, "minute")] * bool(rest))
    return _choose(language, "大约" * about + chinese, "about " * about + english)


def minutes_written(minutes: int, language: str, *, about: bool = False) -> str:
    """Write whole minutes for the screen and the slip.

    >>> minutes_written(4, "zh_CN", about=True), minutes_written(4, "en", about=True), minutes_written(0, "en")
    ('约 4 分钟', 'about 4 min', 'now')
    """
    if minutes <= 0:
        return _choose(language, "马上就到", "now")
    return _choose(language, f"{'约 ' * about}{minutes} 分钟", f"{'about ' * about}{minutes} min")


def whole_minutes(seconds: float) -> int:
    """Count the minutes until something comes, rounded up: better a taxi that is early than a person who waits outside.

    >>> [whole_minutes(s) for s in (-5, 0, 20, 60, 61)]
    [0, 0, 1, 1, 2]
    """
    return max(0, -int(-seconds // 60))


def waited_aloud(seconds: float, language: str) -> str:
    """Say how long somebody has waited, rounded down to half a minute, to a whole one from ten minutes on.

    >>> [waited_aloud(s, "zh_CN") for s in (12, 30, 60, 95, 150)]
    ['不到半分钟', '半分钟', '一分钟', '一分半', '两分半']
    >>> waited_aloud(95, "en"), waited_aloud(150, "en")
    ('one minute and a half', '2 minutes and a half')
    """
    minutes, rest = divmod(max(0, int(seconds)), 60)
    half = rest >= 30 and seconds < _HALVES_BELOW_S  # noqa: PLR2004 - seconds in half a minute
    if not minutes:
        return _choose(language, "半分钟" if half else "不到半分钟", f"{'' if half else 'less than '}half a minute")
    if not half:
        return minutes_aloud(minutes, language)
    return _choose(language, f"{_several(minutes)}分半", f"{_amount(minutes, 'minute')} and a half")


def waited_written(seconds: float) -> str:
    """Write a waiting time as minutes and seconds.

    >>> waited_written(95), waited_written(3725)
    ('1:35', '62:05')
    """
    minutes, rest = divmod(max(0, int(seconds)), 60)
    return f"{minutes}:{rest:02}"


def clock_aloud(at: time, language: str) -> str:
    """Say a time of day to the minute, with the part of the day instead of a 24-hour count.

    >>> from datetime import time
    >>> clock_aloud(time(14, 5), "zh_CN"), clock_aloud(time(10, 0), "zh_CN"), clock_aloud(time(0, 30), "zh_CN")
    ('下午两点零五分', '上午十点整', '凌晨十二点三十分')
    >>> clock_aloud(time(14, 5), "en"), clock_aloud(time(10, 0), "en")
    ('2 oh 5 in the afternoon', "10 o'clock in the morning")
    """
    hour, minute = at.hour % 12 or 12, at.minute
    zero = "零" if 0 < minute < 10 else ""  # noqa: PLR2004 - one digit
    chinese = f"{_part_of_day(at.hour)}{_several(hour)}点" + (f"{zero}{_count(minute)}分" if minute else "整")
    part = "in the morning" if at.hour < 12 else "in the afternoon" if at.hour < 18 else "in the evening"  # noqa: PLR2004
    english = f"{hour} {'oh ' if zero else ''}{minute}" if minute else f"{hour} o'clock"
    return _choose(language, chinese, f"{english} {part}")


def clock_written(at: time) -> str:
    """Write a time of day on the 24-hour clock.

    >>> from datetime import time
    >>> clock_written(time(9, 5))
    '09:05'
    """
    return f"{at.hour:02}:{at.minute:02}"


def _choose(language: str, chinese: str, english: str) -> str:
    if language == "zh_CN":
        return chinese
    if language == "en":
        return english
    raise ValueError(f"language {language!r} to read in: expected one of {', '.join(LANGUAGES)}")


def _plain(text: str) -> str:
    """Bring full-width and foreign digits and letters to their plain forms, in capitals."""
    normal = unicodedata.normalize("NFKC", text).upper()
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in normal)


def _symbols(text: str) -> list[str]:
    return [c for c in _plain(text) if c.isalnum()]


def _mainland(plate: str) -> re.Match[str] | None:
    return _MAINLAND.fullmatch("".join(_symbols(plate)))


def _plate_groups(plate: str) -> list[str]:
    mainland = _mainland(plate)
    if mainland:
        return [mainland["head"], *_threes(mainland["body"])]
    runs = re.findall(r"\d+|[^\W\d_]+", "".join(c if c.isalnum() else " " for c in _plain(plate)))
    return [group for run in runs for group in _threes(run)]


def _threes(run: str) -> Iterator[str]:
    while len(run) > _LONGEST_GROUP:
        yield run[:3]
        run = run[3:]
    yield run


def _telephone_groups(digits: str, *, international: bool) -> Iterator[str]:
    if international and digits.startswith("86"):
        yield "86"
        digits = digits[2:]
    if re.fullmatch(r"1[3-9]\d{9}", digits):  # a mainland mobile number is known by heart as 3-4-4
        yield from (digits[:3], digits[3:7], digits[7:])
    elif digits:
        yield from _threes(digits)


def _spell(groups: Iterable[str], language: str) -> str:
    groups = list(groups)
    chinese = "，".join(" ".join(_SPELLED.get(symbol, symbol) for symbol in group) for group in groups)
    # Every English letter is a clause of its own: before another word "A" would be read as the article.
    clauses = [clause for group in groups for clause in re.findall(r"\d+|\D", group)]
    english = ", ".join(" ".join(c) if c.isdigit() else PROVINCES.get(c, c) for c in clauses)
    return _choose(language, chinese, english)


def _count(number: int) -> str:
    """Write a number from 0 to 999 as a Chinese quantity."""
    if not 0 <= number <= 999:  # noqa: PLR2004 - three digits
        return " ".join(_SPELLED.get(symbol, symbol) for symbol in str(number))
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = f"{_COUNTED[hundreds]}百" if hundreds else ""
    if tens:
        words += f"{_COUNTED[tens] if tens > 1 or hundreds else ''}十"
    elif hundreds and ones:
        words += "零"
    return words + (_COUNTED[ones] if ones or not number else "")


def _several(number: int) -> str:
    """Count things that have a measure word: two of them are 两."""
    return "两" if number == 2 else _count(number)  # noqa: PLR2004 - the one irregular number


def _amount(number: int, unit: str) -> str:
    return f"one {unit}" if number == 1 else f"{number} {unit}s"


def _part_of_day(hour: int) -> str:
    for until, name in ((6, "凌晨"), (9, "早上"), (12, "上午"), (13, "中午"), (18, "下午")):
        if hour < until:
            return name
    return "晚上"
