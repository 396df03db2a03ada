"""The lock file holds exact versions with their hashes, and says nothing about where they were fetched."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~;\[ ]", requirement)[0].lower().replace("_", "-") for requirement in requirements}


def locked() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", LOCK, flags=re.MULTILINE))


def test_everything_the_project_asks_for_is_locked() -> None:
    asked = names(PROJECT["project"]["dependencies"])
    for extra in PROJECT["project"]["optional-dependencies"].values():
        asked |= names(extra)
    asked |= names(PROJECT["dependency-groups"]["dev"])
    assert asked <= set(locked())


def test_every_version_is_exact_and_has_hashes() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(entries) > 50
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+ (; .+ )?\\\n    --hash=sha256:[0-9a-f]{64}", entry), entry[:80]


def test_no_registry_is_named() -> None:
    assert "://" not in LOCK
    assert "index" not in re.sub(r"^\S+", "", LOCK, flags=re.MULTILINE)
