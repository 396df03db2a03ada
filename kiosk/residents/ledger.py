"""The audit log: nothing is done without its line, no line stands there for what was not done, and tampering shows.

A line is written into the registry in the same change as what it tells of, and then appended to `audit.log`, which any
tool can read and ship elsewhere. The registry keeps the number and the seal of the newest line, encrypted: that is the
anchor by which a log that lost its end is found. Who puts back an old copy of both is found only by a head that was
noted elsewhere (`Verdict.head`).
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final

from kiosk.residents.chain import BEGIN, Act, Entry, Head, Verdict, line, number, verify
from kiosk.residents.faults import ResidentsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dispatch_client.clock import Clock
    from kiosk.residents.chain import Fact
    from kiosk.residents.vault import Change, Vault

FILE: Final = "audit.log"
_KEY: Final = "audit_key"
_N: Final = "audit_n"
_SEAL: Final = "audit_seal"
_SIZE: Final = "audit_size"


class Note:
    """Writes entries for one who acts, inside one change."""

    def __init__(self, ledger: Ledger, who: str, change: Change) -> None:
        self._ledger = ledger
        self._change = change
        self.who = who

    def drop(self) -> None:
        """Let nothing stay of this change, its notes included."""
        self._change.dropped = True

    def __call__(self, act: Act, whom: str = "", **facts: Fact) -> None:
        """Note that this was done (to `whom`, an id)."""
        self._ledger.append(act, self.who, whom, facts)


class Ledger:
    """The log of one registry.

    Args:
        vault: the registry.
        folder: where `audit.log` lies.
        clock: says when.
    """

    def __init__(self, vault: Vault, folder: Path, clock: Clock) -> None:
        self.path = folder / FILE
        self._vault = vault
        self._clock = clock
        self._key = vault.secret(_KEY)
        self.bring_up()

    @contextmanager
    def acting(self, who: str) -> Iterator[Note]:
        """Make one change of all that is written inside, with the notes of what it was."""
        with self._vault.change() as change:
            yield Note(self, who, change)
        self.bring_up()

    def append(self, act: Act, who: str, whom: str, facts: dict[str, Fact]) -> None:
        """Write one line into the registry, inside a change."""
        head = self.head()
        text, head = line(self._key, head, Entry(act, self._clock.now().wall, who, whom, facts))
        self._vault.write("INSERT INTO audit_tail(n, line) VALUES(?, ?)", (head.n, text))
        self._vault.keep(_N, head.n)
        self._vault.keep(_SEAL, head.seal)

    def head(self) -> Head:
        """Give the newest line's number and seal."""
        return Head(self._vault.fact(_N) or 0, self._vault.fact(_SEAL) or BEGIN)

    def bring_up(self) -> bool:
        """Append to the file what it has not yet; False when the disk does not take it now (nothing is lost)."""
        if self._vault.row("SELECT 1 FROM audit_tail LIMIT 1") is None:
            return True
        try:
            with self._vault.change():
                self._bring_up()
        except (OSError, ResidentsError):
            return False
        return True

    def _bring_up(self) -> None:
        """Alone with the file: the change holds every other process off."""
        tail = self._vault.rows("SELECT n, line FROM audit_tail ORDER BY n")
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "r+b", buffering=0) as file:
            size, known = file.seek(0, os.SEEK_END), self._vault.fact(_SIZE) or 0
            waiting = "".join(f"{text}\n" for _, text in tail).encode()
            # A power cut after the last append and before its commit left some of it there, perhaps half a line.
            file.seek(known)
            there = file.read(len(waiting)) if size > known else b""
            if size != known + len(there) or not waiting.startswith(there):
                there = b""  # somebody else wrote there: what is ours follows on a line of its own, `check` tells
                waiting = (b"" if _ends_a_line(file, size) else b"\n") + waiting
            rest = waiting[len(there) :]
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
            self._vault.keep(_SIZE, file.seek(0, os.SEEK_END))
        self._vault.write("DELETE FROM audit_tail")

    def check(self, noted: Head | None = None) -> Verdict:
        """Verify the whole log; `noted` is a head that was written down at an earlier time."""
        with self._vault.change():  # nobody may write in between
            waiting = [text for _, text in self._vault.rows("SELECT n, line FROM audit_tail ORDER BY n")]
            return verify(self._key, self._lines(), self.head(), waiting, noted)

    def about(self, whom: str) -> list[str]:
        """Give all lines about one id, for that person's export."""
        return [text for text in self._lines() if f'"whom":"{whom}"' in text and number(text)]

    def _lines(self) -> list[str]:
        with suppress(FileNotFoundError):
            text = self.path.read_text(encoding="ascii", errors="replace")
            return text.removesuffix("\n").split("\n") if text else []
        return []


def _ends_a_line(file: BinaryIO, size: int) -> bool:
    if not size:
        return True
    file.seek(size - 1)
    return file.read(1) == b"\n"
