"""Four words for how a thing is, and a finding that says which thing, why, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable


class Health(StrEnum):
    """How a thing is. What cannot be known is UNKNOWN, never OK."""

    OK = "ok"
    WARN = "warn"
    """It works, and somebody should look at it soon."""
    FAIL = "fail"
    UNKNOWN = "unknown"
    """It does not tell: a printer that never answers, a reader that no card was held to yet."""


_RANK: Final = (Health.OK, Health.WARN, Health.UNKNOWN, Health.FAIL)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. Holds no personal data: it is shown, logged and sent to support."""

    id: str
    """Stable name, `device.subject`, for instance `printer.paper`."""
    health: Health
    sentence: str
    """What was found."""
    cure: str = ""
    """What a technician does about it; empty when there is nothing to do."""


class Rated(Protocol):
    """Whatever says how a thing is."""

    @property
    def health(self) -> Health:
        """How it is."""


def worst(rated: Iterable[Rated]) -> Health:
    """Give the one value that stands for all of them: FAIL before UNKNOWN before WARN before OK; none is UNKNOWN."""
    return max((one.health for one in rated), key=_RANK.index, default=Health.UNKNOWN)
