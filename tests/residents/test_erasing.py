"""Who is erased is nowhere any more: not in the file, its log, its free pages, its copies, the voice, the audit log."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cipher_pages import decrypted
from people_fakes import BY, NEEDS, SetClock, card, entry, full_entry, office_in, phone

from kiosk.residents.chain import Act
from kiosk.residents.consent import Purpose
from kiosk.residents.faults import RefusedError, ResidentsError
from kiosk.residents.forgetting import EmptiedFolder, Leaving
from kiosk.residents.keys import KEY
from kiosk.residents.opening import FILE, FRESH
from kiosk.residents.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kiosk.residents.office import Office
    from kiosk.residents.people import Resident

WORDS = (b"anary", phone(66)[3:].encode(), phone(67)[3:].encode(), card(66).encode())


def traces_in(folder: Path, words: Sequence[bytes] = WORDS) -> set[str]:
    """Search every byte of every file, and every page of every database and log without its encryption."""
    key = (folder / KEY).read_bytes()
    found = set()
    for file in (one for one in sorted(folder.rglob("*")) if one.is_file()):
        clear = decrypted(file, key) if ".db" in file.name and not file.name.endswith("-shm") else b""
        found |= {f"{file.name}: {word!r}" for word in words if word in file.read_bytes() + clear}
    return found


def lived_in(folder: Path, *, voice: Path | None = None) -> tuple[Office, Resident]:
    """A registry in which somebody was registered among others, corrected, given cards and codes, and searched for."""
    office = office_in(folder, traces=(EmptiedFolder(voice),) if voice else ())
    for number in range(12):
        office.registry.register(entry(number, name="测" * (number + 1), cards=(card(number + 100),)), BY)
    person = office.registry.register(full_entry("Canary"), BY)
    office.cards.code_card(person.id, BY)
    office.returns.give(person.id, "0412", person.details.places[0].place)
    office.registry.correct(person.id, full_entry("Canaryb").details, BY)
    office.registry.used(person.id)
    office.everything(person.id, BY)
    for other in [one for one in office.registry.all() if one.id != person.id][:2]:
        office.forgetting.erase([other.id], BY)  # free pages in between
    return office, person


def test_the_search_finds_what_is_there_also_under_the_encryption(tmp_path: Path) -> None:
    office, _ = lived_in(tmp_path)
    found = traces_in(tmp_path)
    assert {one.split(": ", 1)[0] for one in found} & {FILE, f"{FILE}-wal"}
    assert len({one.split(": ", 1)[1] for one in found}) == len(WORDS)
    office.close()


def test_an_erased_person_is_in_no_byte_of_the_folder(tmp_path: Path) -> None:
    voice = tmp_path / "voice"
    voice.mkdir()
    (voice / "0a1b.wav").write_bytes(b"Canary" * 1000)
    office, person = lived_in(tmp_path, voice=voice)
    backup = tmp_path / "backups" / "residents-monday.db"
    backup.parent.mkdir()
    office.vault.settle()
    shutil.copy(tmp_path / FILE, backup)
    (tmp_path / FRESH).write_bytes(backup.read_bytes())
    assert len(traces_in(tmp_path)) >= 8
    assert office.forgetting.erase([person.id], BY).people == 1
    assert traces_in(tmp_path) == set(), "while the box is running"
    office.close()
    assert traces_in(tmp_path) == set()
    assert not list(voice.iterdir())
    again = office_in(tmp_path)
    assert again.registry.count() == 10
    assert again.registry.find("canary") == []
    assert again.cards.look_up(card(66)) is Refusal.UNKNOWN
    assert again.ledger.check().findings == ()
    log = [line for line in again.ledger.about(person.id) if Act.ERASED in line]
    assert len(log) == 1
    again.close()


def test_what_a_withdrawn_consent_allowed_is_gone_without_a_trace(tmp_path: Path) -> None:
    office, person = lived_in(tmp_path)
    office.consents.withdraw(person.id, Purpose.CONTACT, BY)
    office.consents.withdraw(person.id, Purpose.NEEDS, BY)
    after = office.registry.get(person.id).details
    assert (after.contact, after.needs) == (None, frozenset())
    assert traces_in(tmp_path, (b"Canarybcontact", phone(67)[3:].encode(), b"blind")) == set()
    assert traces_in(tmp_path, (b"Canarybname",))
    office.consents.withdraw(person.id, Purpose.REGISTRATION, BY)
    assert traces_in(tmp_path) == set()
    office.close()


def test_a_removed_caretaker_leaves_no_name(tmp_path: Path) -> None:
    office = office_in(tmp_path)
    office.caretakers.add("Canarycare", "862413", "shell")
    office.caretakers.remove(1, "shell")
    assert traces_in(tmp_path, (b"anary",)) == set()
    office.close()


def test_erasing_is_all_or_nothing(office: Office) -> None:
    person = office.registry.register(entry(), BY)
    with pytest.raises(RefusedError, match="registered here"):
        office.forgetting.erase([person.id, "nobody"], BY)
    assert office.registry.get(person.id) == person
    assert office.forgetting.erase([person.id, person.id], BY).people == 1


def test_a_copy_that_no_key_opens_is_told_and_left(tmp_path: Path, office: Office) -> None:
    person = office.registry.register(entry(), BY)
    strange = tmp_path / "residents.unreadable-1.db"
    strange.write_bytes(b"\xff" * 8192)
    done = office.forgetting.erase([person.id], BY)
    assert (done.people, done.unreadable) == (1, (strange,))
    assert strange.read_bytes() == b"\xff" * 8192


class Stubborn:
    """Something that keeps clips and cannot let go of them at first."""

    def __init__(self) -> None:
        self.stuck = True
        self.forgot: list[str] = []

    def forget(self, people: Sequence[Leaving]) -> None:
        if self.stuck:
            raise PermissionError(13, "Permission denied")
        self.forgot += [one.resident.details.name for one in people]


def test_what_others_cannot_forget_yet_is_told_and_done_at_the_next_start(tmp_path: Path) -> None:
    trace = Stubborn()
    office = office_in(tmp_path, traces=(trace,))
    person = office.registry.register(full_entry("Canary"), BY)
    with pytest.raises(ResidentsError, match="Stubborn: Permission denied") as caught:
        office.forgetting.erase([person.id], BY)
    assert "anary" not in str(caught.value)
    assert office.cards.look_up(card(66)) is Refusal.UNKNOWN, "served no more from the first moment"
    assert office.registry.count() == 0
    office.close()
    office = office_in(tmp_path, traces=(trace,))
    assert "Stubborn" in office.pending
    office.close()
    trace.stuck = False
    office = office_in(tmp_path, traces=(trace,))
    assert (office.pending, trace.forgot) == ("", ["Canaryname"])
    assert traces_in(tmp_path) == set()
    office.close()


def test_a_reader_in_another_process_only_puts_off_the_last_traces(tmp_path: Path) -> None:
    office, person = lived_in(tmp_path)
    other = office_in(tmp_path)
    office.vault._connection.execute("PRAGMA busy_timeout = 50")  # noqa: SLF001 - ten seconds would be waited for
    with other.vault.change():
        pass
    other.vault._connection.execute("BEGIN")  # noqa: SLF001 - a read that goes on
    other.vault.rows("SELECT count(*) FROM residents")
    with pytest.raises(ResidentsError, match="being read by another process"):
        office.forgetting.erase([person.id], BY)
    other.vault._connection.execute("COMMIT")  # noqa: SLF001
    other.close()
    office.forgetting.finish()
    assert traces_in(tmp_path) == set()
    office.close()


# -- retention ---------------------------------------------------------------------------------------------------------


def test_who_has_not_come_for_two_years_is_forgotten_and_who_has_is_not(tmp_path: Path, clock: SetClock) -> None:
    office = office_in(tmp_path, clock)
    gone, here = (office.registry.register(entry(n), BY) for n in (0, 1))
    clock.go_on(timedelta(days=700).total_seconds())
    office.registry.used(here.id)
    assert office.forgetting.purge(730).people == 0
    clock.go_on(timedelta(days=40).total_seconds())
    assert office.forgetting.purge(730).people == 1
    assert [one.id for one in office.registry.all()] == [here.id]
    assert any(Act.ERASED in line for line in office.ledger.about(gone.id))
    office.close()


def test_a_clock_that_cannot_be_trusted_forgets_nobody(office: Office, clock: SetClock) -> None:
    clock.trusted = False
    office.registry.register(entry(), BY)
    clock.go_on(timedelta(days=4000).total_seconds())
    with pytest.raises(ResidentsError, match="not synchronised"):
        office.forgetting.purge(730)
    clock.trusted = True
    assert office.forgetting.purge(730).people == 0, "nobody knows how old it is, so it counts from today"
    clock.go_on(timedelta(days=731).total_seconds())
    assert office.forgetting.purge(730).people == 1


def test_old_dead_cards_and_used_codes_are_let_go(office: Office, clock: SetClock) -> None:
    person = office.registry.register(full_entry("word"), BY)
    code = office.returns.give(person.id, "0412", person.details.places[0].place)
    office.returns.redeem(code)
    office.cards.lost(person.id, BY)
    clock.go_on(timedelta(days=366).total_seconds())
    office.registry.used(person.id)
    office.forgetting.purge(730)
    assert office.cards.look_up(card(66)) is Refusal.UNKNOWN
    assert office.vault.rows("SELECT * FROM returns") == []
    assert office.returns.redeem(code) is Refusal.EXPIRED


def test_needs_may_come_back_with_a_new_consent(office: Office) -> None:
    person = office.registry.register(full_entry("word"), BY)
    office.consents.withdraw(person.id, Purpose.NEEDS, BY)
    office.consents.give(person.id, NEEDS, BY)
    details = office.registry.get(person.id).details
    assert details.needs == frozenset()
    given = office.consents.of(person.id)
    assert [one.withdrawn_at is None for one in given if one.purpose is Purpose.NEEDS] == [False, True]
