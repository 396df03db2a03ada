"""A line becomes the sound of that line, or one sentence says why not: measured on what the real engines render."""

from __future__ import annotations

import json
import os
import sys
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from voice_fakes import PATIENCE_S, fake_engine

from kiosk.core import reading
from kiosk.voice import sound
from kiosk.voice.cache import ClipCache
from kiosk.voice.children import Child, ChildAborted, ChildFailed
from kiosk.voice.languages import SPEAKERS, Speaker
from kiosk.voice.renderer import ENGINES, NotRendered, Renderer

if TYPE_CHECKING:
    from pathlib import Path

CHINESE = [
    "好的。",
    "您是七号。",
    "七号，您的出租车到了。",
    "现在没有出租车，这不是您的错，我们正在请人帮忙。",
    reading.plate_aloud("沪A·12345", "zh_CN"),
    reading.plate_aloud("沪A·D12345", "zh_CN"),
    reading.minutes_aloud(12, "zh_CN", about=True),
]
ENGLISH = [
    "All right.",
    "You are number 7. Please sit down.",
    "No taxi at the moment. It is not your fault. We are asking a person to help.",
    reading.plate_aloud("沪A·12345", "en"),
]
LINES = [("zh_CN", line) for line in CHINESE] + [("en", line) for line in ENGLISH]


def calls(folder: Path) -> list[list[str]]:
    return [json.loads(line) for line in (folder / "calls").read_text().splitlines()]


@pytest.mark.parametrize(("language", "line"), LINES)
def test_a_line_sounds_as_long_and_as_loud_as_it_should(clips: Path, language: str, line: str) -> None:
    rendered = Renderer(ClipCache(clips)).render(line, language, rate=SPEAKERS[language].rate, volume=1.0)
    assert rendered is not None
    assert rendered.engine == "pyttsx3"
    heard = sound.measured(rendered.wav)
    assert heard.seconds == rendered.seconds
    assert heard.speech_dbfs == pytest.approx(-20, abs=1)
    assert heard.peak_dbfs < -0.5
    symbols = sum(c.isalnum() for c in line)
    per_symbol = heard.seconds / symbols
    assert 0.06 < per_symbol < 0.60


def test_the_tone_numbers_are_not_read_aloud(clips: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = Renderer(ClipCache(clips))

    def seconds() -> list[float]:
        rendered = [renderer.render(line, "zh_CN", rate=140, volume=1.0) for line in CHINESE]
        return [r.seconds for r in rendered if r]

    ours = seconds()
    monkeypatch.setitem(SPEAKERS, "zh_CN", Speaker("cmn", 140, 0.12, 1.0))
    with_tone_numbers = seconds()
    assert sum(ours) * 1.2 < sum(with_tone_numbers)


def test_a_slower_rate_is_heard(clips: Path) -> None:
    renderer = Renderer(ClipCache(clips))
    usual = renderer.render(CHINESE[2], "zh_CN", rate=140, volume=1.0)
    slow = renderer.render(CHINESE[2], "zh_CN", rate=105, volume=1.0)
    assert usual is not None
    assert slow is not None
    assert 1.2 < slow.seconds / usual.seconds < 1.6


def test_both_engines_say_the_same(tmp_path: Path) -> None:
    outputs = [
        Child().run(
            [sys.executable, "-m", "kiosk.voice.render", engine, "cmn-latn-pinyin", "140", "0"],
            "您是七号。".encode(),
            PATIENCE_S,
        )
        for engine in ENGINES
    ]
    assert sound.measured(outputs[0]).seconds == pytest.approx(sound.measured(outputs[1]).seconds, abs=0.05)


def test_a_line_is_rendered_once_and_goes_by_stdin(tmp_path: Path) -> None:
    renderer = Renderer(ClipCache(tmp_path / "clips"), command=fake_engine(tmp_path, "say(2)"))
    first = renderer.render("您是七号。", "zh_CN", rate=140, volume=0.5)
    again = renderer.render("您是七号。", "zh_CN", rate=140, volume=0.5)
    assert first is not None
    assert first == again
    assert calls(tmp_path) == [["pyttsx3", "cmn-latn-pinyin", "140", "0", "您是七号。"]]


def test_what_nobody_waits_for_leaves_the_processor_to_others(tmp_path: Path) -> None:
    renderer = Renderer(ClipCache(tmp_path / "clips"), command=fake_engine(tmp_path, "say(2)"))
    renderer.render("您是七号。", "zh_CN", rate=140, volume=1, idle=True)
    assert calls(tmp_path)[0][3] == "19"


@pytest.mark.parametrize(
    "misbehaviour",
    [
        "raise SystemExit(3)",
        "os.kill(os.getpid(), 11)",
        "pass",
        "print('RIFF')",
        "say(0.1)",
        "say(60)",
        "say(2, loud=20)",
    ],
)
def test_when_pyttsx3_fails_the_command_of_espeak_ng_speaks(tmp_path: Path, misbehaviour: str) -> None:
    body = f"if engine == 'espeak-ng':\n    say(2)\nelse:\n    {misbehaviour}"
    renderer = Renderer(ClipCache(tmp_path / "clips"), command=fake_engine(tmp_path, body))
    rendered = renderer.render("您是七号。", "zh_CN", rate=140, volume=1)
    assert rendered is not None
    assert rendered.engine == "espeak-ng"
    assert [call[0] for call in calls(tmp_path)] == ["pyttsx3", "espeak-ng"]


def test_an_engine_that_hangs_is_ended_at_its_deadline(tmp_path: Path) -> None:
    body = "if engine == 'espeak-ng':\n    say(2)\nelse:\n    __import__('signal').pause()"
    renderer = Renderer(ClipCache(tmp_path / "clips"), command=fake_engine(tmp_path, body), deadline_s=1)
    rendered = renderer.render("您是七号。", "zh_CN", rate=140, volume=1)
    assert rendered is not None
    assert rendered.engine == "espeak-ng"


def test_an_engine_that_fails_thrice_in_a_row_is_left_out(tmp_path: Path) -> None:
    body = "if engine == 'espeak-ng':\n    say(2)\nelse:\n    raise SystemExit(1)"
    renderer = Renderer(ClipCache(tmp_path / "clips"), command=fake_engine(tmp_path, body))
    for number in "一二三四五":
        renderer.render(f"您是{number}号。", "zh_CN", rate=140, volume=1)
    engines = [call[0] for call in calls(tmp_path)]
    assert engines == ["pyttsx3", "espeak-ng"] * 3 + ["espeak-ng"] * 2


def test_when_no_engine_speaks_one_sentence_says_why(tmp_path: Path) -> None:
    body = "sys.exit('the voices are gone')"
    renderer = Renderer(ClipCache(tmp_path / "clips"), command=fake_engine(tmp_path, body))
    with pytest.raises(NotRendered) as failure:
        renderer.render("您是七号。", "zh_CN", rate=140, volume=1)
    python = sys.executable.rpartition("/")[2]
    assert str(failure.value) == (
        f"no voice: pyttsx3: {python} ended with 1: the voices are gone; "
        f"espeak-ng: {python} ended with 1: the voices are gone"
    )


def test_without_espeak_ng_the_cure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = Renderer(ClipCache(tmp_path / "clips"), command=fake_engine(tmp_path, "sys.exit(1)"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotRendered, match=r"espeak-ng is not installed; run packaging/install-debian.sh"):
        renderer.render("您是七号。", "zh_CN", rate=140, volume=1)


def test_a_private_line_is_left_nowhere(tmp_path: Path) -> None:
    body = "if engine == 'espeak-ng':\n    say(2)\nelse:\n    sys.exit('cannot say ' + text)"
    renderer = Renderer(ClipCache(tmp_path / "clips"), command=fake_engine(tmp_path, body))
    for _ in range(2):
        rendered = renderer.render("您好，王女士。", "zh_CN", rate=140, volume=1, private=True)
        assert rendered is not None
    assert len(calls(tmp_path)) == 4
    assert list((tmp_path / "clips").iterdir()) == []


def test_a_private_line_is_not_quoted_in_an_error(tmp_path: Path) -> None:
    command = fake_engine(tmp_path, "sys.exit('cannot say ' + text)")
    renderer = Renderer(ClipCache(tmp_path / "clips"), command=command)
    with pytest.raises(NotRendered) as failure:
        renderer.render("您好，王女士。", "zh_CN", rate=140, volume=1, private=True)
    assert "王" not in str(failure.value)


def test_nothing_to_say_is_no_failure(tmp_path: Path) -> None:
    assert Renderer(ClipCache(tmp_path), command=["/nonexistent"]).render("……", "zh_CN", rate=140, volume=1) is None


def test_another_thread_ends_a_rendering_and_it_counts_as_no_failure(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    body = f"open({str(ready)!r}, 'w').close()\n__import__('signal').pause()"
    renderer = Renderer(ClipCache(tmp_path / "clips"), command=fake_engine(tmp_path, body))
    endings: list[str] = []

    def render() -> None:
        try:
            renderer.render("您是七号。", "zh_CN", rate=140, volume=1)
        except ChildAborted:
            endings.append("aborted")

    thread = Thread(target=render)
    thread.start()
    ready.read_bytes()  # returns when the child is there
    renderer.abort()
    thread.join(PATIENCE_S)
    assert endings == ["aborted"]
    assert [call[0] for call in calls(tmp_path)] == ["pyttsx3"]


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(ChildFailed, match="nobody could not be started: No such file or directory"):
        Child().run(["/nonexistent/nobody"], b"", 1)


def test_an_engine_that_writes_late_finds_its_own_memory_and_no_other_file(tmp_path: Path) -> None:
    """pyttsx3 may come back before its thread has written; what was opened meanwhile must not be written over."""
    victim = tmp_path / "source.py"
    victim.write_text("kept = True\n")
    script = f"""
import io, os, sys, wave
from kiosk.voice import render

paths = []

def early(text, voice, rate, path):
    paths.append(path)  # it comes back and has written nothing yet

render.ENGINES["pyttsx3"] = early
sys.stdin = io.TextIOWrapper(io.BytesIO(b"line"))
try:
    render.main(["pyttsx3", "en", "130", "0"])
except Exception:
    pass
kept = [open({str(victim)!r}) for _ in range(8)]
with wave.open(paths[0], "wb") as late:
    late.setnchannels(1); late.setsampwidth(2); late.setframerate(22050); late.writeframes(bytes(100))
"""
    Child().run([sys.executable, "-c", script], b"", PATIENCE_S)
    assert victim.read_text() == "kept = True\n"


def test_another_volume_needs_no_other_rendering(tmp_path: Path) -> None:
    renderer = Renderer(ClipCache(tmp_path / "clips"), command=fake_engine(tmp_path, "say(2, loud=4000)"))
    levels = []
    for volume in (1.0, 0.5, 2.0):
        rendered = renderer.render("您是七号。", "zh_CN", rate=140, volume=volume)
        assert rendered is not None
        levels.append(sound.measured(rendered.wav).speech_dbfs)
    assert levels == pytest.approx([levels[0], levels[0] - 6.02, levels[0] + 6.02], abs=0.1)
    assert len(calls(tmp_path)) == 1
