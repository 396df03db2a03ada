"""`taxi-kiosk audit` as a person meets it: clean as it is, and exit 1 with the place where a box would break a rule."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from kiosk.audit.rules import RULES
from kiosk.config import default_toml


def _audit(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kiosk.cli", "audit", "--quick", *map(str, words)]
    environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy", "COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, text=True, timeout=100, env=environment, check=False)


def _box(folder: Path, old: str, new: str) -> Path:
    written = default_toml("en")
    assert old in written
    path = folder / "kiosk.toml"
    path.write_text(written.replace(old, new), encoding="utf-8")
    (folder / "dispatch.token").write_text("sandbox", encoding="utf-8")
    (folder / "dispatch.token").chmod(0o600)
    return path


def test_the_screens_as_they_are_break_no_rule() -> None:
    done = _audit()
    assert done.returncode == 0, done.stdout + done.stderr
    for name, rule in RULES.items():
        assert re.search(rf"^{'-' if rule.pixels else 'ok'} +{re.escape(name)} ", done.stdout, re.MULTILINE), name
    assert ": 0 broken" in done.stdout


def test_a_name_that_no_font_can_write_is_found_on_the_box_that_has_it(tmp_path: Path) -> None:
    path = _box(tmp_path, "曹家渡社区", "曹家渡\ua500𠮷")
    done = _audit("--config", path, "--json")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert {found["rule"] for found in told["broken"]} == {"glyphs"}
    assert all("\ua500 in" in found["what"] for found in told["broken"])
    assert {found["screen"] for found in told["broken"]} == {"1080x1920"}


def test_a_screen_that_is_too_small_is_told_in_one_line_a_place() -> None:
    done = _audit("--config", Path("nowhere.toml"))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "nowhere.toml" in done.stderr
