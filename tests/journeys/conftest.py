"""Gives each journey a box of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from journey import Visit

from dispatch_client.sandbox import Behaviour


@pytest.fixture
def visit(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Visit]:
    marker = request.node.get_closest_marker("street")
    behaviour = marker.args[0] if marker else Behaviour.NORMAL
    made = Visit(tmp_path, behaviour, marker.kwargs if marker else {})
    try:
        yield made
    finally:
        made.end()
