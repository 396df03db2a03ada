"""The fault suite tells at its end how much it has done: a suite that silently did nothing would be green too."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pytest
from fake_operator import FakeOperator
from fake_operator_world import Taxi
from tomp_desk import made_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dispatch_client.providers.tomp import TompProvider

_KIND: Final = "faults"


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Callable[[str, int], None]:
    """Note that so many faults of a kind were met; with several workers it travels with the test's report."""
    return lambda kind, number: record_property(_KIND, [kind, number])


@pytest.fixture
def operator() -> Iterator[FakeOperator]:
    """A TOMP-API operator with two taxis, that was sent nothing which the specification does not allow."""
    with FakeOperator() as running:
        running.add(Taxi("near", 240))
        running.add(Taxi("far", 600, plate="EF-456-G"))
        yield running
    assert running.violations == []


@pytest.fixture
def tomp(operator: FakeOperator) -> Iterator[TompProvider]:
    """Our adapter before it."""
    made = made_for(operator)
    yield made
    made.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:  # noqa: ANN401 - pytest's own
    """Print what was counted, kind by kind."""
    met: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in (report for report in reports if getattr(report, "when", "") == "call"):
            for name, value in getattr(report, "user_properties", ()):
                if name == _KIND:
                    met[value[0]] += value[1]
    if met:
        terminalreporter.section("the dispatch client's faults")
        for kind, number in sorted(met.items()):
            terminalreporter.write_line(f"{number:7d} {kind}")
