"""Clips are kept within bounds and never given back damaged."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kiosk.voice import sound
from kiosk.voice.cache import ClipCache

if TYPE_CHECKING:
    from pathlib import Path

CLIP = sound.chime(1.0)


def test_a_clip_that_was_kept_comes_back_in_another_life(tmp_path: Path) -> None:
    ClipCache(tmp_path).put("a", CLIP)
    assert ClipCache(tmp_path).get("a") == CLIP
    assert ClipCache(tmp_path).get("b") is None


def test_everything_that_changes_the_sound_changes_the_name() -> None:
    names = {ClipCache.key("零", "v", 140, 1.0), ClipCache.key("零", "v", 140, 0.3), ClipCache.key("零", "v", 120, 1.0)}
    assert len(names) == 3
    assert ClipCache.key("ab", "c") != ClipCache.key("a", "bc")


def test_the_longest_unused_go_when_it_is_full(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path, most_bytes=3 * len(CLIP))
    for age, name in enumerate(["c", "b", "a"]):
        cache.put(name, CLIP)
        os.utime(tmp_path / f"{name}.wav", (1000 - age, 1000 - age))
    assert cache.get("a") == CLIP  # used now, so it is no longer the oldest
    cache.put("d", CLIP)
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["a", "c", "d"]


@pytest.mark.parametrize("left", [b"", CLIP[:1000], bytes(len(CLIP)), CLIP[:44] + bytes(len(CLIP) - 44)])
def test_what_a_power_cut_left_is_thrown_away(tmp_path: Path, left: bytes) -> None:
    cache = ClipCache(tmp_path)
    cache.put("a", CLIP)
    (tmp_path / "a.wav").write_bytes(left)
    assert cache.get("a") is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    cache = ClipCache(tmp_path / "file")
    cache.put("a", CLIP)
    assert cache.get("a") is None
