"""Which characters a name or a line of text may have: every script and every rare character, and nothing undrawable."""

from __future__ import annotations

import unicodedata
from typing import Final

_LATE: Final = (
    (0xFE51, 0x20087),
    (0xFE52, 0x20089),
    (0xFE53, 0x200CC),
    (0xFE59, 0x9FB4),
    (0xFE61, 0x9FB5),
    (0xFE66, 0x9FB6),
    (0xFE67, 0x9FB7),
    (0xFE6C, 0x215D7),
    (0xFE6D, 0x9FB8),
    (0xFE76, 0x2298F),
    (0xFE7E, 0x9FB9),
    (0xFE90, 0x9FBA),
    (0xFE91, 0x241FE),
    (0xFEA0, 0x9FBB),
)
"""Characters that GB18030-2000 kept at private places and GB18030-2022 has at standard ones."""
_PRIVATE_START: Final = 0xE815
_IDEOGRAPHS: Final = range(0x20000, 0x40000)
"""Planes 2 and 3 hold ideographs only; those younger than Python's Unicode tables are names of people all the same."""
_VARIANTS: Final = range(0xE0100, 0xE01F0)
"""Say which form of an ideograph is meant; part of some people's names."""
_IN_NAMES: Final = frozenset(" ·•・‧.'’-‐〇")
_MARKS_IN_A_ROW: Final = 3
_NAME: Final = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc"})
_TEXT: Final = _NAME | {"Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Zs"}


def _private() -> dict[int, str]:
    """What old files have at U+E815 and the places after it for FE50 to FEA0 of GB18030."""
    late = {code: chr(point) for code, point in _LATE}
    low = [low for low in range(0x50, 0xA1) if low != 0x7F]  # noqa: PLR2004 - no second byte of GB18030
    return {
        _PRIVATE_START + at: late.get(0xFE00 | byte) or bytes((0xFE, byte)).decode("gb18030")
        for at, byte in enumerate(low)
    }


_PRIVATE: Final = _private()


def standard(text: str) -> str:
    """Write text with standard characters, composed, without spaces around it and with single ones inside."""
    spaced = text.translate(_PRIVATE).replace("\u3000", " ").replace("\u00a0", " ")
    return " ".join(part for part in unicodedata.normalize("NFC", spaced).split(" ") if part)


def first_wrong(text: str, *, name: bool) -> int | None:
    """Give the place (from 1) of the first character that cannot stand there; None: all is well.

    Emoji, control characters, line ends, private and lone half characters stand nowhere; digits and other signs stand
    in text and not in names.
    """
    marks = 0
    for place, character in enumerate(text, 1):
        category = unicodedata.category(character)
        marks = marks + 1 if category.startswith("M") else 0
        if marks > _MARKS_IN_A_ROW or not _stands(character, category, name=name):
            return place
    return None


def _stands(character: str, category: str, *, name: bool) -> bool:
    point = ord(character)
    if point in _IDEOGRAPHS or point in _VARIANTS:
        return True
    if point in range(0xFE00, 0xFE10):  # ask for an emoji's picture
        return False
    return character in _IN_NAMES or category in (_NAME if name else _TEXT)


def sameness(name: str) -> str:
    """Write a name so that two ways to write it are the same: width, case, dots and spaces do not count."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LMN")


def sound(pinyin: str) -> tuple[str, str]:
    """Give what a pinyin is searched by: its letters without tones, and its initials.

    >>> sound("wáng xiù lán")
    ('wangxiulan', 'wxl')
    """
    plain = unicodedata.normalize("NFD", pinyin.casefold().replace("ü", "v"))
    syllables = ["".join(c for c in part if c.isascii() and c.isalpha()) for part in plain.split()]
    return "".join(syllables), "".join(part[:1] for part in syllables)
