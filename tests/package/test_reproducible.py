"""Two builds of the same sources, in other folders, by other people, give the same bytes."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from conftest import OLD, ROOT, build


def copy_of_the_sources(folder: Path) -> Path:
    """What git knows of or would take in, as it stands here, in another folder and without git."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    known = subprocess.run(command, capture_output=True, check=True).stdout
    listed = [name for name in known.decode().split("\0") if name and (ROOT / name).exists()]
    subprocess.run(["cp", "--parents", "--target-directory", str(folder), *listed], cwd=ROOT, check=True)
    return folder


def test_two_builds_have_the_same_hash(old: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "somebody else's checkout"
    elsewhere.mkdir()
    copy_of_the_sources(elsewhere)
    other = {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "7", "HOME": str(tmp_path)}
    second = build(tmp_path / "out", "--version", OLD, root=elsewhere, **other)
    first, again = (hashlib.sha256(package.read_bytes()).hexdigest() for package in (old, second))
    assert first == again
