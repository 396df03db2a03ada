"""A table is taken in as spreadsheets write it, all or nothing, and what is wrong is told line by line."""

from __future__ import annotations

import csv
import io
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people_fakes import BY, SetClock, card, entry, full_entry, office_in, phone

from kiosk.residents.bulk import give_out, take_in
from kiosk.residents.columns import COLUMNS, NAMES
from kiosk.residents.consent import Giver, Purpose
from kiosk.residents.csv_in import TableError, cleaned, read_table
from kiosk.residents.csv_out import safe, table
from kiosk.residents.people import Need, Picture
from kiosk.residents.row_in import exact

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.residents.bulk import TakenIn
    from kiosk.residents.office import Office

HEAD = "name,phone,consents,notice"


def rows(*lines: str, head: str = HEAD, end: str = "\n") -> bytes:
    return end.join([head, *lines, ""]).encode()


def taken(office: Office, data: bytes, *, save: bool = True) -> TakenIn:
    return take_in(office, data, BY, lambda number: f"{int(number, 16):064x}", notice="notice-9", save=save)


def names(office: Office) -> set[str]:
    return {one.details.name for one in office.registry.all()}


CHINESE = (
    "姓名,电话,同意,告知书版本\r\n测试䶮,+1 202-555-0101,登记,1\r\n测试㛃,+1 202-555-0102,登记 共享,1\r\n,,,\r\n\r\n"
)


@pytest.mark.parametrize(
    "data",
    [
        CHINESE.encode(),
        CHINESE.encode("utf-8-sig"),
        CHINESE.encode("gb18030"),
        CHINESE.encode("utf-16"),
        CHINESE.replace(",", ";").encode("utf-8-sig"),
        CHINESE.replace(",", "\t").encode("utf-16"),
        b"sep=;\r\n" + CHINESE.replace(",", ";").encode(),
        CHINESE.replace("\r\n", "\n").encode("gb18030"),
        CHINESE.replace("+1 202-555-0101", '="+12025550101"').encode(),
        CHINESE.replace("+1 202-555-0101", '"=""+12025550101"""').encode(),
        CHINESE.replace("+1 202-555-0101", "'+1 202-555-0101").encode(),
        CHINESE.replace("+1 202-555-0101", "+12025550101.0").encode(),
        CHINESE.replace("测试䶮", '" 测试䶮 "').encode(),
        CHINESE.replace("测试䶮", "测试\ue863").encode(),
    ],
)
def test_every_way_a_spreadsheet_saves_it_gives_the_same_people(office: Office, data: bytes) -> None:
    done = taken(office, data)
    assert done.bad == ()
    assert (done.rows, done.saved) == (2, 2)
    assert names(office) == {"测试䶮", "测试㛃"}
    assert {one.details.phone for one in office.registry.all()} == {phone(1), phone(2)}


def test_all_columns_are_read_in_both_languages(office: Office) -> None:
    english = (
        "name,pinyin,phone,card,pickup,needs,language,volume,places,recurring,contact_name,contact_phone,"
        "contact_relation,consents,consent_by,authority,consent_at,notice\n"
        "Test One,ce4 shi4,+12025550101,0A0B0C0D0E,East gate,walker; blind,en,1.5,"
        '"hospital=East clinic@31.2,121.4;ring twice | home=Home@31,121","Tue Thu 08:30 hospital 2026-01-01..",'
        "Test Kin,+12025550102,son,registration needs contact family,representative,guardian,2026/3/1 0:00,7\n"
    )
    chinese = (
        "姓名,拼音,手机号,卡号,上车点,特殊需要,语言,音量,常去地点,定期用车,紧急联系人,紧急联系人电话,关系,同意,同意人,授权依据,同意日期,告知书版本\n"
        "测试,ce4 shi4,+12025550103,01020304,东门,助行器、盲,英文,1.5,医院=东院@31.2,周二 周四 08:30 医院,"
        "亲属,+12025550104,子,登记 特殊需要 联系人 家人,代理人,监护证明,2026年3月1日,7\n"
    ).replace("医院=东院@31.2,", '"医院=东院@31.2,121.4;按两次 | 家=家@31,121",')
    assert taken(office, english.encode()).bad == ()
    assert taken(office, chinese.encode("gb18030")).bad == ()
    for person in office.registry.all():
        details = person.details
        assert (details.language, details.volume, details.needs) == ("en", 1.5, {Need.WALKER, Need.BLIND})
        assert [one.picture for one in details.places] == [Picture.HOSPITAL, Picture.HOME]
        assert details.places[0].place.note
        [ride] = details.recurring
        assert (ride.days, f"{ride.at:%H:%M}", ride.to) == ({1, 3}, "08:30", Picture.HOSPITAL)
        assert details.contact is not None
        first = office.consents.of(person.id)[0]
        assert (first.notice, first.given_by, f"{first.given_at:%Y-%m-%d}") == ("7", Giver.REPRESENTATIVE, "2026-03-01")
        assert office.consents.active(person.id) == {*Purpose} - {Purpose.SHARING}
        assert len(office.cards.hashes(person.id)) == 1


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Test👵,+12025550101,registration,1", "line 2: name: expected letters, and character 5"),
        ("Test,1.20256E+10,registration,1", "line 2: phone: a spreadsheet has rounded this number"),
        ("Test,12345,registration,1", "line 2: phone: expected a telephone number that exists"),
        ("Test,+12025550101,,1", "line 2: consent.registration: expected the consent"),
        ("Test,+12025550101,registraton,1", "line 2: consents: expected words out of: registration, needs"),
        (",+12025550101,registration,1", "line 2: name: expected at least one letter"),
        ("Test,+12025550101,registration,1,x,y", "line 2: row: 2 more cells than the first line"),
        ('"Te\nst",+12025550101,registration,1', "line 2: name: expected letters, and character 3"),
    ],
)
def test_a_wrong_row_is_one_line_that_quotes_nothing(office: Office, row: str, told: str) -> None:
    done = taken(office, rows(row))
    [bad] = done.bad
    assert str(bad).startswith(told)
    assert done.saved == 0
    for value in row.split(","):
        assert len(value) < 6 or value not in str(bad).replace("out of: registration", "")
    assert office.registry.count() == 0


def test_one_bad_row_keeps_all_of_them_out_and_the_log_says_nothing(office: Office) -> None:
    good = [f"Test {letter},{phone(n)},registration,1" for n, letter in enumerate("abcdefgh")]
    done = taken(office, rows(*good, "Test,x,registration,1"))
    assert [bad.number for bad in done.bad] == [10]
    assert (done.rows, done.saved, office.registry.count(), office.ledger.check().lines) == (9, 0, 0, 0)
    done = taken(office, rows(*good), save=False)
    assert (done.bad, done.saved, office.registry.count(), office.ledger.check().lines) == ((), 0, 0, 0)
    assert taken(office, rows(*good)).saved == 8
    assert office.ledger.check().lines == 9, "each of them, and the import"


def test_somebody_twice_is_told_with_both_lines(office: Office) -> None:
    one = f"Test a,{phone(1)},registration,1"
    two = f"Test b,{phone(1)},registration,1"
    done = taken(office, rows('"Test\u3000c",,registration,1', one, one, two))
    assert [bad.number for bad in done.bad] == [4, 5]
    assert "registered already" in str(done.bad[0])
    assert str(done.bad[1]).endswith("(as line 3 of this file)")


def test_lines_are_counted_as_an_editor_counts_them(office: Office) -> None:
    odd = '"Test\r\nx",+12025550101,registration,1'
    done = taken(office, rows("", odd, "", "Test,7,registration,1", end="\r\n"))
    assert [bad.number for bad in done.bad] == [3, 6]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "names no column that we know"),
        (b"Canary,1\nCanary,2\n", "names no column that we know"),
        (b"name,phone\n\0\0", "zero bytes"),
        (b"name,name\nx,y\n", "two columns are named name"),
        (b'name,phone\n"Canary,1\nx,y\n', "line 2: a quotation mark is opened or closed"),
        ("name\n测试测试测试测试测试测试\n".encode() + b"\xff\n", "line 3: the text is not whole UTF-8"),
        (b"name\n\x81\x20\xff\xff\n", "line 2: the text is neither UTF-8 nor GB18030"),
        (b"\xff\xfen\x00a", "names no column|not whole utf-16"),
        (b"name\n" + b"x\n" * 200_002, "more than 200000 rows"),
    ],
)
def test_a_file_that_is_no_table_is_one_sentence(data: bytes, told: str) -> None:
    with pytest.raises(TableError, match=told) as caught:
        read_table(data, NAMES)
    assert "anary" not in str(caught.value)


def test_columns_that_nobody_knows_are_told() -> None:
    assert read_table("序号,姓名,备注,\n1,测试,x,\n".encode(), NAMES).left_out == [1, 3]


@pytest.mark.timeout(60)
def test_ten_thousand_rows_with_thirty_seven_bad_ones_take_seconds(office: Office) -> None:
    bad = set(range(100, 10_000, 270))
    assert len(bad) == 37
    lines = [
        f"测试{chr(0x4E00 + n // 100)}{chr(0x5E00 + n % 100)},+861390000{n:04d},registration,1" for n in range(10_000)
    ]
    wrong = [line.replace("+861390000", "12") if n in bad else line for n, line in enumerate(lines)]
    began = time.perf_counter()
    done = taken(office, rows(*wrong))
    assert {row.number - 2 for row in done.bad} == bad
    assert office.registry.count() == 0
    assert time.perf_counter() - began < 40, "two seconds on a machine that does nothing else"
    assert taken(office, rows(*lines[:500])).saved == 500
    assert office.ledger.check().findings == ()


# -- out ---------------------------------------------------------------------------------------------------------------


def test_what_goes_out_comes_in_again_as_it_was(tmp_path: Path, office: Office) -> None:
    saved = [office.registry.register(full_entry("word"), BY), office.registry.register(entry(1, phone=""), BY)]
    office.registry.register(entry(2, phone=phone(66), shares_phone=True, pickup="=cmd|' /C calc'!A0"), BY)
    other = office_in(tmp_path / "other", SetClock())
    done = taken(other, give_out(office, BY))
    assert done.bad == ()
    by_name = {one.details.name: one for one in other.registry.all()}
    for one in office.registry.all():
        assert by_name[one.details.name].details == one.details
    again = by_name[saved[0].details.name]
    assert other.cards.look_up(card(66)) == again
    assert other.consents.active(again.id) == office.consents.active(saved[0].id)
    other.close()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "'=1"])
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    [_, line] = csv.reader(io.StringIO(table([dict.fromkeys(COLUMNS, "") | {"name": cell}]).decode("utf-8-sig")))
    assert line[0] == f"'{cell}"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(str.strip))
def test_what_is_made_safe_is_read_as_it_was(cell: str) -> None:
    if not cell.startswith("=") and not cell.endswith(".0") and not cell.startswith("'"):
        assert cleaned(safe(cell)) == cleaned(cell) == cell.strip(" \u3000\ufeff")
    assert not safe(cell).startswith(("=", "+", "-", "@"))


def test_a_number_that_lost_no_digit_is_written_out() -> None:
    assert exact("1.3800138000E+10") == "13800138000"
    assert exact("1.38001E+10") == "1.38001E+10"
    assert exact("13800138000") == "13800138000"
