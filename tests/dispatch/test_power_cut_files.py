"""The power fails while the key is made or a store set aside: neither is half done, and no byte of a trip is gone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from disk_images import Left, cut_at
from disk_vfs import NotedDisk, Step
from fakes_courier import fresh_case

from dispatch_client.outbox import load_key, open_outbox

if TYPE_CHECKING:
    from collections.abc import Callable

RNG = Random(2)  # noqa: S311 - repeatable


class Noted:
    """Notes what Python itself does to files: of a file's bytes those that were synced, of names every change."""

    def __init__(self, patch: pytest.MonkeyPatch, steps: list[Step], known: set[str]) -> None:
        self.steps, self.known = steps, known
        really_sync, really_link, really_rename = os.fsync, os.link, os.rename

        def sync(handle: int) -> None:
            really_sync(handle)
            path = Path(f"/proc/self/fd/{handle}").readlink()
            if path.is_dir():
                steps.append(Step("folder"))
            else:
                self.meet(path.name)
                steps.extend((Step("write", path.name, data=path.read_bytes()), Step("sync", path.name)))

        def link(source: Path, target: Path) -> None:
            really_link(source, target)
            self.meet(source.name)
            steps.append(Step("link", source.name, data=target.name.encode()))

        def rename(source: Path, target: Path) -> None:
            really_rename(source, target)
            if not source.name.endswith("-shm"):
                steps.append(Step("rename", source.name, data=target.name.encode()))

        patch.setattr(os, "fsync", sync)
        patch.setattr(os, "link", link)
        patch.setattr(os, "rename", rename)

    def meet(self, name: str) -> None:
        if name not in self.known:
            self.known.add(name)
            self.steps.append(Step("create", name))


def test_a_key_that_was_given_out_is_there_after_a_power_cut_and_never_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: Callable[[str, int], None]
) -> None:
    steps: list[Step] = []
    with monkeypatch.context() as patch:
        Noted(patch, steps, set())
        key = load_key(tmp_path / "box" / "store.key")
    cuts = 0
    for place, disk in cut_at(steps, range(len(steps) + 1)):
        for how in Left:
            disk.cut(tmp_path / "cut", how, RNG)
            found = load_key(tmp_path / "cut" / "store.key")
            assert found == key or place < len(steps), "what was encrypted with it can never be read again"
            shutil.rmtree(tmp_path / "cut")
            cuts += 1
    count("power cuts while a key is made or a store set aside", cuts)


def test_a_store_that_is_being_set_aside_loses_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: Callable[[str, int], None]
) -> None:
    alive = tmp_path / "alive"
    outbox, _ = open_outbox(alive, bytes(32))
    outbox.add(fresh_case())
    killed = tmp_path / "killed"
    shutil.copytree(alive, killed, ignore=shutil.ignore_patterns("*-shm"))
    outbox.close()
    (killed / "trips.damaged").touch()  # SQLite itself is not asked, and tidies nothing up
    files = {part.name: part.read_bytes() for part in killed.iterdir()}
    with monkeypatch.context() as patch, NotedDisk() as disk_below:
        Noted(patch, disk_below.steps, set(files))
        open_outbox(killed, bytes(32))[0].close()
        steps = disk_below.steps
    cuts = 0
    for _, disk in cut_at(steps, range(len(steps) + 1), files):
        for how in Left:
            disk.cut(tmp_path / "cut", how, RNG)
            left = {part.read_bytes() for part in (tmp_path / "cut").iterdir()}
            assert {files["trips.db"], files["trips.db-wal"]} <= left
            fresh, _ = open_outbox(tmp_path / "cut", bytes(32))
            fresh.close()
            left = {part.read_bytes() for part in (tmp_path / "cut").iterdir()}
            assert {files["trips.db"], files["trips.db-wal"]} <= left
            shutil.rmtree(tmp_path / "cut")
            cuts += 1
    count("power cuts while a key is made or a store set aside", cuts)
