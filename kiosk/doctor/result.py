"""What a check found out, as plain data: for the terminal, for JSON, for the technician's page alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hardware.health import Health, worst

if TYPE_CHECKING:
    from hardware.health import Finding

Fact = str | int | float | bool | None
"""A plain value that belongs to a result."""

NO_FACTS: Final[Mapping[str, Fact]] = MappingProxyType({})
_EXIT_CODES: Final = {Health.OK: 0, Health.WARN: 1, Health.UNKNOWN: 1, Health.FAIL: 2}


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that was looked at. Holds no personal data: it is shown, logged and sent to support."""

    id: str
    """Stable name, `subject.matter`, for instance `clock.sync`."""
    health: Health
    sentence: str
    """What was found."""
    cure: str = ""
    """What a technician does about it; there is one whenever something is not OK."""
    facts: Mapping[str, Fact] = field(default_factory=lambda: NO_FACTS)
    """Figures behind the sentence."""

    @property
    def subject(self) -> str:
        """The first part of the id, which results belong together by."""
        return self.id.partition(".")[0]

    def plain(self) -> dict[str, object]:
        """Give it as JSON has it."""
        return {
            "id": self.id,
            "health": self.health.value,
            "sentence": self.sentence,
            "cure": self.cure,
            "facts": dict(self.facts),
        }


def ok(name: str, sentence: str, /, **facts: Fact) -> Result:
    """All is well."""
    return Result(name, Health.OK, sentence, facts=facts)


def warn(name: str, sentence: str, cure: str, /, **facts: Fact) -> Result:
    """It works, and somebody should look at it soon."""
    return Result(name, Health.WARN, sentence, cure, facts)


def fail(name: str, sentence: str, cure: str, /, **facts: Fact) -> Result:
    """It does not work."""
    return Result(name, Health.FAIL, sentence, cure, facts)


def unknown(name: str, sentence: str, cure: str, /, **facts: Fact) -> Result:
    """It cannot be known from here."""
    return Result(name, Health.UNKNOWN, sentence, cure, facts)


def of_finding(finding: Finding) -> Result:
    """Take over what a device says of itself."""
    return Result(finding.id, finding.health, finding.sentence, finding.cure)


def exit_code(results: Iterable[Result]) -> int:
    """Give 0 when all is OK, 2 when something fails, 1 for everything between."""
    return _EXIT_CODES[worst(results)]
