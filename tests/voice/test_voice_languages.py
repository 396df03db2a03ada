"""Words are handed to the voice so that it reads them right."""

from __future__ import annotations

import subprocess

import pytest

from kiosk.core import reading
from kiosk.voice import languages


def phonemes(text: str, voice: str) -> str:
    command = ["espeak-ng", "-q", "-x", "-v", voice, "--stdin"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    return done.stdout.decode().replace("'", "").replace("_|", "")


def test_every_language_that_is_read_aloud_has_a_voice() -> None:
    assert set(languages.SPEAKERS) == set(reading.LANGUAGES)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (reading.plate_aloud("藏A·12345", "zh_CN"), "ts'a51N"),
        ("重庆", "ts.h'ong35"),
        ("别着急", "ts.'Au35"),
        ("长者", "ts.'a35N"),
        ("现在叫不了车", "lj'Au21"),
        ("不用再按", "p'u35"),
        ("按一次就够了", "j'i35 tsh"),
        ("大约一分钟", "j'i51 f"),
    ],
)
def test_a_word_with_two_readings_is_read_the_right_way(text: str, right: str) -> None:
    right = right.replace("'", "")
    voice = languages.speaker("zh_CN").voice
    assert right in phonemes(languages.pronounceable(text, "zh_CN"), voice)
    assert right not in phonemes(text, voice)  # else the help is no longer needed


@pytest.mark.parametrize("line", ["十一分钟", "第一位", "一号", "二十一路", "来了", "不能"])
def test_what_is_read_right_already_stays_as_it_is(line: str) -> None:
    assert languages.pronounceable(line, "zh_CN") == line


def test_to_hide_stays_to_hide() -> None:
    assert languages.pronounceable("藏好", "zh_CN") == "藏好"


def test_no_letter_of_an_english_plate_is_taken_for_the_article() -> None:
    spoken = phonemes(reading.plate_aloud("BA-1-AB", "en"), "en")
    assert spoken.split() == ["bi:", "eI", "w0n", "eI", "bi:"]


def test_what_a_synthesiser_takes_for_commands_is_no_part_of_a_line() -> None:
    assert languages.pronounceable("[[h@'loU]] <speak>\x07", "en") == "h@'loU    speak"


@pytest.mark.parametrize("line", ["", "  ", "……", "<>", "—"])
def test_a_line_without_a_word_is_not_said(line: str) -> None:
    assert languages.pronounceable(line, "zh_CN") == ""


def test_a_slower_rate_may_last_longer() -> None:
    least, most = languages.plausible_seconds("您是七号。", "zh_CN", 140)
    assert languages.plausible_seconds("您是七号。", "zh_CN", 70) == (2 * least, 2 * most)


def test_a_language_without_a_voice_is_named() -> None:
    with pytest.raises(ValueError, match="language 'fr' to speak: expected one of zh_CN, en"):
        languages.speaker("fr")
