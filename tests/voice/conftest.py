"""One cache for the real renderings of all voice tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that the whole run shares, so that each line is rendered once."""
    return tmp_path_factory.mktemp("clips")
