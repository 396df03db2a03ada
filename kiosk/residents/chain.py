"""The form of the audit log: every line is bound to the one before it by a keyed hash; pure functions."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

BEGIN: Final = "0" * 64
"""What the first line follows."""
_SEAL: Final = re.compile(r',"seal":"([0-9a-f]{64})"}')
_SEAL_CHARACTERS: Final = len(',"seal":""}') + 64
Fact = str | int | bool


class Act(StrEnum):
    """What was done. The word stands in the log."""

    REGISTERED = "registered"
    CORRECTED = "corrected"
    CARD_BOUND = "card bound"
    CARD_DEAD = "card dead"
    CODE_CARD = "code card made"
    RETURN_CODE = "return-home code made"
    RETURN_USED = "return-home code used"
    CONSENTED = "consented"
    WITHDRAWN = "consent withdrawn"
    EXPORTED = "exported"
    EXPORTED_ALL = "all exported"
    IMPORTED = "imported"
    ERASING = "erasing"
    ERASED = "erased"
    PIN_TRIED = "pin tried"
    """Before it is compared: one without an answer after it is a try during which the power was cut."""
    PIN_RIGHT = "pin right"
    PIN_WRONG = "pin wrong"
    CARETAKER_ADDED = "caretaker added"
    CARETAKER_GONE = "caretaker gone"
    PIN_CHANGED = "pin changed"
    KEY_CHANGING = "key changing"
    KEY_CHANGED = "key changed"
    DONE = "done"
    """Anything else: `what` says it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the log: how many lines, and the seal of the last one."""

    n: int = 0
    seal: str = BEGIN

    def __str__(self) -> str:
        return f"{self.n}:{self.seal}"


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line says."""

    act: Act
    at: datetime
    who: str
    """Id of a caretaker, or what acted: `shell-1000`, `retention`."""
    whom: str = ""
    """Id of a resident or caretaker."""
    facts: Mapping[str, Fact] | None = None
    """Numbers and kinds; never a name, a number to call or a card."""


def line(key: bytes, before: Head, entry: Entry) -> tuple[str, Head]:
    """Write the line that follows `before`, without its line end, and the head that it makes."""
    n = before.n + 1
    body = json.dumps(
        {
            "n": n,
            "at": entry.at.isoformat(timespec="seconds"),
            "who": entry.who,
            "did": entry.act.value,
            **({"whom": entry.whom} if entry.whom else {}),
            **(entry.facts or {}),
        },
        ensure_ascii=True,
        separators=(",", ":"),
    )
    seal = _seal(key, before.seal, body)
    return f'{body[:-1]},"seal":"{seal}"}}', Head(n, seal)


def _seal(key: bytes, before: str, body: str) -> str:
    return hmac.new(key, f"{before}\n{body}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a log."""

    lines: int
    """How many are there."""
    findings: tuple[str, ...]
    """One sentence for each place where it was tampered with or damaged; none: it is as it was written."""
    head: Head
    """The newest line that is accounted for; note it elsewhere, and a later check can be held against it."""


def verify(
    key: bytes, lines: Iterable[str], end: Head, waiting: Iterable[str] = (), noted: Head | None = None
) -> Verdict:
    """Check every line of a log against the one before it, and its end against what the registry remembers.

    Args:
        key: of the seals.
        lines: of the file, without line ends.
        end: the newest line the registry knows of.
        waiting: its newest lines, where they may not have been brought into the file yet.
        noted: a head that was written down elsewhere at an earlier time; it must still be in the log.
    """
    chain = _Chain(key)
    count = 0
    for count, text in enumerate(lines, 1):
        chain.follow(count, text)
    in_file = chain.head
    for text in waiting:
        if number(text) > chain.head.n:
            chain.follow(0, text)
    missing = end.n - chain.head.n
    if missing > 0:
        chain.findings.append(f"the log ends after entry {in_file.n}: {missing} at its end are missing")
    elif missing < 0:
        chain.findings.append(
            f"the log has {-missing} more than the registry knows of: an older copy of the registry was put back"
        )
    elif chain.head.seal != end.seal:
        chain.findings.append(f"entry {end.n} is not the one that the registry knows")
    if noted is not None and noted.n and chain.seals.get(noted.n) != noted.seal:
        chain.findings.append(f"entry {noted.n} is not the one that was noted: log and registry were put back together")
    return Verdict(count, tuple(chain.findings), end)


class _Chain:
    """Goes from line to line, and goes on after a break so that each break is told once."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.head = Head()
        self.findings: list[str] = []
        self.seals: dict[int, str] = {}

    def follow(self, place: int, text: str) -> None:
        """Take the next line; `place` is its number in the file."""
        n, found = number(text), _SEAL.fullmatch(text[-_SEAL_CHARACTERS:])
        if not n or not found:
            self.findings.append(f"line {place} is not a line of this log")
            return
        body = f"{text[:-_SEAL_CHARACTERS]}}}"
        if not hmac.compare_digest(found[1], _seal(self._key, self.head.seal, body)):
            self.findings.append(self._why(place, n))
        self.head = Head(n, found[1])
        self.seals[n] = found[1]

    def _why(self, place: int, n: int) -> str:
        expected = self.head.n + 1
        if n > expected:
            return f"line {place} is entry {n}: {n - expected} before it are missing (from entry {expected} on)"
        if n < expected:
            return f"line {place} is entry {n} and stands after entry {self.head.n}: moved or put in twice"
        return f"line {place}, entry {n}, was changed, or the one before it"


def number(text: str) -> int:
    """Give the number that a line says it has; 0 when it says none."""
    found = re.match(r'\{"n":(\d{1,15}),', text)
    return int(found[1]) if found else 0
