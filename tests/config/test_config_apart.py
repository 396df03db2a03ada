"""A configuration that was checked in a process apart is the same, and costs the kiosk no pydantic."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest
from test_config_file import BOX, DISPATCH, TOKEN

from kiosk import config
from kiosk.config import apart

if TYPE_CHECKING:
    from pathlib import Path


def test_every_value_arrives_as_it_was_checked(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(BOX + DISPATCH + '[store]\nfolder = "data"')
    here, there = config.load(file), config.begin(file)()
    for section in type(here).model_fields:
        for name in type(getattr(here, section)).model_fields:
            expected = getattr(getattr(here, section), name)
            arrived = getattr(getattr(there, section), name)
            assert arrived == expected
            assert type(arrived) is type(expected)
    assert there.dispatch.token.reveal() == TOKEN
    assert config.shown(there) == config.shown(here)


def test_tables_can_be_given_without_a_file() -> None:
    there = config.begin(tomllib.loads(BOX + DISPATCH))()
    assert there.box.code == "0412"


def test_what_is_wrong_arrives_as_the_same_line(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(BOX + DISPATCH + '[screen]\nwidth = "wide"\n[log]\nlevel = 1')
    with pytest.raises(config.ConfigError) as here:
        config.load(file)
    with pytest.raises(config.ConfigError) as there:
        config.begin(file)()
    assert there.value.problems == here.value.problems
    assert str(there.value) == str(here.value)


def test_a_checker_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(config.ConfigError, match="could not be checked: its process ended early"):
        config.begin(tmp_path / "kiosk.toml")()


def test_nothing_in_force_can_be_changed_or_shows_its_secret() -> None:
    there = config.begin(tomllib.loads(BOX + DISPATCH))()
    with pytest.raises(AttributeError, match="width: the configuration cannot be changed"):
        there.screen.width = 1  # type: ignore[misc]
    with pytest.raises(AttributeError, match="box: the configuration cannot be changed"):
        del there.box
    assert isinstance(there, apart.Plain)
    assert TOKEN not in repr(there)
    assert "0412" in repr(there)


def test_whoever_runs_a_box_never_imports_the_checker(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(BOX + DISPATCH)
    program = (
        "import sys, pathlib, kiosk.config as c\n"
        f"assert c.begin(pathlib.Path({str(file)!r}))().box.code == '0412'\n"
        "print(sorted(name for name in sys.modules if name.startswith('pydantic')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_name_that_is_not_there_is_no_silent_import() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        config.nothing  # type: ignore[attr-defined]  # noqa: B018 - asking is the point
