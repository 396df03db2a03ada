"""The lock files hold exact versions with their hashes, and say nothing about where they were fetched."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
READERS = (ROOT / "requirements-readers.lock").read_text()
FUZZ = (ROOT / "requirements-fuzz.lock").read_text()
COMPILED = ("pcsc", "hid")
"""Extras in a lock of their own: only who wants them, and the tests, needs a compiler."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~;\[ ]", requirement)[0].lower().replace("_", "-") for requirement in requirements}


def locked(lock: str = LOCK) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", lock, flags=re.MULTILINE))


def test_everything_the_project_asks_for_is_locked() -> None:
    asked = names(PROJECT["project"]["dependencies"])
    for name, extra in PROJECT["project"]["optional-dependencies"].items():
        if name not in COMPILED:
            asked |= names(extra)
    asked |= names(PROJECT["dependency-groups"]["dev"])
    assert asked <= set(locked())


def test_the_readers_that_are_compiled_are_locked_apart() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    compiled = [requirement for name in COMPILED for requirement in extras[name]]
    assert sorted(compiled) == sorted(PROJECT["dependency-groups"]["readers"])
    assert set(locked(READERS)) == names(compiled)
    assert not names(compiled) & set(locked())


def test_the_fuzzer_is_locked_apart_and_nothing_else_needs_it() -> None:
    asked = names(PROJECT["dependency-groups"]["fuzz"])
    assert set(locked(FUZZ)) == asked == {"atheris"}
    assert not asked & set(locked())


def test_every_version_is_exact_and_has_hashes() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(entries) > 50
    for lock in (READERS, FUZZ):
        entries += re.split(r"\n(?=\S)", lock.strip())
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+ (; .+ )?\\\n    --hash=sha256:[0-9a-f]{64}", entry), entry[:80]


def test_no_registry_is_named() -> None:
    for lock in (LOCK, READERS, FUZZ):
        assert "://" not in lock
        assert "index" not in re.sub(r"^\S+", "", lock, flags=re.MULTILINE)
