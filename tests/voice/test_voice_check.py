"""What a listener would hear about a folder of recordings is found, and `taxi-kiosk voice check` ends with 1."""

from __future__ import annotations

import csv
import io
import math
import wave
from array import array
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from kiosk.cli import main
from kiosk.phrases import changing, phrase_id, phrases
from kiosk.voice.languages import plausible_seconds
from kiosk.voice.sound import RATE_HZ, levelled, packed

if TYPE_CHECKING:
    from pathlib import Path

FOUND = f"{phrase_id('We found a taxi')}.wav"


def tone(seconds: float, level: float = 1.0) -> array[int]:
    top = 32768 * math.sqrt(2) * 0.1 * level
    return array("h", (int(max(-32768, min(32767, top * math.sin(i / 12)))) for i in range(int(seconds * RATE_HZ))))


def silence(seconds: float) -> array[int]:
    return array("h", bytes(2 * int(seconds * RATE_HZ)))


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A whole bank of sentences, each of the right length and loudness."""
    (tmp_path / "en").mkdir()
    for phrase in phrases("en"):
        if phrase.kind == "sentence":
            least, _ = plausible_seconds(phrase.text, "en", 130)
            (tmp_path / "en" / f"{phrase.id}.wav").write_bytes(packed(tone(least + 0.5)))
    return tmp_path


def check(folder: Path) -> Result:
    return CliRunner().invoke(main, ["voice", "check", str(folder), "--lang", "en"])


def test_a_whole_bank_has_no_faults(bank: Path) -> None:
    result = check(bank)
    assert (result.exit_code, result.stdout) == (0, "")


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        (silence(1.5), "silent"),
        (tone(0.2), "too short: 0.20 s"),
        (tone(15), "too long: 15.00 s"),
        (tone(1.5, level=1.25), "too loud: -18.1 dBFS RMS, expected -20 within 1.5 dB; make it -1.9 dB"),
        (tone(1.5, level=0.8), "too quiet: -21.9 dBFS RMS"),
        (silence(0.5) + tone(1.5), "0.50 s of silence at the beginning"),
        (tone(1.5) + silence(0.4), "0.40 s of silence at the end"),
        (tone(1.5, level=9), "clipping in "),
    ],
)
def test_a_planted_fault_is_found(bank: Path, sound: array[int], said: str) -> None:
    (bank / "en" / FOUND).write_bytes(packed(sound))
    result = check(bank)
    assert result.exit_code == 1
    assert f"en/{FOUND}: {said}" in result.stdout
    assert all(line.startswith(f"en/{FOUND}: ") for line in result.stdout.splitlines())


def test_a_missing_sentence_is_named_with_its_words(bank: Path) -> None:
    (bank / "en" / FOUND).unlink()
    result = check(bank)
    assert (result.exit_code, result.stdout) == (1, f"en/{FOUND}: missing: We found a taxi\n")


def test_parts_may_be_missing_as_a_whole_but_not_one_of_them(bank: Path) -> None:
    (bank / "en" / "number-01.wav").write_bytes(packed(tone(0.8)))
    missing = check(bank).stdout.splitlines()
    assert len(missing) == 98
    assert "en/number-07.wav: missing: number 7" in missing


def test_another_form_is_named_with_its_cure(bank: Path) -> None:
    stereo = io.BytesIO()
    with wave.open(stereo, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(48000)
        writer.writeframes(bytes(48000))
    (bank / "en" / FOUND).write_bytes(stereo.getvalue())
    (bank / "en" / "extra.mp3").write_bytes(b"ID3")
    (bank / "en" / "extra.wav").write_bytes(packed(tone(1.0)))
    result = check(bank)
    assert result.exit_code == 1
    assert f"en/{FOUND}: wrong format: WAV of 2 channels, 2 bytes, 48000 Hz: expected 1, 2, 22050" in result.stdout
    assert "en/extra.mp3: wrong format: convert it with `sox extra.mp3 -r 22050 -c 1 -b 16 extra.wav`" in result.stdout
    assert "en/extra.wav: nobody says this" in result.stdout


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    result = check(tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "no such folder; expected one with a folder for each language" in result.stderr


def test_the_list_for_a_studio_holds_every_phrase_of_both_languages_once() -> None:
    result = CliRunner().invoke(main, ["voice", "list", "--csv"])
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == len({row["file"] for row in rows})
    words = {(row["language"], row["file"].rpartition("/")[2]): row["text"] for row in rows}
    assert words["en", FOUND] == "We found a taxi"
    assert words["zh_CN", FOUND] == "车找到了"
    assert words["zh_CN", "number-07.wav"] == "七号"
    assert words["zh_CN", "minutes-04.wav"] == "大约四分钟"
    assert words["zh_CN", "symbol-1.wav"] == "幺"


def test_what_changes_with_the_trip_is_no_phrase() -> None:
    for language, place in (("zh_CN", "北门"), ("en", "north gate")):
        texts = [phrase.text for phrase in phrases(language) if phrase.kind == "sentence"]
        assert not [text for text in texts if place in text or any(c.isdigit() for c in text)]
        assert [text for text in changing(language) if place in text]


def test_both_languages_have_the_same_sentences() -> None:
    ids = [{phrase.id for phrase in phrases(language) if phrase.kind == "sentence"} for language in ("zh_CN", "en")]
    assert ids[0] == ids[1]


def test_a_rendered_file_never_replaces_a_recorded_one(bank: Path) -> None:
    recorded = levelled(packed(tone(1.5)), 1)
    (bank / "en" / FOUND).write_bytes(recorded)
    missing = bank / "en" / f"{phrase_id('Out of service')}.wav"
    missing.unlink()
    result = CliRunner().invoke(main, ["voice", "render", str(bank), "--lang", "en"])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{bank}: 1 by ")
    assert (bank / "en" / FOUND).read_bytes() == recorded
    assert check(bank).exit_code == 0
