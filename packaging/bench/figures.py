"""One figure of the bench: ours beside a bare one of the same run, held against what was promised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

Progress = Callable[[str], None]
"""Tell what is being measured."""

HEAD = ("", "ours", "bare", "ratio", "target", "")
_TEN = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table.

    Exactly one of `most` and `most_ratio` is what was promised; neither: the row is there to be read.
    """

    what: str
    unit: str
    ours: float
    bare: float | None = None
    most: float | None = None
    """In `unit`."""
    most_ratio: float | None = None
    """Of ours to bare."""

    @property
    def ratio(self) -> float | None:
        """How many times the bare figure; None where there is none to divide by."""
        return self.ours / self.bare if self.bare else None

    @property
    def kept(self) -> bool | None:
        """Whether the promise holds; None where none was made."""
        if self.most is not None:
            return self.ours <= self.most
        if self.most_ratio is not None and self.ratio is not None:
            return self.ratio <= self.most_ratio
        return None

    def cells(self) -> tuple[str, ...]:
        """Give the row's cells, in the order of `HEAD`."""
        target = "" if self.most is None else f"≤ {self.most:g} {self.unit}"
        target = target if self.most_ratio is None else f"≤ {self.most_ratio:g} x bare"
        return (
            self.what,
            _number(self.ours, self.unit),
            "" if self.bare is None else _number(self.bare, self.unit),
            "" if self.ratio is None else f"{self.ratio:.1f} x",
            target,
            {True: "kept", False: "MISSED", None: ""}[self.kept],
        )


@dataclass(slots=True)
class Samples:
    """What was measured again and again, in one unit."""

    values: list[float] = field(default_factory=list)

    def add(self, value: float) -> None:
        """Take in one more."""
        self.values.append(value)

    def at(self, share: float) -> float:
        """Give the value that this share (0 to 1) of the samples does not exceed: the nearest rank, never a mean."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def markdown(figures: Iterable[Figure]) -> str:
    """Write the table of the figures."""
    return table([HEAD, *(figure.cells() for figure in figures)], right=(False, True, True, True, False, False))


def table(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
    """Write rows so that they read in a terminal and paste into a page; `right`: which columns are flush right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(right))]
    lines = [
        "| " + " | ".join(_fit(row[i], widths[i], right=right[i]) for i in range(len(right))) + " |" for row in rows
    ]
    rule = "|" + "|".join("-" * (w + 1) + (":" if r else "-") for w, r in zip(widths, right, strict=True)) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _fit(text: str, width: int, *, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)


def _number(value: float, unit: str) -> str:
    return f"{value:.2f} {unit}" if value < _TEN else f"{value:.0f} {unit}"
