"""`make fuzz` without its fuzzer: a stand-in for atheris tells what it was asked and what it found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hardware.virtual.hostile import CASES

ROOT = Path(__file__).parents[2]
FUZZER = ROOT / "packaging" / "fuzz"
_ALWAYS = """
import contextlib, pathlib, sys
instrument_imports = lambda include: contextlib.nullcontext()
def Setup(arguments, one):
    global asked, prove
    asked, prove = arguments, one
def seeds():
    return [path.read_bytes() for path in sorted(pathlib.Path(asked[-1]).iterdir())]
"""
WELL = """
def Fuzz():
    for seed in seeds():
        prove(seed)
    print("stat::number_of_executed_units:", 100 * len(seeds()), file=sys.stderr)
"""
BROKEN = """
def Fuzz():
    prefix = next(word for word in asked if word.startswith("-artifact_prefix=")).partition("=")[2]
    pathlib.Path(prefix + "crash-1").write_bytes(seeds()[0])
    print("\\n === Uncaught Python exception: ===\\nUnsound: it holds 900 bytes, expected 14 at most")
    print("stat::number_of_executed_units: 7\\nTest unit written to " + prefix + "crash-1", file=sys.stderr)
    sys.exit(77)
"""


def fuzz(folder: Path, behaviour: str, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "atheris.py").write_text(_ALWAYS + behaviour)
    return subprocess.run(
        [sys.executable, str(FUZZER), *words],
        cwd=folder,
        env={"PYTHONPATH": f"{ROOT}:{folder}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_parser_is_fuzzed_for_its_time_from_frames_that_it_reads(tmp_path: Path) -> None:
    done = fuzz(tmp_path, WELL, "--seconds", "2")
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    assert [row[0] for row in rows] == [*CASES, "gammu"]
    assert all(int(row[1]) >= 400 and int(row[2]) == int(row[1]) // 2 for row in rows)
    assert len(list((tmp_path / "build/fuzz/em125k/corpus").iterdir())) == 4


def test_what_broke_a_parser_is_one_sentence_and_can_be_tried_again(tmp_path: Path) -> None:
    done = fuzz(tmp_path, BROKEN, "--only", "em125k")
    assert done.returncode == 1
    assert "em125k: Unsound: it holds 900 bytes, expected 14 at most" in done.stderr
    again = done.stderr.split('ARGS="')[1].split('"')[0].split()
    assert fuzz(tmp_path, WELL, *again).stdout == "em125k: holds\n"


@pytest.mark.parametrize("words", [("--replay", "x"), ("--only", "toaster"), ("--seconds", "soon")])
def test_words_that_make_no_sense_are_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert fuzz(tmp_path, WELL, *words).returncode == 2


def test_a_fuzzer_that_cannot_start_is_not_taken_for_a_parser_that_holds(tmp_path: Path) -> None:
    done = fuzz(tmp_path, "def Fuzz():\n    sys.exit('no such library')\n", "--only", "keys")
    assert done.returncode == 2
    assert "keys: see what it wrote" in done.stderr
