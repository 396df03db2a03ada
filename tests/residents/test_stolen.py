"""Whoever takes the files reads nothing in them, and nothing personal shows by accident."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from people_fakes import BY, card, full_entry, office_in

from kiosk.residents.codes import read
from kiosk.residents.faults import ResidentsError
from kiosk.residents.keys import KEY, NEXT, Keys
from kiosk.residents.opening import FILE, change_key, set_aside

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.residents.office import Office


def test_nothing_of_a_person_can_be_read_in_the_files(tmp_path: Path, office: Office) -> None:
    saved = office.registry.register(full_entry("Canary"), BY)
    code = office.cards.code_card(saved.id, BY)
    office.caretakers.add("Canarycare", "862413", "shell")
    everything = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert len(everything) > 20_000
    for secret in ("anary", "2025550166", "862413", card(66), code[3:-3], "SQLite", "CREATE TABLE"):
        assert secret.encode() not in everything, secret
    log = (tmp_path / "audit.log").read_text(encoding="ascii")
    assert saved.id in log


def test_no_code_is_kept_only_its_keyed_hash(office: Office) -> None:
    saved = office.registry.register(full_entry("Canary"), BY)
    code = office.cards.code_card(saved.id, BY)
    token = read(code)
    assert token is not None
    dump = repr([office.vault.rows(f"SELECT * FROM {table}") for table in ("cards", "residents", "facts")])  # noqa: S608 - names from here
    for secret in (code, code[3:-3], token[1].hex(), repr(token[1])[2:-1]):
        assert secret not in dump


def test_key_and_folder_are_their_owners_alone(tmp_path: Path) -> None:
    office = office_in(tmp_path / "residents")
    office.registry.register(full_entry("Canary"), BY)

    def modes() -> dict[str, int]:
        return {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "residents").iterdir()}

    assert stat.S_IMODE((tmp_path / "residents").stat().st_mode) == 0o700
    assert {KEY, FILE, f"{FILE}-wal", "operator.key", "audit.log"} <= modes().keys()
    assert set(modes().values()) == {0o600}
    office.close()
    change_key(Keys(tmp_path / "residents", None))
    assert set(modes().values()) == {0o600}


def test_the_file_without_its_key_lets_nobody_in_and_is_left_as_it_is(tmp_path: Path) -> None:
    office = office_in(tmp_path)
    office.registry.register(full_entry("Canary"), BY)
    office.close()
    before = (tmp_path / FILE).read_bytes()
    (tmp_path / KEY).rename(tmp_path / "kept")
    with pytest.raises(ResidentsError, match=r"no key for it: restore residents\.key"):
        office_in(tmp_path)
    assert not (tmp_path / KEY).exists(), "a new key would only hide that the old one is wanting"
    (tmp_path / KEY).write_bytes(bytes(32))
    with pytest.raises(ResidentsError, match="opens with none of its keys") as caught:
        office_in(tmp_path)
    assert caught.value.corrupt
    (tmp_path / KEY).write_bytes(b"short")
    with pytest.raises(ResidentsError, match="has 5 bytes: expected 32"):
        office_in(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before
    (tmp_path / "kept").replace(tmp_path / KEY)
    again = office_in(tmp_path)
    assert again.registry.count() == 1
    again.close()


def test_a_damaged_registry_is_set_aside_only_when_it_is_asked_for(tmp_path: Path) -> None:
    office = office_in(tmp_path)
    office.close()
    (tmp_path / FILE).write_bytes(b"\xff" * 8192)
    with pytest.raises(ResidentsError, match="set-aside"):
        office_in(tmp_path)
    aside = set_aside(tmp_path)
    assert aside == tmp_path / "residents.unreadable-1.db"
    assert aside.read_bytes() == b"\xff" * 8192
    fresh = office_in(tmp_path)
    assert fresh.registry.count() == 0
    with pytest.raises(ResidentsError, match="in use: stop the box first"):
        set_aside(tmp_path)
    fresh.close()


def test_a_systemd_credential_is_the_key_and_no_file_is_made(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / KEY).write_bytes(bytes(range(32)))
    folder = tmp_path / "residents"
    office = office_in(folder, credentials=credentials)
    office.registry.register(full_entry("Canary"), BY)
    office.close()
    assert not (folder / KEY).exists()
    keys = Keys.of(folder, {"CREDENTIALS_DIRECTORY": str(credentials)})
    assert [key.path for key in keys.all()] == [credentials / KEY]
    again = office_in(folder, credentials=credentials)
    assert again.registry.count() == 1
    again.close()


def test_an_old_key_is_written_over_where_it_lay(tmp_path: Path) -> None:
    office_in(tmp_path).close()
    same_bytes = tmp_path / "another-name-of-the-same-file"
    same_bytes.hardlink_to(tmp_path / KEY)
    old = same_bytes.read_bytes()
    change_key(Keys(tmp_path, None))
    assert same_bytes.read_bytes() != old
    assert len((tmp_path / KEY).read_bytes()) == 32


def test_a_key_that_is_a_credential_is_changed_in_two_steps_by_the_operator(tmp_path: Path) -> None:
    credentials, folder = tmp_path / "credentials", tmp_path / "residents"
    credentials.mkdir()
    office = office_in(folder)
    person = office.registry.register(full_entry("Canary"), BY)
    office.close()
    (credentials / KEY).write_bytes(bytes(range(32)))
    keys = Keys(folder, credentials)
    assert change_key(keys) == credentials / KEY, "from a file to a credential"
    assert not (folder / KEY).exists()
    with pytest.raises(
        ResidentsError, match=r"only the operator can change: add a second one named residents\.key\.next"
    ):
        change_key(keys)
    (credentials / NEXT).write_bytes(bytes(range(1, 33)))
    assert change_key(keys) == credentials / NEXT
    office = office_in(folder, credentials=credentials)
    assert office.registry.get(person.id) == person, "before the operator has renamed it"
    office.close()
    (credentials / NEXT).replace(credentials / KEY)
    office = office_in(folder, credentials=credentials)
    assert office.registry.get(person.id) == person
    with pytest.raises(ResidentsError, match="in use: stop the box first"):
        change_key(keys)
    office.close()
