"""Every sentence that the kiosk speaks, found by walking its own scenes, with names that recordings are filed under."""

from __future__ import annotations

import functools
import hashlib
import re
from dataclasses import dataclass, replace
from itertools import chain
from string import ascii_uppercase, digits
from typing import TYPE_CHECKING, Final, Literal

from kiosk.core import reading
from kiosk.core.choices import choices, how_to_hear, sample, told
from kiosk.core.scenes import scene
from kiosk.core.words import LANGUAGES, words
from kiosk.samples import samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kiosk.core.state import State

Kind = Literal["sentence", "choice", "number", "minutes", "symbol"]
"""What a phrase is for: whole sentences; what the keys tell; the parts of which changing sentences are put together."""

OPTIONAL: Final[tuple[Kind, ...]] = ("choice", "number", "minutes", "symbol")
"""Groups that a bank of recordings may lack as a whole; one that is begun must be complete."""

_NUMBERS: Final = range(1, 100)
_MINUTES: Final = range(61)
_ARROW: Final = " ↓"
_CLAUSES: Final = re.compile(r"[，。,.?!？！]+\s*")


def _waiting(**changes: object) -> Callable[[State], State]:
    def turn(state: State) -> State:
        waiting = {ref: replace(one, **changes) for ref, one in state.waiting.items()}  # type: ignore[arg-type]
        return replace(state, waiting=waiting)

    return turn


_TURNS: Final[tuple[Callable[[State], State], ...]] = (
    lambda state: state,
    lambda state: replace(state, link_up=False),
    lambda state: replace(state, box=replace(state.box, phone="")),
    _waiting(cannot_see=True),
    _waiting(slip_failed=True),
    _waiting(calls=1, changed=0.0),
    _waiting(staff_told=True),
    _waiting(near=True),
)
"""What each sample is also met with, since it may change a sentence."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that is always said in the same words."""

    id: str
    """Of the English words: the same in all languages and for as long as these stay."""
    kind: Kind
    text: str
    """As it is read, in the language that was asked for."""
    english: str


def phrases(language: str) -> tuple[Phrase, ...]:
    """Give every phrase of a language, sentences first, in the order of a visit.

    Raises:
        LookupError: the language is unknown, or was never compiled.
    """
    return _walk(language)[0]


def changing(language: str) -> tuple[str, ...]:
    """Give examples, as they are read, of the sentences that no recording can hold: their words come with the trip."""
    return _walk(language)[1]


@functools.cache
def names(language: str) -> dict[str, str]:
    """Give the id of every phrase of a language by its words."""
    return {phrase.text: phrase.id for phrase in phrases(language)}


def phrase_id(english: str) -> str:
    """Name a phrase: its first words, to be read by people, and a hash that tells it from all others.

    >>> phrase_id("Need a taxi?")
    'need-a-taxi-69cff2'
    """
    plain = english.casefold()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain)[:6])
    return f"{slug}-{hashlib.sha256(plain.encode()).hexdigest()[:6]}"


def clauses(line: str) -> tuple[str, ...]:
    """Take a sentence apart where a voice pauses.

    >>> clauses("七号，您的车到了。")
    ('七号', '您的车到了')
    """
    return tuple(clause for clause in _CLAUSES.split(line) if clause)


@functools.cache
def _walk(language: str) -> tuple[tuple[Phrase, ...], tuple[str, ...]]:
    say = words(language)
    parts = {phrase.text: phrase for phrase in _parts(language)}
    found: dict[str, Phrase] = {}
    rest: dict[str, None] = {}
    for kind, english, text in _spoken(language):
        # What holds a value is not in the list of translations with this value in it.
        if kind == "choice" or (_translated(english) and say(english).removesuffix(_ARROW) == text):
            found.setdefault(text, Phrase(phrase_id(english), kind, text, english))
            continue
        ends = _ends(english, text, parts)
        for end in ends:
            found.setdefault(end.text, end)
        if not ends and not _whole_of(text, parts):
            rest.setdefault(text)
    ordered = sorted(found.values(), key=lambda phrase: phrase.kind != "sentence")
    return (*ordered, *(part for part in parts.values() if part.text not in found)), tuple(rest)


def _translated(english: str) -> bool:
    """Tell a sentence of the program from one with a name or number in it, which the other languages do not know."""
    others = [words(language) for language in LANGUAGES if language != "en"]
    return any(say(english) != english for say in others)


def _spoken(language: str) -> Iterator[tuple[Kind, str, str]]:
    """Walk the samples in English and in `language` at once: (kind, English, text)."""
    for (_, english), (_, other) in zip(samples("en"), samples(language), strict=True):
        for turn in _TURNS:
            pair = scene(turn(english)), scene(turn(other))
            for mine, yours in zip(*(shown.speech for shown in pair), strict=True):
                yield "sentence", mine.read, yours.read
            for at in range(len(choices(pair[0]))):
                yield "choice", told(pair[0], at).read, told(pair[1], at).read
    for tell in (how_to_hear, sample):
        yield "sentence", tell("en").read, tell(language).read


def _parts(language: str) -> Iterator[Phrase]:
    for number in _NUMBERS:
        text, english = (reading.boarding_number_aloud(number, spoken) for spoken in (language, "en"))
        yield Phrase(f"number-{number:02}", "number", text, english)
    for minutes in _MINUTES:
        text, english = (reading.minutes_aloud(minutes, spoken, about=True) for spoken in (language, "en"))
        yield Phrase(f"minutes-{minutes:02}", "minutes", text, english)
    for symbol in chain(digits, ascii_uppercase):
        yield Phrase(f"symbol-{symbol.lower()}", "symbol", reading.telephone_aloud(symbol, language) or symbol, symbol)
    for symbol, sound in reading.PROVINCES.items():
        text = symbol if language == "zh_CN" else sound
        yield Phrase(f"symbol-{sound.lower()}-{ord(symbol):04x}", "symbol", text, sound)


def _ends(english: str, text: str, parts: dict[str, Phrase]) -> tuple[Phrase, ...]:
    """Give what is left of a sentence of which some clauses are parts and the others are not."""
    split = clauses(english), clauses(text)
    if len(split[0]) != len(split[1]):
        return ()
    left = [(mine, yours) for mine, yours in zip(*split, strict=True) if not _whole_of(yours, parts)]
    if len(left) in {0, len(split[1])}:
        return ()
    return tuple(Phrase(phrase_id(mine), "sentence", yours, mine) for mine, yours in left)


def _whole_of(text: str, parts: dict[str, Phrase]) -> bool:
    known = text in parts or text.casefold() in parts  # a number stands at the beginning of a sentence, too
    return known or all(word in parts for clause in clauses(text) for word in clause.split())
