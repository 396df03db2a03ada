"""The caretakers and their PINs: nobody gets in by trying, not with restarts, not with a changed clock."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from dispatch_client.clock import Moment
from kiosk.residents.chain import Act
from kiosk.residents.checks import Checking
from kiosk.residents.faults import Problem, RefusedError, Wrong
from kiosk.residents.people import MOST_NAME
from kiosk.residents.pins import CARETAKER, DOOR, Rule, Tries, look, missed, weak

if TYPE_CHECKING:
    from argon2 import PasswordHasher

    from dispatch_client.clock import Clock
    from kiosk.residents.ledger import Ledger
    from kiosk.residents.vault import Vault

NUMBERS: Final = range(1, 100)
_UNKNOWN: Final = "unknown"
_DOOR: Final = "door"
"""Where the tries of everybody are counted together."""


@dataclass(frozen=True, slots=True)
class Caretaker:
    """Somebody who may register residents here."""

    id: str
    number: int
    """1 to 99, typed before the PIN; no list of names stands on the glass."""
    name: str


@dataclass(frozen=True, slots=True)
class NotIn:
    """Nobody was let in."""

    wait_s: float
    """So long the next try has to wait; 0: it may come at once."""
    tried: bool = True
    """False: the PIN was not even looked at, because it was too early."""


class Caretakers:
    """Lets caretakers in. Comparing takes some 60 ms and 64 MiB (argon2id, RFC 9106's second choice).

    Args:
        vault: where they are kept.
        ledger: where every try is noted.
        clock: says when.
    """

    def __init__(self, vault: Vault, ledger: Ledger, clock: Clock) -> None:
        self._vault = vault
        self._ledger = ledger
        self._clock = clock
        self._argon: PasswordHasher | None = None
        self._nobody = ""

    def all(self) -> list[Caretaker]:
        """Give those who may come in, by number."""
        rows = self._vault.rows("SELECT id, number, name FROM caretakers WHERE until IS NULL ORDER BY number")
        return [Caretaker(*row) for row in rows]

    def add(self, name: str, pin: str, by: str) -> Caretaker:
        """Add a caretaker under the lowest free number.

        Raises:
            RefusedError: the name or the PIN cannot be taken.
        """
        reading = Checking("ZZ")
        name = reading.line("name", name, MOST_NAME, name=True, needed=True)
        problems = [*reading.problems, *_weak(pin)]
        if problems:
            raise RefusedError(*problems)
        hashed = self._hasher().hash(pin)
        with self._ledger.acting(by) as note:
            taken = {caretaker.number for caretaker in self.all()}
            number = next((number for number in NUMBERS if number not in taken), None)
            if number is None:
                raise RefusedError(Problem("number", Wrong.TOO_MANY, "expected at most 99 caretakers; remove one"))
            caretaker = Caretaker(str(uuid.uuid4()), number, name)
            self._vault.write(
                "INSERT INTO caretakers(id, number, name, pin, since) VALUES(?, ?, ?, ?, ?)",
                (caretaker.id, number, name, hashed, self._clock.now().wall.timestamp()),
            )
            note(Act.CARETAKER_ADDED, caretaker.id, number=number)
        return caretaker

    def remove(self, number: int, by: str) -> None:
        """Let a caretaker in no more; name and PIN are forgotten, the id stays in the log.

        Raises:
            RefusedError: there is none of this number.
        """
        with self._ledger.acting(by) as note:
            caretaker = self._known(number)
            self._vault.write(
                "UPDATE caretakers SET name='', pin='', until=? WHERE id=?",
                (self._clock.now().wall.timestamp(), caretaker.id),
            )
            self._vault.write("DELETE FROM tries WHERE door=?", (caretaker.id,))
            note(Act.CARETAKER_GONE, caretaker.id, number=number)
            self._vault.will_clean()
        self._vault.clean()

    def change_pin(self, number: int, pin: str, by: str) -> None:
        """Give a caretaker another PIN; earlier wrong tries no longer count.

        Raises:
            RefusedError: the PIN cannot be taken, or there is no caretaker of this number.
        """
        problems = _weak(pin)
        if problems:
            raise RefusedError(*problems)
        hashed = self._hasher().hash(pin)
        with self._ledger.acting(by) as note:
            caretaker = self._known(number)
            self._vault.write("UPDATE caretakers SET pin=? WHERE id=?", (hashed, caretaker.id))
            self._keep(caretaker.id, Tries())
            note(Act.PIN_CHANGED, caretaker.id, number=number)

    def enter(self, number: int, pin: str) -> Caretaker | NotIn:
        """Try a number with a PIN.

        The try is on the disk as a wrong one before the PIN is compared: pulling the plug in between gains nothing.
        A number that nobody has takes as long and costs as much.
        """
        row = self._vault.row(
            "SELECT id, number, name, pin FROM caretakers WHERE number=? AND until IS NULL", (number,)
        )
        door = row[0] if row else f"nobody-{number if number in NUMBERS else 0}"
        wait = self._begin(door, known=bool(row))
        if wait:
            return NotIn(wait, tried=False)
        if not self._right(row[3] if row else None, pin) or row is None:
            with self._ledger.acting(door if row else _UNKNOWN) as note:
                note(Act.PIN_WRONG, failures=self._tries(door).failures)
            now = self._clock.now()
            return NotIn(max(look(self._tries(one), now, rule)[1] for one, rule in _doors(door)))
        with self._ledger.acting(row[0]) as note:
            self._keep(door, Tries())
            self._keep(_DOOR, Tries())
            note(Act.PIN_RIGHT, row[0])
        return Caretaker(*row[:3])

    def waits_s(self) -> float:
        """How many seconds nobody at all may try; 0 is the usual case."""
        return look(self._tries(_DOOR), self._clock.now(), DOOR)[1]

    def _begin(self, door: str, *, known: bool) -> float:
        """Count a try as wrong, or give how long it has to wait."""
        now = self._clock.now()
        with self._ledger.acting(door if known else _UNKNOWN) as note:
            seen = {one: look(self._tries(one), now, rule) for one, rule in _doors(door)}
            wait = max(left for _, left in seen.values())
            for one, (tries, _) in seen.items():
                after = tries if wait else missed(tries, now)
                if after != self._tries(one):
                    self._keep(one, after)
            if not wait:
                note(Act.PIN_TRIED)
        return wait

    def _right(self, hashed: str | None, pin: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - only for those who try

        try:
            self._hasher().verify(hashed or self._nobodys(), pin)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

    def _hasher(self) -> PasswordHasher:
        if self._argon is None:
            from argon2 import PasswordHasher  # noqa: PLC0415 - a native library that only PINs need

            self._argon = PasswordHasher()
        return self._argon

    def _nobodys(self) -> str:
        self._nobody = self._nobody or self._hasher().hash(uuid.uuid4().hex)
        return self._nobody

    def _known(self, number: int) -> Caretaker:
        found = next((one for one in self.all() if one.number == number), None)
        if found is None:
            raise RefusedError(Problem("number", Wrong.UNKNOWN, "expected the number of a caretaker"))
        return found

    def _tries(self, door: str) -> Tries:
        row = self._vault.row("SELECT failures, boot_id, mono, wall, trusted FROM tries WHERE door=?", (door,))
        if row is None:
            return Tries()
        failures, boot_id, mono, wall, trusted = row
        last = Moment(boot_id, mono, datetime.fromisoformat(wall), bool(trusted)) if boot_id else None
        return Tries(failures, last)

    def _keep(self, door: str, tries: Tries) -> None:
        last = tries.last
        parts = (last.boot_id, last.mono, last.wall.isoformat(), int(last.trusted)) if last else ("", 0.0, "", 0)
        self._vault.write(
            "INSERT OR REPLACE INTO tries(door, failures, boot_id, mono, wall, trusted) VALUES(?, ?, ?, ?, ?, ?)",
            (door, tries.failures, *parts),
        )


def _doors(door: str) -> tuple[tuple[str, Rule], ...]:
    return ((door, CARETAKER), (_DOOR, DOOR))


def _weak(pin: str) -> list[Problem]:
    why = weak(pin)
    return [Problem("pin", Wrong.SHAPE, f"{why}; choose another one")] if why else []
