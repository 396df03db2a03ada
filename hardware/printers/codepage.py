"""Says which bytes a head prints a character for, and which characters it has none for."""

from __future__ import annotations

from typing import Final

from hardware.printers.profiles import Charset

_TWO_BYTES: Final = 2
_SAME: Final = {"¥": "￥"}
"""Written as its full-width form: as GB18030 has it, in four bytes, heads print it as `0 6`."""
_CODECS: Final = {Charset.GB2312: "gb2312", Charset.GB18030: "gbk"}
"""What decodes exactly the two-byte characters that a head has."""


def as_printed(text: str) -> str:
    """Give the text with every sign that heads have in another form in that form."""
    return "".join(_SAME.get(char, char) for char in text)


def coded(char: str, charset: Charset) -> bytes | None:
    """Give the one or two bytes of a character in Chinese mode, None when the head cannot print it."""
    if " " <= char <= "~":
        return char.encode("ascii")
    try:
        code = char.encode("gb18030")
        code.decode(_CODECS[charset])
    except UnicodeError:
        return None
    return code if len(code) == _TWO_BYTES else None


def decoded(code: bytes, charset: Charset) -> str | None:
    """Give the character that a head prints for two bytes, None when there is none."""
    try:
        code.decode(_CODECS[charset])
        return code.decode("gb18030")
    except UnicodeError:
        return None
