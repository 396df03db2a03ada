from __future__ import annotations

from dataclasses import replace

import pytest
from printer_kit import Way, codes_on, shows

from hardware.paper import QR, Align, Badge, Boxed, Columns, Document, Fonts, Mixed, Rule, Size, Space, Text
from hardware.printers.codepage import coded
from hardware.printers.profiles import PROFILES, Charset, Mode
from hardware.virtual.escpos_machine import Machine


@pytest.fixture
def native(fonts: Fonts) -> Way:
    return Way(Mode.NATIVE, fonts)


def lines(native: Way, *blocks: Text | Mixed | Badge | Boxed | Columns | Rule | QR | Space) -> list[str]:
    machine = native.printed(native.sent(Document(blocks)))
    assert not machine.strays
    return machine.lines


def test_text_is_in_chinese_mode_and_dollars_stay_dollars(native: Way) -> None:
    sent = native.sent(Document((Text("车费$"),)))
    assert sent.startswith(b"\x1b@\x1bR\x00\x1c&")
    assert "车费$".encode("gb18030") + b"\n" in sent
    assert sent.index(b"\x1c.") > sent.index(b"\n")


@pytest.mark.parametrize("text", ["￥35", "：", "，", "，：", "（沪A·D12345）", "——", "“好”…"])
def test_full_width_signs_come_out_as_they_are(native: Way, text: str) -> None:
    assert lines(native, Text(text)) == [text]


def test_the_yen_sign_is_written_as_the_one_that_heads_have(native: Way) -> None:
    assert lines(native, Text("车费 ¥35")) == ["车费 ￥35"]
    assert b"\x81" not in native.sent(Document((Text("¥"),)))


@pytest.mark.parametrize("rare", ["㐂", "𠮷", "ő", "€", "👍"])
def test_a_line_with_a_letter_that_the_head_lacks_is_a_picture_among_text(native: Way, rare: str) -> None:
    document = Document((Text("上一行"), Text(f"{rare}先生", Size.MEDIUM), Text("下一行")))
    machine = native.printed(native.sent(document))
    assert machine.lines == ["上一行", "下一行"]
    assert not machine.strays
    assert shows(machine.slips[0], native.drawn(document))
    without = native.drawn(Document((Text("上一行"), Text("先生", Size.MEDIUM), Text("下一行"))))
    assert not shows(machine.slips[0], without)
    assert len(native.sent(document)) < 700


def test_a_newer_head_prints_more_letters_by_itself(native: Way) -> None:
    document = Document((Text("陈堃喆"), Text("朱镕基")))
    older = native.printed(native.sent(document), PROFILES["generic-80"])
    newer = native.printed(native.sent(document, PROFILES["xprinter-80"]), PROFILES["xprinter-80"])
    assert "朱镕基" not in older.lines
    assert newer.lines == ["陈堃喆", "朱镕基"]
    assert coded("镕", Charset.GB2312) is None


def test_no_text_can_hold_a_command(native: Way) -> None:
    nasty = "请\x1b@\x1dV\x00付\x10\x04\x01\x10\x14\x08\x00款\x07\x1c.\u200b\ud800"
    for block in (Text(nasty), Boxed(nasty), Badge("\x1b", (Text(nasty),)), Columns(Text(nasty), Text("\x1d"))):
        data = native.sent(Document((block,), cut=False))
        machine = native.printed(data)
        assert machine.slips == []
        assert machine.resets == 1
        assert not machine.strays
        assert b"\x10\x04" not in data
        assert b"\x10\x14" not in data


def test_marks_without_ink_take_no_room(way: Way) -> None:
    def drawn(text: str) -> bytes:
        return way.drawn(Document((Text(text), Boxed(text)))).tobytes()

    assert drawn("北\u200b\x07门\ufe0f\u2060") == drawn("北门")
    assert drawn("北\u00a0门") == drawn("北 门")


def test_a_struck_plate_stands_between_crosses(native: Way) -> None:
    assert lines(native, Text("沪B·67890", Size.MEDIUM, struck=True)) == ["×沪B·67890×"]
    assert lines(native, Boxed("沪B·67890", struck=True)) == ["×沪B·67890×"]
    assert lines(native, Text("", struck=True)) == []


def test_a_plate_is_as_large_as_one_line_allows(native: Way) -> None:
    def high(text: str, profile: str) -> int:
        return native.drawn(Document((Boxed(text),)), PROFILES[profile]).height

    assert high("沪A·D12345", "generic-80") == 4 * 24 + 6
    assert high("沪A·D12345", "generic-58") == 2 * 24 + 6
    assert high("沪A·D12345（临时牌照）", "generic-58") == 2 * (2 * 24 + 6)
    assert lines(native, Boxed("沪A·D12345")) == ["沪A·D12345"]


def test_lines_break_between_words_and_no_letter_is_lost(native: Way) -> None:
    broken = lines(native, Text("Show this slip to anybody who helps you. It tells them which taxi it was."))
    assert broken == ["Show this slip to anybody who helps you. It", "tells them which taxi it was."]
    assert lines(native, Text("车" * 30)) == ["车" * 24, "车" * 6]
    assert lines(native, Text("甲\n乙")) == ["甲", "乙"]


def test_large_and_small_letters_share_a_line(native: Way) -> None:
    assert lines(native, Mixed((Text("请打 "), Text("95128", Size.LARGE, bold=True)))) == ["请打 95128"]
    assert lines(native, Badge("7", (Text("您是 7 号", Size.LARGE), Text("北门")))) == [" 7  您是 7 号", "北门"]
    (columns,) = lines(native, Columns(Text("车费"), Text("¥35")))
    assert columns == "车费" + " " * 40 + "￥35"
    assert lines(native, Columns(Text("车费" * 20), Text("¥35")))[-1] == "￥35"


@pytest.mark.parametrize("align", list(Align))
def test_lines_stand_where_they_should(native: Way, align: Align) -> None:
    document = Document((Text("北门", align=align), Text("左")))
    (printed,) = native.printed(native.sent(document)).slips
    ink = [x for x in range(576) if printed.crop((x, 0, x + 1, 48)).getextrema()[0] == 0]
    assert ink
    middle = {Align.LEFT: 24, Align.CENTER: 288, Align.RIGHT: 552}[align]
    assert abs((min(ink) + max(ink)) / 2 - middle) < 4


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_a_code_is_read_whether_the_printer_makes_it_or_gets_it_as_dots(native: Way, name: str) -> None:
    profile = PROFILES[name]
    document = Document((QR("taxi:0412-1121-007", (Text("乘车编号"),)),))
    data = native.sent(document, profile)
    assert (b"\x1d(k" in data) is profile.native_qr
    (printed,) = native.printed(data, profile).slips
    assert codes_on(printed) == ["taxi:0412-1121-007"]
    assert len(data) < (200 if profile.native_qr else 1700)


def test_a_code_of_chinese_text_is_read(native: Way) -> None:
    assert codes_on(native.printed(native.sent(Document((QR("回家：𠮷"),)))).slips[0]) == ["回家：𠮷"]


def test_a_head_without_letters_would_print_garbage(native: Way) -> None:
    machine = Machine()
    machine.feed(native.sent(Document((Text("车费"),))))
    assert machine.strays


def test_an_uncut_slip_is_not_cut(native: Way, slip: Document) -> None:
    assert native.printed(native.sent(replace(slip, cut=False))).slips == []
