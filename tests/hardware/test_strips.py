from __future__ import annotations

import re
from dataclasses import replace

import pytest
from escpos.printer import Dummy
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from printer_kit import Way, shows

from hardware.paper import Document, Fonts, Size, Text
from hardware.printers.composer import composer
from hardware.printers.escpos_bytes import filler, slip_bytes
from hardware.printers.profiles import PROFILES, Mode, Profile
from hardware.virtual.escpos_machine import Machine, decode

GENERIC = PROFILES["generic-80"]
ORDER_AT_ONCE = re.compile(rb"\x10[\x04\x05\x14]")


def packed(picture: Image.Image, profile: Profile = GENERIC) -> bytes:
    return b"".join(slip_bytes([picture], profile))


def but_for_dots_that_break_an_order(printed: Image.Image, drawn: Image.Image) -> bool:
    """Equal, but for dots that were added where the picture held a command that is obeyed at once."""
    paper = Image.new("1", printed.size, 1)
    paper.paste(drawn, (0, 0))
    added = ImageChops.logical_and(paper, ImageChops.invert(printed.convert("L")).convert("1"))
    lost = ImageChops.logical_and(printed, ImageChops.invert(paper.convert("L")).convert("1"))
    return lost.getbbox() is None and added.convert("L").histogram()[255] <= printed.height


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_bytes_make_the_paper_dot_for_dot(way: Way, slip: Document, name: str) -> None:
    profile = PROFILES[name]
    drawn = way.drawn(slip, profile)
    machine = way.printed(way.sent(slip, profile), profile)
    (printed,) = machine.slips
    assert shows(printed, drawn)
    assert printed.height == drawn.height + profile.tear_feed
    assert not machine.strays


def test_white_costs_next_to_nothing() -> None:
    empty = Image.new("1", (576, 2000), 1)
    assert len(packed(empty)) < 40
    assert decode(packed(empty))[0].size == (576, 2000)
    spot = empty.copy()
    spot.paste(0, (8, 1000, 24, 1010))
    assert len(packed(spot)) < 60


def test_what_a_printer_can_double_is_sent_once() -> None:
    fine = Image.effect_noise((200, 100), 200).convert("1")
    coarse = fine.resize((400, 200), Image.Resampling.NEAREST)
    tall = fine.resize((200, 200), Image.Resampling.NEAREST)
    wide = fine.resize((400, 100), Image.Resampling.NEAREST)
    for picture in (coarse, tall, wide):
        assert len(packed(picture)) < 25 * 100 + 60
        assert shows(decode(packed(picture))[0], picture)


def test_a_strip_is_what_the_library_would_send() -> None:
    picture = Image.linear_gradient("L").resize((576, 100)).rotate(90).resize((576, 100)).convert("1")
    picture.paste(0, (575, 0, 576, 100))
    library = Dummy(profile="default")
    library.image(picture, impl="bitImageRaster")
    ours = b"".join(slip_bytes([picture], Profile("x", 576), cut=False))
    assert ours == b"\x1b@" + library.output


def test_no_strip_is_higher_than_the_profile_allows_and_each_piece_is_whole_commands() -> None:
    grey = Image.effect_noise((384, 1000), 200).convert("1")
    profile = Profile("small", 384, strip_rows=64)
    pieces = list(slip_bytes([grey], profile))
    assert max(len(piece) for piece in pieces) == 64 * 48 + 8
    machine = Machine(384)
    for piece in pieces:
        machine.feed(piece)
        assert not machine.in_command
    assert but_for_dots_that_break_an_order(machine.slips[0], grey)


def test_a_picture_wider_than_the_head_is_refused() -> None:
    with pytest.raises(ValueError, match="576 dots on a head of 384"):
        packed(Image.new("1", (576, 10), 1), PROFILES["generic-58"])


@pytest.mark.parametrize("order", [b"\x10\x04\x01", b"\x10\x05\x02", b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"])
def test_dots_that_spell_an_order_are_no_order(order: bytes) -> None:
    row = (b"\x81" + order).ljust(16, b"\x7e")
    picture = Image.frombytes("1", (128, 5), row * 5, "raw", "1;I")
    data = packed(picture, Profile("any", 128))
    assert not ORDER_AT_ONCE.search(data)
    (printed,) = decode(data, 128)
    assert but_for_dots_that_break_an_order(printed, picture)


def pictures() -> st.SearchStrategy[tuple[Image.Image, int]]:
    @st.composite
    def drawn(draw: st.DrawFn) -> tuple[Image.Image, int]:
        across, high = draw(st.integers(1, 16)), draw(st.integers(1, 60))
        row = st.one_of(
            st.just(bytes(across)),
            st.binary(min_size=across, max_size=across),
            st.lists(st.sampled_from([0, 3, 12, 15, 255]), min_size=across, max_size=across).map(bytes),
        )
        times = st.lists(st.tuples(row, st.integers(1, 6)), min_size=1, max_size=high)
        rows = b"".join(row * count for row, count in draw(times))
        return Image.frombytes("1", (across * 8, len(rows) // across), rows, "raw", "1;I"), across * 8

    return drawn()


@settings(max_examples=60, deadline=None)
@given(st.lists(pictures(), min_size=1, max_size=3), st.integers(1, 20))
def test_any_pictures_survive_one_below_the_other(bands: list[tuple[Image.Image, int]], strip_rows: int) -> None:
    width = max(across for _, across in bands)
    paper = Image.new("1", (width, sum(picture.height for picture, _ in bands)), 1)
    top = 0
    for picture, _ in bands:
        paper.paste(picture, (0, top))
        top += picture.height
    profile = Profile("any", width, strip_rows=strip_rows)
    data = b"".join(slip_bytes([picture for picture, _ in bands], profile))
    (printed,) = decode(data, width)
    assert but_for_dots_that_break_an_order(printed, paper)
    assert ORDER_AT_ONCE.search(data) or shows(printed, paper) or b"\x18" in data


@settings(max_examples=25, deadline=None)
@given(mode=st.sampled_from([Mode.RASTER, Mode.NATIVE]), data=st.data())
def test_the_filler_brings_a_printer_back_from_any_byte(
    fonts: Fonts, slip: Document, mode: Mode, data: st.DataObject
) -> None:
    way = Way(mode, fonts)
    slip = replace(slip, blocks=(*slip.blocks, Text("𠮷㐂𠮷㐂𠮷㐂", Size.HUGE, inverted=True)))
    drawn, sent = way.drawn(slip), way.sent(slip)
    machine = way.printed(sent[: data.draw(st.integers(0, len(sent)))])
    machine.feed(bytes(8) + b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04")
    machine.feed(composer(mode, fonts, GENERIC).filler + GENERIC.cut)
    before = len(machine.slips)
    machine.feed(sent)
    assert len(machine.slips) == before + 1
    assert shows(machine.slips[-1], drawn)


def test_an_idle_printer_prints_nothing_of_the_filler() -> None:
    machine = Machine()
    machine.feed(filler(GENERIC))
    assert machine.paper().height == 1
    assert not machine.strays
    assert machine.resets == 1
