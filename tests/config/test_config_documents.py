"""What is written about the configuration is true of it, key by key."""

from __future__ import annotations

import re
import tomllib
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_config_file import BOX, DISPATCH, TOKEN

from kiosk import config
from kiosk.config.keys import keys, toml
from kiosk.config.model import Config
from kiosk.config.secret import Secret

LANGUAGES = ["zh_CN", "en"]


def uncommented(example: str) -> str:
    """Put every default of an example file in force."""
    return re.sub(r"^# (\w+ = )", r"\1", example, flags=re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_is_a_right_file_once_the_token_is_there(tmp_path: Path, language: str) -> None:
    (tmp_path / "kiosk.toml").write_text(config.default_toml(language), encoding="utf-8")
    (tmp_path / "dispatch.token").write_text(TOKEN)
    loaded = config.load(tmp_path / "kiosk.toml")
    assert loaded.language.default == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_defaults_in_the_example_are_the_defaults(tmp_path: Path, language: str) -> None:
    (tmp_path / "kiosk.toml").write_text(config.default_toml(language), encoding="utf-8")
    (tmp_path / "all.toml").write_text(uncommented(config.default_toml(language)), encoding="utf-8")
    (tmp_path / "dispatch.token").write_text(TOKEN)
    assert config.load(tmp_path / "all.toml") == config.load(tmp_path / "kiosk.toml")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_holds_every_key(language: str) -> None:
    example = tomllib.loads(uncommented(config.default_toml(language)))
    assert {f"{section}.{name}" for section, table in example.items() for name in table} == {k.path for k in keys()}


def test_every_key_is_explained_in_both_languages() -> None:
    for key in keys():
        assert key.meaning["en"]
        assert re.search("[\u4e00-\u9fff]", key.meaning["zh_CN"])
        assert not key.required or key.example is not None


def test_the_table_has_a_row_for_every_key() -> None:
    rows = config.markdown_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [key.path for key in keys()]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)
    leaves = [name for table in Config.model_fields.values() for name in table.annotation.model_fields]  # type: ignore[union-attr]
    assert len(rows) == len(leaves)


def test_what_is_shown_is_the_same_configuration_without_its_secrets(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(BOX + DISPATCH + "[screen]\nnight_from = 19:00:30\n[voice]\nrate = { en = 120 }")
    loaded = config.load(file)
    shown = config.shown(loaded)
    assert TOKEN not in shown
    assert 'token = "••••••"' in shown
    again = tmp_path / "again.toml"
    again.write_text(shown.replace("••••••", TOKEN))
    assert config.load(again) == loaded


def test_an_adapters_own_secrets_are_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(BOX + DISPATCH + 'options = { api_key = "canary-81", Password = "canary-82", zone = "north" }')
    shown = config.shown(config.load(file))
    assert "canary" not in shown
    assert 'options = { api_key = "••••••", Password = "••••••", zone = "north" }' in shown


def test_a_secret_shows_itself_to_nobody_who_does_not_ask() -> None:
    secret = Secret(TOKEN)
    assert TOKEN not in f"{secret} {secret!r} {[secret]} {secret!s:>40}"
    assert secret.reveal() == TOKEN


@given(
    st.recursive(
        st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False)
        | st.text(st.characters(exclude_categories=["Cs"]))
        | st.times().map(lambda at: at.replace(microsecond=0, second=at.second or 1)),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), inner, max_size=3)
        ),
        max_leaves=5,
    )
)
def test_what_is_written_as_toml_is_read_as_the_same(value: object) -> None:
    assert tomllib.loads(f"x = {toml(value)}")["x"] == value


def test_a_time_on_the_minute_is_written_as_people_write_it() -> None:
    assert toml(time(7, 5)) == '"07:05"'
    assert toml(Path("/var/lib")) == '"/var/lib"'
