"""Which voice speaks a language, how fast, and where its pronunciation needs a hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Speaker:
    """A synthesiser's voice for one language."""

    voice: str
    """Name that espeak-ng and pyttsx3 both know."""
    rate: int
    """espeak-ng words per minute that old ears follow well."""
    least_s: float
    """Seconds of sound per letter or digit, at `rate`, below which something was swallowed."""
    most_s: float
    """Seconds per letter or digit, pauses included, above which something else was said."""
    fixes: tuple[tuple[str, str], ...] = ()
    """Regular expression and replacement, for words that the voice reads wrongly."""


SPEAKERS: Final = {
    # Debian 12's plain `cmn` reads the tone numbers aloud (1.2 to 2.2 times as long); this sister voice does not, and
    # takes pinyin where a character has several readings. Measured: 0.25 to 0.48 s of sound per character at 140.
    "zh_CN": Speaker(
        "cmn-latn-pinyin",
        140,
        0.2,  # a busy machine once cut a line to 0.18 s per character: half of it was missing
        1.0,
        (
            (r"藏(?= [A-Z])", " zang4"),  # on a plate it is Tibet, not "to hide"
            ("重庆", " chong2 qing4 "),
            ("着急", " zhao2 ji2 "),
            ("长者", " zhang3 zhe3 "),
            (r"(?<=[叫来到走等])不了", "不 liao3 "),  # "cannot", not "no more"
            # 一 and 不 rise before a falling syllable, and 一 falls before the others; the voice knows neither.
            (r"不(?=[是要用会够在坐叫])", " bu2 "),
            (r"(?<![零一二两三四五六七八九十百第])一(?=[次下路位个辆块定])", " yi2 "),
            (r"(?<![零一二两三四五六七八九十百第])一(?=[分点直起些天])", " yi4 "),
        ),
    ),
    # Measured: 0.085 s per letter in words, 0.34 per symbol of a spelled plate, at 130.
    "en": Speaker("en", 130, 0.055, 0.6),
}

_LONGEST_PAUSES_S: Final = 3.0
"""Pauses at punctuation come on top of what letters take."""


def speaker(language: str) -> Speaker:
    """Give the voice of a language.

    Raises:
        ValueError: nobody here speaks it.
    """
    try:
        return SPEAKERS[language]
    except KeyError:
        raise ValueError(f"language {language!r} to speak: expected one of {', '.join(SPEAKERS)}") from None


def pronounceable(text: str, language: str) -> str:
    """Word a line so that the voice reads it right; "" when there is nothing in it to say.

    Brackets go because espeak-ng takes `[[...]]` for phonemes and `<...>` for markup, and a name may hold anything.
    """
    text = re.sub(r"[\[\]<>&\\\x00-\x1f\x7f]", " ", text)
    for pattern, replacement in speaker(language).fixes:
        text = re.sub(pattern, replacement, text)
    return text.strip() if any(c.isalnum() for c in text) else ""


def plausible_seconds(text: str, language: str, rate: int) -> tuple[float, float]:
    """Tell how long a line must last and may last at `rate` if all of it, and nothing else, was said."""
    known = speaker(language)
    symbols = sum(c.isalnum() for c in text)
    slower = known.rate / rate
    return symbols * known.least_s * slower, (symbols * known.most_s + _LONGEST_PAUSES_S) * slower
