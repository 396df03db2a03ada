from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PIL import Image, ImageChops

from hardware.paper import QR, Align, Badge, Boxed, Columns, Document, Fonts, Mixed, Rule, Size, Space, Text
from hardware.printers.qr import qr_image
from hardware.printers.raster import RasterRenderer
from hardware.printers.raster_widths import WIDTH_58MM, WIDTH_80MM

if TYPE_CHECKING:
    from pathlib import Path

    from hardware.paper import Block


def drawn(fonts: Fonts, *blocks: Block, width: int = WIDTH_80MM) -> Image.Image:
    return RasterRenderer(fonts, width).render(Document(blocks))


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.invert(picture.convert("L")).getbbox()
    assert box is not None
    return box


def black_in(picture: Image.Image) -> int:
    return picture.convert("L").histogram()[0]


@pytest.mark.parametrize("width", [WIDTH_58MM, WIDTH_80MM])
def test_a_slip_is_black_and_white_stays_in_its_margins_and_its_code_is_read(
    fonts: Fonts, slip: Document, width: int
) -> None:
    picture = RasterRenderer(fonts, width).render(slip)
    assert picture.mode == "1"
    assert picture.width == width
    left, _, right, _ = ink(picture)
    assert left >= 8
    assert right <= width - 8
    framed = Image.new("L", (picture.width + 80, picture.height + 80), 255)
    framed.paste(picture.convert("L"), (40, 40))
    assert [code.text for code in zxingcpp.read_barcodes(framed)] == ["HOME:0412:7f3a9c1e5b2d4c68"]


def test_the_same_slip_is_the_same_picture(fonts: Fonts, slip: Document) -> None:
    renderer = RasterRenderer(fonts)
    assert renderer.render(slip).tobytes() == renderer.render(slip).tobytes()


def test_text_keeps_its_side(fonts: Fonts) -> None:
    sides = {align: ink(drawn(fonts, Text("七号", align=align))) for align in Align}
    assert sides[Align.LEFT][0] < 16
    assert sides[Align.RIGHT][2] > WIDTH_80MM - 16
    middle = (sides[Align.CENTER][0] + sides[Align.CENTER][2]) / 2
    assert abs(middle - WIDTH_80MM / 2) < 4


def test_bold_inverted_and_struck_are_darker(fonts: Fonts) -> None:
    plain = black_in(drawn(fonts, Text("沪A·D12345")))
    assert black_in(drawn(fonts, Text("沪A·D12345", bold=True))) > plain
    struck = drawn(fonts, Text("沪A·D12345", struck=True))
    assert black_in(struck) > plain
    inverted = drawn(fonts, Text("沪A·D12345", inverted=True))
    left, top, right, bottom = ink(inverted)
    box = inverted.crop((left, top, right, bottom))
    assert black_in(box) > box.width * box.height / 2


def test_a_struck_plate_has_a_line_through_all_of_it(fonts: Fonts) -> None:
    picture = drawn(fonts, Boxed("沪A·D12345", struck=True)).convert("L")
    rows = [picture.crop((60, y, WIDTH_80MM - 60, y + 1)).histogram()[0] for y in range(30, picture.height - 30)]
    assert max(rows) == WIDTH_80MM - 120


def test_the_number_sits_in_the_middle_of_its_circle(fonts: Fonts) -> None:
    for number in ("7", "42", "99"):
        picture = drawn(fonts, Badge(number))
        left, top, right, bottom = ink(picture)
        assert right - left == bottom - top == 144
        white = ImageChops.invert(picture.convert("L").crop((left, top, right, bottom)))
        inner = ImageChops.invert(white.crop((26, 20, 118, 124))).getbbox()
        assert inner is not None
        assert abs((inner[0] + inner[2]) / 2 + 26 - 72) <= 1.5
        assert abs((inner[1] + inner[3]) / 2 + 20 - 72) <= 1.5


def test_a_long_plate_shrinks_until_it_fits_and_then_takes_two_lines(fonts: Fonts) -> None:
    one = drawn(fonts, Boxed("沪A·D12345"))
    longer = drawn(fonts, Boxed("沪A·D12345（临时牌照）"))
    endless = drawn(fonts, Boxed("很长" * 40))
    assert longer.height < one.height < endless.height
    for picture in (one, longer, endless):
        frame = ink(picture)
        assert (frame[0], frame[2]) == (8, WIDTH_80MM - 8)


def test_a_headline_leaves_no_character_alone_on_its_last_line(fonts: Fonts) -> None:
    words = "车费只付一次，付给司机。车费只付一次，"
    picture = drawn(fonts, Text(words[:15], Size.MEDIUM)).convert("L")
    first, second = (picture.crop((0, top, picture.width, top + 55)) for top in (0, 55))
    assert abs(ink(first)[2] - ink(second)[2]) <= 2 * 42
    assert ink(drawn(fonts, Text(words[:15], Size.BODY)))[3] < 45


def test_columns_stand_at_both_margins_and_give_each_other_room(fonts: Fonts) -> None:
    short = drawn(fonts, Columns(Text("车费"), Text("¥35")))
    left, _, right, _ = ink(short)
    assert left < 16
    assert right > WIDTH_80MM - 16
    line = drawn(fonts, Text("一"))
    assert short.height == line.height
    assert drawn(fonts, Columns(Text("从曹家渡北门到中心医院"), Text("¥35"))).height == line.height
    assert drawn(fonts, Columns(Text("¥35"), Text("从曹家渡北门到中心医院"))).height == line.height
    assert (
        drawn(fonts, Columns(Text("从曹家渡北门到中心医院"), Text("从曹家渡北门到中心医院"))).height == 2 * line.height
    )


def test_parts_of_a_mixed_line_share_it(fonts: Fonts) -> None:
    together = drawn(fonts, Mixed((Text("请打 "), Text("95128", Size.LARGE, bold=True))))
    assert together.height == drawn(fonts, Text("95128", Size.LARGE)).height


def test_space_and_rule_have_their_heights(fonts: Fonts) -> None:
    assert drawn(fonts, Space(5)).height == 40
    dashed, solid = drawn(fonts, Rule()), drawn(fonts, Rule(dashed=False))
    assert dashed.height == solid.height
    assert (ink(dashed)[0], ink(dashed)[2]) == (ink(solid)[0], ink(solid)[2]) == (8, WIDTH_80MM - 8)
    assert black_in(dashed) < black_in(solid)


def test_large_text_stands_beside_a_figure_where_there_is_room_and_small_text_below(fonts: Fonts) -> None:
    large, small = Text("回家用", Size.MEDIUM), Text("回家用")
    alone = drawn(fonts, QR("HOME:0412"))
    assert drawn(fonts, QR("HOME:0412", (large,))).height == alone.height
    for lines, width in (((small,), WIDTH_80MM), ((large,), 256), ((small, large), WIDTH_80MM)):
        below = drawn(fonts, QR("HOME:0412", lines), width=width)
        assert below.height > alone.height
        assert ink(below)[3] > alone.height


def test_large_letters_are_drawn_so_that_a_printer_can_double_them(fonts: Fonts) -> None:
    def is_doubled(picture: Image.Image, wide: int, high: int) -> bool:
        half = picture.resize((picture.width // wide, picture.height // high), Image.Resampling.NEAREST)
        return half.resize(picture.size, Image.Resampling.NEAREST).tobytes() == picture.tobytes()

    assert is_doubled(drawn(fonts, Boxed("沪A·D12345"), Badge("7"), QR("HOME")), 2, 2)
    assert is_doubled(drawn(fonts, Text("您是 7 号", Size.LARGE, bold=True)), 2, 2)
    assert is_doubled(drawn(fonts, Text("白色 大众", Size.MEDIUM, struck=True, inverted=True)), 1, 2)
    assert not is_doubled(drawn(fonts, Text("曹家渡北门")), 1, 2)


def test_an_empty_document_is_one_white_row(fonts: Fonts) -> None:
    assert drawn(fonts).size == (WIDTH_80MM, 1)


def test_modules_are_whole_dots_and_never_smaller_than_half_a_millimetre() -> None:
    for text in ("A", "x" * 100, "x" * 300):
        picture = qr_image(text, 192, 560)
        assert picture.width >= 4 * 21
        halves = picture.resize((picture.width // 4, picture.width // 4), Image.Resampling.NEAREST)
        if picture.width > 192:
            assert halves.resize(picture.size, Image.Resampling.NEAREST).tobytes() == picture.tobytes()


@pytest.mark.parametrize("length", [600, 5000])
def test_a_code_that_does_not_fit_is_refused_with_its_size(length: int) -> None:
    with pytest.raises(ValueError, match=f"QR code of {length} characters"):
        qr_image("x" * length, 192, 368)


@pytest.mark.parametrize("bold", [False, True])
def test_rare_characters_have_ink_of_their_own(fonts: Fonts, bold: bool) -> None:
    missing = "\U0010fffd"
    pictures = {char: drawn(fonts, Text(char, bold=bold)).tobytes() for char in "㐂𠮷￥¥，：" + missing}
    assert len(set(pictures.values())) == 7
    for size in Size:
        assert ink(drawn(fonts, Text("𠮷", size))) != ink(drawn(fonts, Text(missing, size)))


def test_a_rare_character_takes_its_place_among_the_others(fonts: Fonts) -> None:
    with_rare, usual = drawn(fonts, Text("王𠮷先生")), drawn(fonts, Text("王吉先生"))
    assert abs(ink(with_rare)[2] - ink(usual)[2]) <= 1
    changed = ImageChops.difference(with_rare.convert("L"), usual.convert("L")).getbbox()
    assert changed is not None
    assert 8 + 32 <= changed[0] < changed[2] <= 8 + 64


def test_a_character_that_no_font_has_leaves_a_box_that_can_be_seen(fonts: Fonts) -> None:
    without = Fonts(fonts.regular, fonts.bold)
    assert drawn(without, Text("𠮷")).tobytes() == drawn(without, Text("\U0010fffd")).tobytes()
    assert drawn(without, Text("王㐂")).tobytes() == drawn(fonts, Text("王㐂")).tobytes()


@pytest.mark.parametrize("width", [0, 100, 383, 2000])
def test_a_width_that_no_head_has_is_refused(fonts: Fonts, width: int) -> None:
    with pytest.raises(ValueError, match=f"{width} dots"):
        RasterRenderer(fonts, width)


def test_a_missing_font_is_an_error_at_once(fonts: Fonts, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot open"):
        RasterRenderer(Fonts(fonts.regular, tmp_path / "none.ttf"))


def test_blocks_that_mean_nothing_are_refused() -> None:
    for senseless in (
        lambda: Badge(""),
        lambda: Badge("12345"),
        lambda: Boxed(" "),
        lambda: QR(""),
        lambda: Mixed(()),
        lambda: Space(-1),
        lambda: Space(float("nan")),
    ):
        with pytest.raises(ValueError, match="expected"):
            senseless()
