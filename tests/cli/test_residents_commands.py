"""The registry's verbs as an operator meets them: real files, real exit codes, nothing personal where it may not be."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.cli import main

HEAD = "姓名,电话,卡号,同意,告知书版本"
ROWS = [f"测试{letter},+1 202-555-01{n:02d},0A0B0C0D{n:02d},登记,1" for n, letter in enumerate("甲乙丙")]


@dataclass(frozen=True)
class Said:
    returncode: int
    stdout: str
    stderr: str


def kiosk(*words: str | Path, typed: str = "") -> Said:
    """Run a verb here: starting Python for each would take longer than all they do."""
    done = CliRunner().invoke(main, [str(word) for word in words], input=typed, catch_exceptions=False)
    return Said(done.exit_code, done.stdout, done.stderr)


def as_a_process(*words: str | Path, typed: str = "") -> Said:
    command = [sys.executable, "-m", "kiosk.cli", *map(str, words)]
    done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60, check=False)
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A configuration file with a store beside it."""
    file = tmp_path / "kiosk.toml"
    assert kiosk("config", "init", file).returncode == 0
    (tmp_path / "dispatch.token").write_text("token", encoding="ascii")
    text = file.read_text(encoding="utf-8").replace("/var/lib/taxi-kiosk", str(tmp_path / "store"))
    lines = [line.removeprefix("# ") if line.startswith("# folder") else line for line in text.splitlines()]
    file.write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "store").mkdir()
    return file


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_bytes("\r\n".join([HEAD, *ROWS, ",,,,", ""]).encode("gb18030"))
    return file


def test_import_looks_first_then_registers_and_list_hides_who_they_are(box: Path, table: Path) -> None:
    empty = kiosk("residents", "list", "--config", box)
    assert (empty.returncode, "nobody was ever registered" in empty.stderr) == (1, True)
    looked = kiosk("residents", "import", table, "--config", box, "--dry-run")
    assert (looked.returncode, looked.stdout) == (0, ""), looked.stderr
    assert "3 rows: all are right, nothing was saved" in looked.stderr
    done = as_a_process("residents", "import", table, "--config", box)
    assert done.returncode == 0
    assert "3 rows: all are right and registered" in done.stderr
    again = kiosk("residents", "import", table, "--config", box)
    assert again.returncode == 1
    assert [line[:7] for line in again.stdout.splitlines()] == ["line 2:", "line 3:", "line 4:"]
    assert "3 of 3 rows are wrong; nothing was saved" in again.stderr
    listed = kiosk("residents", "list", "--config", box, "--json")
    people = [json.loads(line) for line in listed.stdout.splitlines()]
    assert {(one["name"], one["phone"][-4:], one["cards"]) for one in people} == {
        ("测**", f"010{n}", 1) for n in range(3)
    }
    found = kiosk("residents", "list", "--config", box, "--find", typed="试乙\n")
    assert found.stdout.split()[1:3] == ["测**", "+12****0101"]
    for said in (looked, done, again, listed, found):
        assert "测试" not in said.stdout + said.stderr
        assert "2025550" not in said.stdout + said.stderr


def test_bad_rows_are_a_line_each_and_nothing_is_saved(box: Path, table: Path) -> None:
    table.write_text("\n".join([HEAD, *ROWS, "测试丁,12,,登记,1", "测试👵,,0A,,"]), encoding="utf-8-sig")
    done = kiosk("residents", "import", table, "--config", box)
    assert done.returncode == 1
    fifth, sixth = done.stdout.splitlines()
    assert fifth.startswith("line 5: phone: expected a telephone number")
    assert sixth.startswith("line 6: card: expected 8, 10, 14 or 20 hexadecimal digits")
    assert "2 of 5 rows are wrong; nothing was saved" in done.stderr
    assert kiosk("residents", "list", "--config", box, "--json").stdout == ""


def test_a_card_of_the_table_is_the_card_that_the_reader_sees(box: Path, table: Path) -> None:
    from dispatch_client.clock import SystemClock
    from hardware.readers.cards import card_hash
    from kiosk.app.office import office_of
    from kiosk.app.wiring import card_key
    from kiosk.config import load
    from kiosk.residents.people import Resident

    assert kiosk("residents", "import", table, "--config", box).returncode == 0
    config = load(box)
    key = card_key(config)
    assert key is not None
    office = office_of(config, SystemClock())
    person = office.cards.look_up(card_hash(key, "0A0B0C0D01"))
    assert isinstance(person, Resident)
    assert person.details.name == "测试乙"
    office.close()


def test_an_export_is_its_owners_alone_and_sealed_when_it_is_asked_for(box: Path, table: Path, tmp_path: Path) -> None:
    kiosk("residents", "import", table, "--config", box)
    out = tmp_path / "out.csv"
    done = kiosk("residents", "export", out, "--config", box)
    assert done.returncode == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    text = out.read_bytes().decode("utf-8-sig")
    assert "测试甲" in text
    assert "'+12025550100" in text
    again = kiosk("residents", "export", out, "--config", box)
    assert again.returncode == 2
    assert "exists already and was left as it is" in again.stderr
    sealed = tmp_path / "out.age"
    done = kiosk("residents", "export", sealed, "--config", box, "--encrypt")
    passphrase = done.stderr.split()[-1]
    assert "测试".encode() not in sealed.read_bytes()
    other = tmp_path / "other"
    other.mkdir()
    (other / "dispatch.token").write_text("token", encoding="ascii")
    elsewhere = other / "kiosk.toml"
    elsewhere.write_text(box.read_text(encoding="utf-8").replace("/store", "/store2"), encoding="utf-8")
    (tmp_path / "store2").mkdir()
    refused = kiosk("residents", "import", sealed, "--config", elsewhere, typed="0000-0000\n")
    assert (refused.returncode, "does not open: expected its passphrase" in refused.stderr) == (2, True)
    taken = kiosk("residents", "import", sealed, "--config", elsewhere, typed=f"{passphrase}\n")
    assert taken.returncode == 0, taken.stdout + taken.stderr
    assert "3 rows: all are right and registered" in taken.stderr


def test_one_person_gets_everything_as_json_and_is_erased_for_ever(box: Path, table: Path, tmp_path: Path) -> None:
    kiosk("residents", "import", table, "--config", box)
    found = kiosk("residents", "list", "--config", box, "--find", "--json", typed="试甲\n")
    ident = json.loads(found.stdout)["id"]
    mine = tmp_path / "mine.json"
    assert kiosk("residents", "export", mine, "--config", box, "--resident", ident).returncode == 0
    assert json.loads(mine.read_text(encoding="utf-8"))["details"]["name"] == "测试甲"
    clip = tmp_path / "store" / "voice" / "a.wav"
    clip.parent.mkdir()
    clip.write_bytes(b"sound")
    kept = kiosk("residents", "erase", ident, "--config", box, typed="n\n")
    assert (kept.returncode, clip.exists()) == (1, True)
    gone = kiosk("residents", "erase", ident, "--config", box, "--yes")
    assert (gone.returncode, "1 erased" in gone.stderr, clip.exists()) == (0, True, False)
    unknown = kiosk("residents", "erase", ident, "--config", box, "--yes")
    assert (unknown.returncode, "expected a resident who is registered here" in unknown.stderr) == (1, True)
    assert len(kiosk("residents", "list", "--config", box, "--json").stdout.splitlines()) == 2


def test_the_audit_log_is_verified_and_a_changed_line_is_named(box: Path, table: Path, tmp_path: Path) -> None:
    kiosk("residents", "import", table, "--config", box)
    well = kiosk("audit-log", "verify", "--config", box)
    assert (well.returncode, "4 lines, all as they were written" in well.stderr) == (0, True)
    noted = well.stdout.strip()
    assert kiosk("residents", "rotate-key", "--config", box).returncode == 0
    later = kiosk("audit-log", "verify", "--config", box, "--noted", noted)
    assert (later.returncode, "6 lines" in later.stderr) == (0, True)
    log = tmp_path / "store" / "residents" / "audit.log"
    log.write_text(log.read_text(encoding="ascii").replace('"imported"', '"exported"'), encoding="ascii")
    bad = kiosk("audit-log", "verify", "--config", box)
    assert (bad.returncode, bad.stdout) == (1, "line 4, entry 4, was changed, or the one before it\n")
    nonsense = kiosk("audit-log", "verify", "--config", box, "--noted", "7")
    assert (nonsense.returncode, "expected what an earlier check gave" in nonsense.stderr) == (2, True)


def test_caretakers_are_added_with_a_pin_that_nobody_guesses(box: Path) -> None:
    weak = kiosk("caretakers", "add", "--config", box, typed="Test One\n123456\n123456\n")
    assert (weak.returncode, "count up or down; choose another one" in weak.stderr) == (1, True)
    differ = kiosk("caretakers", "add", "--config", box, typed="Test One\n862413\n862414\n")
    assert (differ.returncode, "the two PINs differ" in differ.stderr) == (1, True)
    added = kiosk("caretakers", "add", "--config", box, typed="Test One\n862413\n862413\n")
    assert (added.returncode, "number 1: type it before the PIN" in added.stderr) == (0, True)
    assert kiosk("caretakers", "list", "--config", box).stdout == "1  Test One\n"
    assert kiosk("caretakers", "pin", "1", "--config", box, typed="970135\n970135\n").returncode == 0
    assert kiosk("caretakers", "remove", "1", "--config", box).returncode == 0
    gone = kiosk("caretakers", "remove", "1", "--config", box)
    assert (gone.returncode, "expected the number of a caretaker" in gone.stderr) == (1, True)
    for said in (weak, differ, added):
        assert "862413" not in said.stdout + said.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another account")
def test_another_account_does_not_lock_the_box_out(box: Path, table: Path, tmp_path: Path) -> None:
    os.chown(tmp_path / "store", 12345, 12345)
    done = kiosk("residents", "import", table, "--config", box)
    assert (done.returncode, "run this as the account that runs the box" in done.stderr) == (2, True)
    assert list((tmp_path / "store").iterdir()) == []


def test_a_registry_that_no_key_opens_is_said_and_put_aside(box: Path, table: Path, tmp_path: Path) -> None:
    kiosk("residents", "import", table, "--config", box)
    (tmp_path / "store" / "residents" / "residents.key").write_bytes(bytes(32))
    broken = as_a_process("residents", "list", "--config", box)
    assert broken.returncode == 1
    assert "opens with none of its keys" in broken.stderr
    assert "Traceback" not in broken.stderr
    aside = kiosk("residents", "set-aside", "--config", box)
    assert (aside.returncode, "residents.unreadable-1.db: kept here" in aside.stderr) == (0, True)
    assert kiosk("residents", "import", table, "--config", box).returncode == 0
