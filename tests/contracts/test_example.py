"""The example for integrators is what its page says: 60 lines, announced by its own package, chosen by name."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

import pytest

from dispatch_client.providers import load, names

EXAMPLE = Path(__file__).parents[2] / "docs" / "example"


def test_it_has_sixty_lines() -> None:
    assert len((EXAMPLE / "plain_taxi.py").read_text(encoding="utf-8").splitlines()) <= 60


def test_once_installed_it_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = tmp_path / "plain_taxi-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in named.items())
        for group, named in project["entry-points"].items()
    )
    (info / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(EXAMPLE))
    importlib.invalidate_caches()
    assert "plain_taxi" in names()
    made = load("plain_taxi")(url="http://127.0.0.1:9", token="t", name="mine")
    assert made.name == "mine"
