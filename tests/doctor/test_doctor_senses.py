"""What is said of sound, screen, settings and secrets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from doctor_fakes import one, ours, told

from kiosk.config import ConfigError, load
from kiosk.doctor import screen, settings, sound
from kiosk.voice.players import PlayerBroken

if TYPE_CHECKING:
    from doctor_fakes import Played

CARDS = """ 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones
                      bcm2835 Headphones
 1 [Device         ]: USB-Audio - USB Audio Device
                      C-Media USB Audio Device at usb-1, full speed
"""
INPUTS = """I: Bus=0003 Vendor=0eef Product=0005 Version=0111
N: Name="eGalax Touch"
B: PROP=2
B: EV=1b

I: Bus=0003 Vendor=046d Product=c077 Version=0111
N: Name="A mouse"
B: PROP=0
B: EV=17
"""
ASSETS = Path(__file__).parents[2] / "assets" / "fonts"


def silent() -> None:
    return None


def test_a_box_that_can_be_heard(played: Played) -> None:
    played.file("proc/asound/cards", CARDS)
    played.program("aplay", "")
    played.program("espeak-ng", 'printf "RIFF\\377\\377"')
    results = list(sound.look(played.machine, ["zh_CN", "en"], silent))
    assert set(told(results).values()) == {"ok"}
    assert "sound.voice.zh_CN" in told(results)
    assert one(results, "sound.cards").sentence == "Sound cards: Headphones, Device."


def test_a_box_that_cannot_be_heard_says_each_reason(played: Played) -> None:
    def broken() -> None:
        raise PlayerBroken("no sound: aplay: no such device; is a speaker connected and chosen?")

    played.file("proc/asound/cards", "--- no soundcards ---\n")
    played.program("espeak-ng", "exit 1")
    results = list(sound.look(played.machine, ["en"], broken))
    assert told(results) == {
        "sound.programs": "fail",
        "sound.cards": "fail",
        "sound.plays": "fail",
        "sound.voice.en": "fail",
    }
    assert "apt-get install alsa-utils" in one(results, "sound.programs").cure
    plays = one(results, "sound.plays")
    assert plays.sentence == "No sound: aplay: no such device."
    assert plays.cure == "Is a speaker connected and chosen?"


def test_a_screen_of_the_right_size_either_way_round(played: Played) -> None:
    played.file("sys/class/drm/card0-HDMI-A-1/status", "connected\n")
    played.file("sys/class/drm/card0-HDMI-A-1/modes", "1920x1080\n1280x720\n")
    played.file("sys/class/drm/card0-HDMI-A-2/status", "disconnected\n")
    result = screen.connected(played.machine, (1080, 1920))
    assert (result.health, result.sentence) == ("ok", "A screen is connected to HDMI-A-1.")
    assert screen.connected(played.machine, (1280, 800)).health == "warn"
    assert screen.connected(played.machine, None).health == "ok"


def test_no_screen_and_no_word_about_one_are_different_things(played: Played) -> None:
    assert screen.connected(played.machine, (1080, 1920)).health == "unknown"
    played.file("sys/class/drm/card0-HDMI-A-1/status", "disconnected\n")
    assert screen.connected(played.machine, (1080, 1920)).health == "fail"


def test_a_touch_screen_is_told_from_a_mouse() -> None:
    assert screen.touch(INPUTS).sentence == "A touch screen is there: eGalax Touch."
    assert screen.touch(INPUTS.split("\n\n")[1]).health == "warn"


def test_the_fonts_that_ship_have_all_letters() -> None:
    assert screen.fonts().health == "ok"
    font = ASSETS / "NotoSansSC-Bold.ttf"
    assert screen.lacking(font, "车A") == ""
    assert screen.lacking(font, "车\U000e0041A") == "\U000e0041", "a letter that it does not have"


TOML = """
[box]
code = "0412"
place = { zh_CN = "测试", en = "Test" }
gate = { zh_CN = "北门", en = "the gate" }
lat = 31.2
lon = 121.4
phone = "95128"
[dispatch]
url = "http://127.0.0.1:9"
token_file = "dispatch.token"
[store]
folder = "store"
"""


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.toml"
    path.write_text(TOML, encoding="utf-8")
    (tmp_path / "dispatch.token").write_text("t0ken-canary", encoding="ascii")
    (tmp_path / "dispatch.token").chmod(0o600)
    return path


def test_secrets_that_nobody_else_can_read(configured: Path) -> None:
    assert told(settings.secrets(configured, load(configured))) == {
        "secrets.token.dispatch": "ok",
        "secrets.key": "ok",
    }


def test_every_key_below_the_store_is_looked_at(configured: Path) -> None:
    key = configured.parent / "store" / "residents" / "residents.key"
    key.parent.mkdir(parents=True)
    key.touch(0o644)
    for folder in (*ours(configured.parent), key.parent.parent):
        folder.chmod(0o755)
    assert told(settings.secrets(configured, load(configured)))["secrets.key.residents"] == "fail"
    key.parent.parent.chmod(0o700)
    assert told(settings.secrets(configured, load(configured)))["secrets.key.residents"] == "ok"


@pytest.mark.parametrize(("mode", "words"), [(0o644, "everybody on this machine"), (0o640, "its whole group")])
def test_a_token_that_others_can_read_fails_unless_its_folder_is_closed(
    configured: Path, mode: int, words: str
) -> None:
    token = configured.parent / "dispatch.token"
    token.chmod(mode)
    for folder in ours(configured.parent):
        folder.chmod(0o755)
    result = one(settings.secrets(configured, load(configured)), "secrets.token.dispatch")
    assert result.health == "fail"
    assert words in result.sentence
    assert result.cure == f"Run `chmod 600 {token}`."
    configured.parent.chmod(0o700)
    assert one(settings.secrets(configured, load(configured)), "secrets.token.dispatch").health == "ok"


def test_a_token_in_the_configuration_makes_that_a_secret(configured: Path) -> None:
    configured.write_text(TOML.replace('token_file = "dispatch.token"', 'token = "t0ken"'), encoding="utf-8")
    for folder in ours(configured.parent):
        folder.chmod(0o755)
    configured.chmod(0o644)
    assert told(settings.secrets(configured, load(configured)))["secrets.config"] == "fail"


def test_what_is_wrong_with_a_configuration_is_told_without_the_wrong_value(configured: Path) -> None:
    wrong = TOML.replace('"95128"', '"ask Mr Canary"').replace("lat = 31.2", "lat = 310")
    configured.write_text(wrong, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(configured)
    results = list(settings.configuration(configured, caught.value))
    assert told(results) == {"config.file": "fail", "config.file.2": "fail"}
    said = " ".join(result.sentence for result in results)
    assert "box.phone: expected a telephone number" in said
    assert "Canary" not in said
    assert "config check" in results[0].cure
