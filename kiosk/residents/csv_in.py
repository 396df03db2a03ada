"""Reads a table as spreadsheets really write them, and says in one sentence what it could not read and where."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_ROWS: Final = 200_000
_SEPARATORS: Final = ",;\t，；"
_QUOTED_FORMULA: Final = re.compile(r'=\s*"((?:[^"]|"")*)"')
_FORCED_TEXT: Final = re.compile(r"'(?=[=+\-@＝＋－＠'\d\t\r])")
_FLOAT: Final = re.compile(r"(\+?\d{5,})\.0+")
_SHORT_ANSWER: Final = 10
"""A file of UTF-8 with a broken place has at least so many good characters for each bad one; GB18030 read as UTF-8
has hardly any good one."""


class TableError(Exception):
    """The file is no table that can be read. One sentence, without anything of its content."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row."""

    number: int
    """Line of the file where it begins, from 1."""
    cells: dict[str, str]
    """By column; a column that is not there is not in it."""
    surplus: int = 0
    """How many cells it has more than the first line has names."""


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a file."""

    lines: list[Line]
    left_out: list[int] = field(default_factory=list)
    """Columns, from 1, whose names nobody knows: what stands in them is not read."""


def read_table(data: bytes, columns: dict[str, str]) -> Table:
    """Read a CSV file: UTF-8, UTF-16 with its mark, or GB18030; comma, semicolon or tab.

    What spreadsheets add is taken off again: byte order marks, `sep=;`, `="0138"`, a leading apostrophe, `.0` behind
    a long number, rows without content.

    Args:
        data: the bytes of the file.
        columns: every name a column may have, small letters, and what it means.

    Raises:
        TableError: it cannot be read, or its first line names no column that we know.
    """
    if len(data) > MOST_BYTES:
        raise TableError(f"the file has {len(data) >> 20} MB: expected at most {MOST_BYTES >> 20}; divide it")
    text = _decoded(data)
    if "\0" in text:
        raise TableError("the file holds zero bytes: expected text; save it as CSV (UTF-8) and try again")
    first, _, rest = text.partition("\n")
    skipped = 0
    separator = _separator(first)
    if found := re.fullmatch(r'"?sep=(.)"?\r?', first, re.IGNORECASE):
        separator, text, skipped = found[1], rest, 1
    rows = _rows(text, separator, skipped)
    _, head = next(rows, (0, []))
    names = [columns.get(cleaned(cell).strip().casefold().replace(" ", "_"), "") for cell in head]
    if not any(names):
        raise TableError("the first line names no column that we know: expected name or 姓名, phone or 电话 ...")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise TableError(f"two columns are named {twice}: expected one; remove or rename the other")
    lines = [_line(number, names, cells) for number, cells in rows if any(cell.strip() for cell in cells)]
    return Table(lines, [at for at, name in enumerate(names, 1) if not name and (at <= len(head) and head[at - 1])])


def cleaned(cell: str) -> str:
    """Take off what a spreadsheet puts around a text so that it stays one.

    >>> [cleaned(cell) for cell in ('="0138"', "'+86 138", "13800000000.0", "'t Hooft")]
    ['0138', '+86 138', '13800000000', "'t Hooft"]
    """
    cell = cell.strip(" \t\r\n\u3000\ufeff")
    if found := _QUOTED_FORMULA.fullmatch(cell):
        cell = found[1].replace('""', '"')
    cell = _FORCED_TEXT.sub("", cell, count=1) if cell.startswith("'") else cell
    found = _FLOAT.fullmatch(cell)
    return found[1] if found else cell


def _line(number: int, names: Sequence[str], cells: Sequence[str]) -> Line:
    known = {name: cleaned(cell) for name, cell in zip(names, cells, strict=False) if name}
    return Line(number, known, sum(1 for cell in cells[len(names) :] if cell.strip()))


def _rows(text: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = skipped + 1
    try:
        for count, cells in enumerate(reader):
            if count > MOST_ROWS:
                raise TableError(f"the file has more than {MOST_ROWS} rows: divide it")
            yield begins, cells
            begins = skipped + reader.line_num + 1
    except csv.Error as error:
        raise TableError(
            f"line {begins}: a quotation mark is opened or closed where it cannot be; "
            "double every one inside a quoted text"
        ) from error


def _separator(first: str) -> str:
    outside = re.sub(r'"[^"]*"', "", first)
    return max(_SEPARATORS, key=outside.count)


def _decoded(data: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise _broken(data, error, encoding) from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        good = sum(1 for character in data.decode("utf-8", "ignore") if not character.isascii())
        bad = data.decode("utf-8", "replace").count("\ufffd")
        if good > _SHORT_ANSWER * bad:
            raise _broken(data, error, "UTF-8") from error
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise _broken(data, error, "UTF-8 nor GB18030") from error


def _broken(data: bytes, error: UnicodeDecodeError, encoding: str) -> TableError:
    line = data.count(b"\n", 0, error.start) + 1
    what = "neither " if " nor " in encoding else "not whole "
    return TableError(f"line {line}: the text is {what}{encoding}; save the file as CSV (UTF-8) and try again")
