"""Whatever is done to the audit log behind our back is found, and where."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from people_fakes import BY, card, entry, full_entry, office_in

from kiosk.residents.chain import Act, Head
from kiosk.residents.ledger import FILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.residents.office import Office

Lines = list[str]


@pytest.fixture
def log(tmp_path: Path, office: Office) -> Path:
    """A log of ten lines."""
    for number in range(10):
        office.registry.register(entry(number), BY)
    assert office.ledger.check().findings == ()
    return tmp_path / FILE


def rewrite(log: Path, change: Callable[[Lines], Lines]) -> None:
    log.write_text("".join(f"{line}\n" for line in change(log.read_text(encoding="ascii").splitlines())))


def renumbered(line: str, n: int) -> str:
    return f'{{"n":{n},' + line.split(",", 1)[1]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda a: [*a[:4], a[4].replace(BY, "caretaker-2"), *a[5:]], "line 5, entry 5, was changed"),
        (lambda a: [*a[:4], a[4].replace("09:00", "09:01"), *a[5:]], "line 5, entry 5, was changed"),
        (lambda a: [*a[:4], *a[5:]], "line 5 is entry 6: 1 before it are missing (from entry 5 on)"),
        (lambda a: a[3:], "line 1 is entry 4: 3 before it are missing (from entry 1 on)"),
        (lambda a: a[:-1], "the log ends after entry 9: 1 at its end are missing"),
        (lambda _: [], "the log ends after entry 0: 10 at its end are missing"),
        (lambda a: [*a[:4], a[5], a[4], *a[6:]], "line 6 is entry 5 and stands after entry 6: moved or put in twice"),
        (lambda a: [*a, a[-1]], "line 11 is entry 10 and stands after entry 10: moved or put in twice"),
        (lambda a: [*a, renumbered(a[-1], 11)], "line 11, entry 11, was changed"),
        (lambda a: [*a[:4], "", *a[4:]], "line 5 is not a line of this log"),
        (lambda a: [*a[:4], a[4][:40], *a[5:]], "line 5 is not a line of this log"),
        (lambda a: [*a[:4], renumbered(a[5], 5), *[renumbered(x, i + 6) for i, x in enumerate(a[6:])]], "was changed"),
        (lambda a: [*a[:9], a[9].replace('"cards":1', '"cards":2')], "line 10, entry 10, was changed"),
    ],
)
def test_what_was_changed_removed_moved_or_cut_off_is_found(
    office: Office, log: Path, change: Callable[[Lines], Lines], found: str
) -> None:
    rewrite(log, change)
    findings = office.ledger.check().findings
    assert any(found in finding for finding in findings), findings


@pytest.mark.parametrize("at", range(0, 250, 11))
def test_no_byte_can_be_changed_unseen(office: Office, log: Path, at: int) -> None:
    raw = bytearray(log.read_bytes())
    raw[700 + at] ^= 1
    log.write_bytes(bytes(raw))
    assert office.ledger.check().findings


def test_a_removed_log_is_found_and_what_follows_is_still_written(office: Office, log: Path) -> None:
    log.unlink()
    office.registry.register(entry(11, name="测试丑"), BY)
    verdict = office.ledger.check()
    assert verdict.findings == ("line 1 is entry 11: 10 before it are missing (from entry 1 on)",)


def test_lines_of_somebody_else_are_found_and_ours_go_on_after_them(office: Office, log: Path) -> None:
    with log.open("a", encoding="ascii") as file:
        file.write('{"n":11,"at":"1999')
    office.registry.register(entry(11, name="测试丑"), BY)
    assert office.ledger.check().findings == ("line 11 is not a line of this log",)
    assert json.loads(log.read_text(encoding="ascii").splitlines()[-1])["n"] == 11


def test_an_older_registry_put_back_is_found_by_its_log(tmp_path: Path, office: Office, log: Path) -> None:
    office.close()
    shutil.copytree(tmp_path, tmp_path / "old")
    office = office_in(tmp_path)
    office.registry.register(entry(11, name="测试丑"), BY)
    office.close()
    shutil.copy(log, tmp_path / "old" / FILE)
    back = office_in(tmp_path / "old")
    assert back.ledger.check().findings == (
        "the log has 1 more than the registry knows of: an older copy of the registry was put back",
    )
    back.close()


def test_registry_and_log_put_back_together_are_found_by_a_head_that_was_noted(tmp_path: Path, office: Office) -> None:
    office.registry.register(entry(0), BY)
    office.close()
    shutil.copytree(tmp_path, tmp_path / "old")
    office = office_in(tmp_path)
    office.registry.register(entry(1), BY)
    noted = office.ledger.check().head
    office.registry.register(entry(2), BY)
    assert office.ledger.check(noted).findings == ()
    office.close()
    back = office_in(tmp_path / "old")
    assert back.ledger.check().findings == (), "this is what no box can see by itself"
    assert "entry 2 is not the one that was noted" in back.ledger.check(noted).findings[0]
    back.registry.register(entry(3), BY)
    assert back.ledger.check(noted).findings
    assert back.ledger.check(Head(1, noted.seal)).findings
    back.close()


def test_every_change_to_a_person_has_its_line_and_nothing_personal_in_it(tmp_path: Path, office: Office) -> None:
    person = office.registry.register(full_entry("Canary"), BY)
    office.registry.correct(person.id, person.details, "caretaker-2")
    office.cards.bind(person.id, card(99), BY)
    code = office.cards.code_card(person.id, BY)
    office.cards.lost(person.id, BY)
    office.everything(person.id, BY)
    office.forgetting.erase([person.id], BY)
    entries = [json.loads(line) for line in office.ledger.about(person.id)]
    acts = [Act.REGISTERED, Act.CORRECTED, Act.CARD_BOUND, Act.CODE_CARD, Act.CARD_DEAD]
    assert [one["did"] for one in entries] == [*acts, Act.EXPORTED, Act.ERASING, Act.ERASED]
    assert entries[1]["who"] == "caretaker-2"
    text = (tmp_path / FILE).read_text(encoding="ascii")
    for word in ("anary", "2025550166", card(66), card(99), code[3:-3]):
        assert word not in text


def test_what_was_not_done_has_no_line(office: Office, log: Path) -> None:
    before = log.read_bytes()
    with pytest.raises(Exception, match="registered already"):
        office.registry.register(entry(0), BY)
    assert log.read_bytes() == before
    assert office.ledger.check().lines == 10


def test_a_log_that_cannot_be_written_holds_nobody_up_and_loses_nothing(tmp_path: Path, office: Office) -> None:
    (tmp_path / FILE).mkdir()  # root may write everywhere, but not into a folder
    office.registry.register(entry(0), BY)
    assert not office.ledger.bring_up()
    (tmp_path / FILE).rmdir()
    office.registry.register(entry(1), BY)
    verdict = office.ledger.check()
    assert (verdict.lines, verdict.findings) == (2, ())
