"""Forgets people without a trace: in the file, its log, its free space, its copies, and wherever others kept something.

It may be cut short anywhere: from the first write on nobody is served by what is going, and the next start goes on.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from kiosk.residents.chain import Act
from kiosk.residents.faults import ResidentsError
from kiosk.residents.opening import FILE, FRESH, open_copy, remove
from kiosk.residents.rows import COLUMNS, resident, resident_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from dispatch_client.clock import Clock
    from kiosk.residents.keys import Keys
    from kiosk.residents.ledger import Ledger
    from kiosk.residents.people import Resident
    from kiosk.residents.vault import Vault

_DEAD_CARD_DAYS: Final = 365
"""For so long a lost card is told apart from one that nobody knows."""
_USED_CODE_DAYS: Final = 7
"""A used code stays known for so long after it has expired: clocks of boxes differ."""
RETENTION: Final = "retention"
_SELF: Final = "box"
_DELETES: Final = tuple(
    f"DELETE FROM {table} WHERE {column}=?"  # noqa: S608 - our own words
    for table, column in (("cards", "resident"), ("consents", "resident"), ("residents", "id"))
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody who is being erased."""

    resident: Resident
    cards: frozenset[str]
    """Keyed hashes of all cards that were theirs: by these other stores know them."""


class Trace(Protocol):
    """Somewhere else that something of a resident may be kept: clips of speech, trips, logs."""

    def forget(self, people: Sequence[Leaving]) -> None:
        """Let nothing of these people remain; may be asked again for the same ones. Raises OSError if it cannot."""


class EmptiedFolder:
    """A folder of things that can be made anew, emptied whole: clips whose names do not tell whom they speak of.

    Args:
        folder: its files go, folders in it stay.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def forget(self, people: Sequence[Leaving]) -> None:
        """Write zeros over every file and remove it."""
        del people
        if not self._folder.exists():
            return
        for file in [one for one in self._folder.rglob("*") if one.is_file() and not one.is_symlink()]:
            with file.open("r+b") as content:
                content.write(bytes(file.stat().st_size))
                content.flush()
                os.fsync(content.fileno())
            file.unlink()


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of it."""

    people: int
    """How many are gone now."""
    unreadable: tuple[Path, ...] = ()
    """Files that no key opens (set aside once) and that may still hold somebody; whoever is sure removes them."""


class Forgetting:
    """Erases residents, and lets go of what is old.

    Args:
        vault: the registry.
        ledger: where it is noted.
        clock: says when.
        keys: open the copies that lie about.
        traces: where else something may be.
    """

    def __init__(self, vault: Vault, ledger: Ledger, clock: Clock, keys: Keys, traces: Iterable[Trace]) -> None:
        self._vault = vault
        self._ledger = ledger
        self._clock = clock
        self._keys = keys
        self._traces = tuple(traces)

    def erase(self, idents: Iterable[str], by: str) -> Erased:
        """Erase these residents, all or none; gone when this returns.

        Raises:
            RefusedError: one of them is not registered; nobody was erased.
            ResidentsError: they are served no more, but something of them could not be removed yet; the sentence
                says what, and the next start or `finish` goes on.
        """
        with self._ledger.acting(by) as note:
            for ident in dict.fromkeys(idents):
                resident(self._vault, ident)
                self._vault.write("UPDATE residents SET leaving=1 WHERE id=?", (ident,))
                note(Act.ERASING, ident)
        return self.finish()

    def finish(self) -> Erased:
        """Go on with what was begun; nothing to do is the usual case. Raises as `erase`."""
        rows = self._vault.rows(f"SELECT {COLUMNS} FROM residents WHERE leaving=1")  # noqa: S608 - our own words
        people = [self._leaving(resident_in(row)) for row in rows]
        unreadable: tuple[Path, ...] = ()
        if people:
            for trace in self._traces:
                try:
                    trace.forget(people)
                except OSError as error:
                    where = f"{type(trace).__name__}: {error.strerror or type(error).__name__}"
                    raise ResidentsError(
                        f"they are served no more, but what is kept elsewhere could not be removed yet ({where}); the "
                        "box goes on with it by itself, or: taxi-kiosk residents purge"
                    ) from error
            unreadable = self._forget_in_copies([one.resident.id for one in people])
            with self._ledger.acting(_SELF) as note:
                for one in people:
                    _delete(self._vault, one.resident.id)
                    note(Act.ERASED, one.resident.id)
                self._vault.will_clean()
        self.clean()
        return Erased(len(people), unreadable)

    def _leaving(self, person: Resident) -> Leaving:
        cards = self._vault.rows("SELECT hash FROM cards WHERE resident=?", (person.id,))
        return Leaving(person, frozenset(card for (card,) in cards))

    def clean(self) -> None:
        """Take the last traces of what was deleted off the disk. Raises ResidentsError when it cannot be done now."""
        if not self._vault.clean():
            raise ResidentsError(
                f"{self._vault.path} is being read by another process, so traces of what was erased are still in its "
                "log; they go at the next start, or with: taxi-kiosk residents purge"
            )

    def purge(self, unused_days: int) -> Erased:
        """Erase who has not used the box for so many days, and forget old used codes and dead cards.

        Raises:
            ResidentsError: the clock cannot be trusted: a wrong year would forget everybody.
        """
        now = self._clock.now()
        if not now.trusted:
            raise ResidentsError("the time is not synchronised, so nobody knows what is old: see to the network first")
        today, since = now.wall.date(), now.wall.timestamp()
        with self._vault.change():
            # Who was registered while the clock could not tell the day counts from today.
            self._vault.write("UPDATE residents SET used_day=? WHERE used_day IS NULL", (today.isoformat(),))
            self._vault.write("DELETE FROM returns WHERE expires_at < ?", (since - _USED_CODE_DAYS * 86400,))
            self._vault.write("DELETE FROM cards WHERE dead_at < ?", (since - _DEAD_CARD_DAYS * 86400,))
        before = (today - timedelta(days=unused_days)).isoformat()
        rows = self._vault.rows("SELECT id FROM residents WHERE leaving=0 AND used_day < ?", (before,))
        return self.erase([ident for (ident,) in rows], RETENTION)

    def _forget_in_copies(self, idents: Sequence[str]) -> tuple[Path, ...]:
        """Delete them in every copy of the registry in its folder; which ones cannot be opened."""
        unreadable = []
        remove(self._keys.folder / FRESH)  # what a change of the key left that was cut short
        for path in sorted(self._keys.folder.rglob("residents*.db")):
            if path == self._keys.folder / FILE:
                continue
            copy = open_copy(path, self._keys)
            if copy is None:
                unreadable.append(path)
                continue
            try:
                with copy.change():
                    for ident in idents:
                        _delete(copy, ident)
                    copy.will_clean()
                copy.clean()
            finally:
                copy.close()
        return tuple(unreadable)


def _delete(vault: Vault, ident: str) -> None:
    for sql in _DELETES:
        vault.write(sql, (ident,))
    # A code that is out stays known as made or used; whose it was is forgotten.
    vault.write("UPDATE returns SET resident=NULL WHERE resident=?", (ident,))
