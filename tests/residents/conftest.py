from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from people_fakes import SetClock, office_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kiosk.residents.office import Office


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def office(tmp_path: Path, clock: SetClock) -> Iterator[Office]:
    opened = office_in(tmp_path, clock)
    yield opened
    opened.close()
