"""A right file becomes a configuration; a wrong one becomes a line that names file, key and what was expected."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk import config
from kiosk.config.file import load

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "canary-token-5f1c"
BOX = """
[box]
code = "0412"
place = { zh_CN = "甲社区", en = "Community A" }
gate = { zh_CN = "北门", en = "the north gate" }
lat = 31.2
lon = 121.4
phone = "021-6258 0017"
"""
DISPATCH = f"""
[dispatch]
url = "https://dispatch.example/taxi"
token = "{TOKEN}"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kiosk.toml"


def problems(file: Path, text: str) -> tuple[str, ...]:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(config.ConfigError) as error:
        load(file)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(error.value.problems[0])
    return error.value.problems


def test_the_least_that_must_be_said_is_enough(file: Path) -> None:
    file.write_text(BOX + DISPATCH)
    loaded = load(file)
    assert loaded.box.gate == {"zh_CN": "北门", "en": "the north gate"}
    assert loaded.language.offered == ("zh_CN", "en")
    assert (loaded.screen.width, loaded.screen.height, loaded.screen.px_per_mm) == (1080, 1920, 4.03)
    assert loaded.dispatch.deadline_s == 480
    assert loaded.voice.quiet_from == time(21, 0)
    assert loaded.voice.rate == {"zh_CN": 140, "en": 130}


@pytest.mark.parametrize(
    ("added", "problem"),
    [
        ('[screen]\npx_per_mm = "abc"', 'screen.px_per_mm: expected a number greater than 0, found "abc"'),
        ("[screen]\npx_per_mm = 0", "screen.px_per_mm: expected a number greater than 0, found 0"),
        ("[screen]\npx_per_mm = nan", "screen.px_per_mm: expected a number greater than 0, found NaN"),
        (
            '[screen]\npx_per_mm = "4.03"',
            'screen.px_per_mm: expected a number greater than 0, found "4.03"',
        ),
        ("[screen]\nwidth = true", "screen.width: expected a whole number from 480 to 7680, found true"),
        ("[screen]\nwidth = 1080.5", "screen.width: expected a whole number from 480 to 7680, found 1080.5"),
        (
            "[screen]\nwidth = 800\nheight = 480",
            "screen.px_per_mm: expected a number, because 800x480 is no screen we know",
        ),
        ('[screen]\ntheme = "dark"', 'screen.theme: expected one of "day", "night", "auto", found "dark"'),
        ('[screen]\nfullscreen = "yes"', 'screen.fullscreen: expected true or false, found "yes"'),
        ("[screen]\ncursor = 1", "screen.cursor: expected true or false, found 1"),
        ("[screen]\nnight_from = 19", 'screen.night_from: expected a time of day as "19:00", found 19'),
        ('[screen]\nnight_from = "25:00"', 'screen.night_from: expected a time of day as "19:00", found "25:00"'),
        ('[screen]\nnight_from = "7pm"', 'screen.night_from: expected a time of day as "19:00", found "7pm"'),
        ("[screen]\nwidht = 1080", "screen.widht: unknown key; did you mean width?"),
        ("[screem]\nwidth = 1080", "screem: unknown key; did you mean screen?"),
        (
            "[log]\ncolour = 1",
            "log.colour: unknown key; expected one of level",
        ),
        ("screen = 3", "screen: expected a table [screen], found 3"),
        ('[language]\noffered = ["zh_CN", "fr"]', 'language.offered: expected a list of "zh_CN", "en", found "fr"'),
        ('[language]\ndefault = "en"\noffered = ["zh_CN"]', 'language.offered: expected the default "en" among them'),
        ("[printer]\npaper_mm = 70", "printer.paper_mm: expected one of 58, 80, found 70"),
        ("[printer]\nbaudrate = 300", "printer.baudrate: expected a whole number from 1200 to 921600, found 300"),
        ("[reader]\nbaudrate = 300", "reader.baudrate: expected 0 or a whole number from 1200 to 921600, found 300"),
        ("[voice]\nvolume = 0", "voice.volume: expected a number greater than 0, at most 4, found 0"),
        (
            "[voice]\nrate = { zh_CN = 20 }",
            "voice.rate.zh_CN: expected a table with zh_CN, en: a whole number from 80 to 300, found 20",
        ),
        (
            "[voice]\nrate = { fr = 140 }",
            'voice.rate.fr: expected a table with zh_CN, en: a whole number from 80 to 300, found "fr"',
        ),
        ('[log]\nlevel = "loud"', 'log.level: expected one of "debug", "info", "warning", "error", found "loud"'),
    ],
)
def test_a_wrong_key_or_value_is_named(file: Path, added: str, problem: str) -> None:
    text = f"{added}\n{BOX}{DISPATCH}" if added.startswith("screen") else BOX + DISPATCH + added
    assert problems(file, text) == (f"kiosk.toml: {problem}",)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('code = "0412"', "code = 412", "box.code: expected text of 1 to 200 characters, found 412"),
        ('code = "0412"', 'code = "  "', 'box.code: expected text of 1 to 200 characters, found "  "'),
        ('code = "0412"', "", "box.code: expected text of 1 to 200 characters, found nothing"),
        ("lat = 31.2", "lat = 91", "box.lat: expected a number from -90 to 90, found 91"),
        ("lat = 31.2", "lat = inf", "box.lat: expected a number from -90 to 90, found Infinity"),
        ('"021-6258 0017"', '"ring us"', 'box.phone: expected a telephone number, found "ring us"'),
        (
            'gate = { zh_CN = "北门", en = "the north gate" }',
            'gate = { zh_CN = "北门" }',
            "box.gate.en: expected text, because this language is offered",
        ),
        (
            '"https://dispatch.example/taxi"',
            '"ftp://dispatch.example"',
            'dispatch.url: expected an https:// address, found "ftp://dispatch.example"',
        ),
        (
            f'token = "{TOKEN}"',
            "",
            "dispatch.token_file: expected the path of a file with the dispatcher's token, found nothing",
        ),
        (
            f'token = "{TOKEN}"',
            f'token = "{TOKEN}"\ntoken_file = "t"',
            "dispatch.token: expected it once, here or as api_key or in token_file, found it in several",
        ),
        (f'token = "{TOKEN}"', f"token = ['{TOKEN}']", "dispatch.token: expected text, found something else"),
        (
            f'token = "{TOKEN}"',
            f'token = "{TOKEN}"\ncontact_phone = "6258 0017"',
            'dispatch.contact_phone: expected a telephone number with its country, as +862162580017, found "6258 0017"',
        ),
        (
            f'token = "{TOKEN}"',
            f'token = "{TOKEN}"\noptions = {{ a = [1] }}',
            "dispatch.options.a: expected a table of plain values, found something else",
        ),
    ],
)
def test_a_wrong_line_is_named(file: Path, before: str, after: str, problem: str) -> None:
    text = BOX + DISPATCH
    assert before in text
    assert problems(file, text.replace(before, after)) == (f"kiosk.toml: {problem}",)


def test_a_missing_table_is_named(file: Path) -> None:
    assert problems(file, BOX) == ("kiosk.toml: dispatch: expected a table [dispatch], found nothing",)


def test_all_that_is_wrong_can_be_listed(file: Path) -> None:
    found = problems(file, BOX + DISPATCH + "[screen]\nwidth = 1\n[printer]\npaper_mm = 1\n[log]\nlevel = 2")
    assert [problem.split(":")[1].strip() for problem in found] == ["screen.width", "printer.paper_mm", "log.level"]


def test_the_one_line_says_that_there_is_more(file: Path) -> None:
    file.write_text(BOX + DISPATCH + "[screen]\nwidth = 1\n[printer]\npaper_mm = 1")
    with pytest.raises(config.ConfigError, match=r"found 1 \(and 1 more: taxi-kiosk config check lists all\)$"):
        load(file)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[box\n", "kiosk.toml: expected TOML: Expected ']' at the end of a table declaration (at line 1, column 5)"),
        (b"[box]\ncode = \n", "kiosk.toml: expected TOML: Invalid value (at line 2, column 8)"),
        ("[box]\ncode = '北'".encode("gbk"), "kiosk.toml: expected text in UTF-8, found another byte at position 14"),
        (b"\x00\x01", "kiosk.toml: expected TOML: Invalid statement (at line 1, column 1)"),
    ],
)
def test_what_is_no_toml_is_named(file: Path, content: bytes, problem: str) -> None:
    file.write_bytes(content)
    with pytest.raises(config.ConfigError) as error:
        load(file)
    assert str(error.value) == problem


def test_a_missing_file_comes_with_its_cure(file: Path) -> None:
    with pytest.raises(config.ConfigError, match="no such file; make one with: taxi-kiosk config init"):
        load(file)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match="this is a folder; make one with: taxi-kiosk config init"):
        load(tmp_path)


def test_the_token_comes_from_its_file(file: Path) -> None:
    file.write_text(BOX + DISPATCH.replace(f'token = "{TOKEN}"', 'token_file = "secret/token"'))
    token = file.parent / "secret" / "token"
    where = "kiosk.toml: dispatch.token_file: expected a file with the dispatcher's token"
    with pytest.raises(config.ConfigError) as error:
        load(file)
    assert str(error.value) == f"{where}, but {token} cannot be read: No such file or directory"
    token.parent.mkdir()
    for content, found in (("", "nothing"), (f"{TOKEN} {TOKEN}", "more than one word")):
        token.write_text(content)
        with pytest.raises(config.ConfigError) as error:
            load(file)
        assert str(error.value) == f"{where}, found {found} in {token}"
    token.write_text(f"{TOKEN}\n")
    assert load(file).dispatch.token.reveal() == TOKEN


def test_paths_are_relative_to_the_file_and_the_key_to_the_store(file: Path) -> None:
    file.write_text(BOX + DISPATCH + '[store]\nfolder = "data"')
    store = load(file).store
    assert store.folder == file.parent / "data"
    assert store.key_file == file.parent / "data" / "store.key"
    file.write_text(BOX + DISPATCH + '[store]\nfolder = "data"\nkey_file = "/etc/taxi-kiosk/key"')
    assert str(load(file).store.key_file) == "/etc/taxi-kiosk/key"


def test_a_number_for_drivers_is_brought_to_one_form(file: Path) -> None:
    file.write_text(BOX + DISPATCH + 'contact_phone = "+86 21 6258 0017"')
    assert load(file).dispatch.contact_phone == "+862162580017"


@pytest.mark.parametrize(("size", "px_per_mm"), [((1280, 800), 5.9), ((800, 1280), 5.9), ((1920, 1080), 4.03)])
def test_a_known_screen_needs_no_measuring(file: Path, size: tuple[int, int], px_per_mm: float) -> None:
    file.write_text(BOX + DISPATCH + f"[screen]\nwidth = {size[0]}\nheight = {size[1]}")
    assert load(file).screen.px_per_mm == px_per_mm


def test_another_screen_says_how_dense_it_is(file: Path) -> None:
    file.write_text(BOX + DISPATCH + "[screen]\nwidth = 800\nheight = 480\npx_per_mm = 5")
    assert load(file).screen.px_per_mm == 5.0


def test_the_environment_does_not_move_a_box(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOX", '{"code": "9999"}')
    monkeypatch.setenv("LOG", '{"level": "debug"}')
    file.write_text(BOX + DISPATCH)
    loaded = load(file)
    assert (loaded.box.code, loaded.log.level) == ("0412", "info")


def test_what_is_in_force_cannot_be_changed(file: Path) -> None:
    file.write_text(BOX + DISPATCH)
    loaded = load(file)
    with pytest.raises(ValueError, match="frozen"):
        loaded.screen.width = 1  # type: ignore[misc]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.times() | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["box", "screen", "dispatch", "voice", "language", "store", "px_per_mm", "width", "x"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, VALUES | st.dictionaries(NAMES, VALUES, max_size=3), max_size=4))
def test_whatever_stands_there_gives_one_line_or_a_configuration(tmp_path: Path, values: dict[str, object]) -> None:
    with pytest.raises(config.ConfigError) as error:  # the tables that must be there are never all right here
        config.checked(values, name="kiosk.toml", folder=tmp_path)
    for problem in error.value.problems:
        assert problem.startswith("kiosk.toml: ")
        assert "expected" in problem or "unknown key" in problem
        assert "\n" not in problem
