from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from people_fakes import SetClock, office_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiosk.residents.office import Office

# The disk that notes what is written to it stands with the other store's tests.
sys.path.append(str(Path(__file__).parents[1] / "dispatch"))


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def office(tmp_path: Path, clock: SetClock) -> Iterator[Office]:
    opened = office_in(tmp_path, clock)
    yield opened
    opened.close()
