from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from doctor_fakes import Played

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def played(tmp_path: Path) -> Played:
    return Played(tmp_path)
