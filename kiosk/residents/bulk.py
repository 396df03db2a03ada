"""Takes a whole table in, all or nothing, and gives a whole table out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.residents.chain import Act
from kiosk.residents.columns import NAMES
from kiosk.residents.csv_in import Line, read_table
from kiosk.residents.csv_out import cells, table
from kiosk.residents.faults import Problem, RefusedError, Wrong
from kiosk.residents.row_in import RowReading

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.residents.office import Office
    from kiosk.residents.registry import Entry

_STEP: Final = 100
"""Rows between two reports of progress."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken."""

    number: int
    """Line of the file where it begins."""
    problems: tuple[Problem, ...]
    earlier: int = 0
    """Line of this file with the same card, number or person; 0: it is not in this file."""

    def __str__(self) -> str:
        where = f" (as line {self.earlier} of this file)" if self.earlier else ""
        return f"line {self.number}: {'; '.join(map(str, self.problems))}{where}"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a table."""

    rows: int
    saved: int
    """0 where a row was bad, or nothing was to be saved."""
    bad: tuple[BadRow, ...]
    left_out: tuple[int, ...]
    """Columns that were not read, from 1."""


def take_in(
    office: Office,
    data: bytes,
    by: str,
    hash_card: Callable[[str], str],
    *,
    notice: str = "",
    save: bool = True,
    progress: Callable[[int, int], None] = lambda done, of: None,  # noqa: ARG005 - nobody looks
) -> TakenIn:
    """Register every row of a CSV file, or none of them.

    Args:
        office: the registry.
        data: the file.
        by: who does it.
        hash_card: gives the keyed hash of a card's number, as the reader of this box would.
        notice: version of the notice, where a row names none.
        save: False only looks, with the same eyes.
        progress: told how many steps are done, of how many.

    Raises:
        TableError: the file is no table.
        ResidentsError: the disk did not take it; nothing was saved.
    """
    read = read_table(data, NAMES)
    lines = read.lines
    entries: list[tuple[int, Entry]] = []
    bad: list[BadRow] = []
    at_line: dict[str, int] = {}
    for done, line in enumerate(lines):
        if done % _STEP == 0:
            progress(done, 2 * len(lines))
        try:
            entries.append((line.number, office.registry.checked(_entry(line, hash_card, notice))))
        except RefusedError as error:
            bad.append(BadRow(line.number, error.problems))
    # Only from here on other processes wait: what is slow is behind us.
    with office.ledger.acting(by) as note:
        for done, (number, entry) in enumerate(entries):
            if done % _STEP == 0:
                progress(len(lines) + done, 2 * len(lines))
            try:
                at_line[office.registry.add(entry, note).id] = number
            except RefusedError as error:
                earlier = max((at_line.get(problem.other, 0) for problem in error.problems), default=0)
                bad.append(BadRow(number, error.problems, earlier))
        if bad or not save:
            note.drop()
        note(Act.IMPORTED, rows=len(lines))
    progress(1, 1)
    bad.sort(key=lambda row: row.number)
    saved = len(lines) if save and not bad else 0
    return TakenIn(len(lines), saved, tuple(bad), tuple(read.left_out))


def _entry(line: Line, hash_card: Callable[[str], str], notice: str) -> Entry:
    reading = RowReading(line.cells, hash_card, notice)
    entry = reading.entry()
    if line.surplus:
        sentence = f"{line.surplus} more cells than the first line; put a text that holds the separator in quotes"
        reading.problems.append(Problem("row", Wrong.SHAPE, sentence))
    if reading.problems:
        raise RefusedError(*reading.problems)
    return entry


def give_out(office: Office, by: str) -> bytes:
    """Write every resident as CSV; it is noted."""
    people = list(office.registry.all())
    with office.ledger.acting(by) as note:
        note(Act.EXPORTED_ALL, rows=len(people))
    return table(cells(one, office.consents.of(one.id), office.cards.hashes(one.id)) for one in people)
