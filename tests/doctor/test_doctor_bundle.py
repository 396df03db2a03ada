"""The zip for support: what support needs is in it, and nobody's name, number, token or card is."""

from __future__ import annotations

import json
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest
from doctor_fakes import Played

from dispatch_client.attempts import new_case
from dispatch_client.clock import SystemClock
from dispatch_client.ladder import Ladder
from dispatch_client.outbox import load_key, open_outbox
from dispatch_client.plan import Policy
from dispatch_client.providers.hail_api import HailApiProvider
from dispatch_client.trips import Place, TripRequest
from hardware.readers.cards import card_hash
from kiosk.app.pulse import FILE
from kiosk.doctor.bundle import BundleError, write
from kiosk.doctor.examination import Report, examine
from kiosk.doctor.redaction import log_lines
from kiosk.doctor.result import ok, warn

if TYPE_CHECKING:
    from pathlib import Path

NAME, PHONE, TOKEN, CARD = "Canary Zhou", "+1 202-555-0143", "t0ken-canary-9f8e7d", "0F0012AB34"
HASH = card_hash(bytes(32), CARD)
CANARIES = ("Canary", "Zhou", "555-0143", "5550143", "t0ken", "9f8e7d", CARD, HASH, HASH[:12], "31.2366", "121.4297")
TOML = f"""
[box]
code = "0412"
place = {{ zh_CN = "{NAME}", en = "{NAME}" }}
gate = {{ zh_CN = "{NAME}", en = "{NAME}" }}
lat = 31.2366
lon = 121.4297
phone = "{PHONE}"
note = "ask {NAME}"
[dispatch]
url = "http://127.0.0.1:9/{TOKEN}"
token_file = "{NAME}.token"
contact_phone = "{PHONE}"
options = {{ account = "{NAME}", api_secret = "{TOKEN}" }}
[printer]
port = "/dev/no-such-printer"
[voice]
enabled = false
[store]
folder = "store"
"""
UUID = "2f1e0c1e-0000-4000-8000-000000000007"
LOG = [
    {"at": "2026-03-04T12:00:00Z", "level": "info", "event": "dispatcher reached", "trip": UUID},
    {"at": "2026-03-04T12:00:01Z", "level": "warning", "event": "device not working", "device": "printer", "why": NAME},
    {"event": f"{NAME} pressed", "level": "info"},
    {"event": "slip", "result": "printed", "name": NAME, "phone": PHONE, "card": CARD, "job": HASH, NAME: 1},
    {"event": f"called {PHONE}", "token": TOKEN, "number": 12025550143, "nested": {"who": [NAME, {"n": NAME}]}},
    {"event": "the flow failed, back to the home screen", "where": ["app/kiosk.py:12 _step"], "error": {"says": NAME}},
]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A configuration with a store, a health file and a token, all full of canaries."""
    path = tmp_path / "kiosk.toml"
    path.write_text(TOML, encoding="utf-8")
    (tmp_path / f"{NAME}.token").write_text(TOKEN, encoding="ascii")
    folder = tmp_path / "store"
    outbox, _ = open_outbox(folder, load_key(folder / "store.key"))
    now = SystemClock().now()
    request = TripRequest(UUID, Place(NAME, 31.2366, 121.4297, NAME), now.wall, 7, "0412", PHONE, note=NAME)
    provider = HailApiProvider("http://127.0.0.1:9", TOKEN)
    outbox.add(new_case(request, HASH, Ladder.of(provider), now, Policy()))
    outbox.close()
    finding = {"id": "printer.link", "health": "fail", "sentence": f"{CARD} {PHONE} {HASH}", "cure": f"Bearer {TOKEN}"}
    word = {"pid": 1, "boot_id": now.boot_id, "devices": [{"name": "printer", "findings": [finding]}]}
    (folder / FILE).write_text(json.dumps(word), encoding="utf-8")
    return path


def packed(file: Path) -> dict[str, str]:
    with zipfile.ZipFile(file) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def searched(file: Path) -> list[str]:
    everything = file.read_bytes() + "".join(name + text for name, text in packed(file).items()).encode()
    return [canary for canary in CANARIES if canary.encode().lower() in everything.lower()]


def test_nobody_is_in_any_byte_of_it_and_what_helps_is(box: Path, tmp_path: Path, played: Played) -> None:
    log = tmp_path / "box.log"
    lines = [*(json.dumps(entry, ensure_ascii=False) for entry in LOG), f"Traceback: {NAME} {PHONE}", f"<4>{NAME}"]
    log.write_text("\n".join(lines), encoding="utf-8")
    file = tmp_path / "support.zip"
    report = examine(box, machine=played.machine)
    assert {"outbox.rows", "dispatcher.connection", "printer.port"} <= {result.id for result in report.results}
    write(file, report, box, played.machine, log)
    assert searched(file) == []
    members = packed(file)
    doctor, config = json.loads(members["doctor.json"]), json.loads(members["config.json"])
    assert {one["id"] for one in doctor["results"]} == {result.id for result in report.results}
    assert config["dispatch.url"] == "http://127.0.0.1:9"
    assert config["dispatch.deadline_s"] == 480
    assert config["printer.port"] == "/dev/no-such-printer"
    assert config["box.note"] == "(set)"
    assert members["summary.txt"].strip() == report.summary
    told = [json.loads(line) for line in members["log.jsonl"].splitlines()]
    assert told[0] == LOG[0], "what the program itself says, and a trip's own name"
    assert [entry["event"] for entry in told[1:4]] == ["device not working", "[hidden]", "slip"]
    assert told[3]["result"] == "printed"
    assert told[5]["where"] == ["app/kiosk.py:12 _step"]
    assert told[-1] == {"event": "lines that are not of this program were left out", "count": 2}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_journal_is_asked_where_no_log_is_given(box: Path, tmp_path: Path, played: Played) -> None:
    played.program("journalctl", f"""echo '{json.dumps({"event": "dispatcher reached", "who": NAME})}'""")
    file = tmp_path / "support.zip"
    write(file, Report("0412", "2026-03-04T12:00:00+00:00", "0.1.0", 1.0, [ok("a.a", "Good.")]), box, played.machine)
    [line] = packed(file)["log.jsonl"].splitlines()
    assert json.loads(line)["event"] == "dispatcher reached"
    assert searched(file) == []


def test_a_wrong_configuration_is_packed_without_its_values(box: Path, tmp_path: Path, played: Played) -> None:
    box.write_text(TOML.replace("lat = 31.2366", f'lat = "{NAME}"').replace("0412", TOKEN), encoding="utf-8")
    file = tmp_path / "support.zip"
    write(file, examine(box, machine=played.machine), box, played.machine)
    assert searched(file) == []
    assert json.loads(packed(file)["config.json"]) == {"problems": 1}


def test_user_names_in_paths_are_left_out(tmp_path: Path, played: Played) -> None:
    file = tmp_path / "support.zip"
    result = warn("config.file", "/home/zhou/kiosk.toml: no such file.", "See /home/zhou/x.")
    write(file, Report("", "2026-03-04T12:00:00+00:00", "0.1.0", 1.0, [result]), tmp_path / "none", played.machine)
    assert "zhou" not in "".join(packed(file).values())
    assert "/home/…/kiosk.toml" in packed(file)["doctor.json"]


def test_a_file_that_is_there_is_never_written_over(box: Path, tmp_path: Path, played: Played) -> None:
    report = Report("", "2026-03-04T12:00:00+00:00", "0.1.0", 1.0, [ok("a.a", "Good.")])
    file = tmp_path / "support.zip"
    file.write_bytes(b"mine")
    with pytest.raises(BundleError, match="exists already"):
        write(file, report, box, played.machine)
    assert file.read_bytes() == b"mine"
    with pytest.raises(BundleError, match="cannot be read"):
        write(tmp_path / "b.zip", report, box, played.machine, tmp_path / "no.log")
    with pytest.raises(BundleError, match="cannot be written"):
        write(tmp_path / "none" / "b.zip", report, box, played.machine)


def test_a_line_of_a_log_with_the_journal_s_mark_is_understood() -> None:
    [line] = log_lines('<6>{"event": "dispatcher reached"}')
    assert json.loads(line) == {"event": "dispatcher reached"}


def test_the_summary_is_one_short_line_of_ascii() -> None:
    results = [ok("a.a", ""), warn("clock.sync", "", ""), warn("sound.cards", "", "")]
    report = Report("0412号", "2026-03-04T12:00:00+00:00", "0.1.0", 1.0, results)
    assert report.summary == ("taxi-kiosk 0.1.0 | box 0412? | 2026-03-04T12:00:00+00:00 | WARN: clock.sync sound.cards")
    assert Report("1", "t", "0", 1.0, [ok("a.a", "")]).summary.endswith("all OK")
