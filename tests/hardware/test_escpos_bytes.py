from __future__ import annotations

import pytest
from escpos.printer import Dummy
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hardware.paper import Document, Fonts
from hardware.printers.escpos_bytes import filler, slip_bytes
from hardware.printers.profiles import PROFILES, Profile
from hardware.printers.raster import RasterRenderer
from hardware.virtual.escpos_machine import Machine, decode

GENERIC = PROFILES["generic-80"]


def same(printed: Image.Image, drawn: Image.Image) -> bool:
    """The drawn picture stands at the top left of the printed one, and nothing else does."""
    paper = Image.new("1", printed.size, 1)
    paper.paste(drawn, (0, 0))
    return printed.height >= drawn.height and paper.tobytes() == printed.tobytes()


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_bytes_make_the_picture_dot_for_dot(fonts: Fonts, slip: Document, name: str) -> None:
    profile = PROFILES[name]
    drawn = RasterRenderer(fonts, profile.width).render(slip)
    (printed,) = decode(b"".join(slip_bytes(drawn, profile)), profile.width)
    assert same(printed, drawn)
    assert printed.height == drawn.height + profile.tear_feed


def test_white_costs_next_to_nothing(fonts: Fonts, slip: Document) -> None:
    drawn = RasterRenderer(fonts).render(slip)
    whole = drawn.width // 8 * drawn.height
    sent = len(b"".join(slip_bytes(drawn, GENERIC)))
    assert sent < whole * 0.7
    empty = Image.new("1", (576, 2000), 1)
    assert len(b"".join(slip_bytes(empty, GENERIC))) < 40
    assert decode(b"".join(slip_bytes(empty, GENERIC)))[0].size == (576, 2000)


def test_a_strip_is_what_the_library_would_send() -> None:
    picture = Image.radial_gradient("L").resize((576, 100)).convert("1")
    picture.paste(0, (575, 0, 576, 100))
    library = Dummy(profile="default")
    library.image(picture, impl="bitImageRaster")
    ours = b"".join(slip_bytes(picture, Profile("x", 576), cut=False))
    assert ours == b"\x1b@" + library.output


def test_no_strip_is_higher_than_the_profile_allows_and_each_piece_is_whole_commands() -> None:
    black = Image.new("1", (384, 1000), 0)
    profile = Profile("small", 384, strip_rows=64)
    pieces = list(slip_bytes(black, profile))
    assert max(len(piece) for piece in pieces) == 64 * 48 + 8
    machine = Machine(384)
    for piece in pieces:
        machine.feed(piece)
        assert not machine.in_command
    assert same(machine.slips[0], black)


def test_a_picture_wider_than_the_head_is_refused() -> None:
    with pytest.raises(ValueError, match="576 dots on a head of 384"):
        list(slip_bytes(Image.new("1", (576, 10), 1), PROFILES["generic-58"]))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_picture_survives(data: st.DataObject) -> None:
    across, high = data.draw(st.integers(1, 16)), data.draw(st.integers(1, 60))
    row = st.one_of(st.just(bytes(across)), st.binary(min_size=across, max_size=across))
    rows = b"".join(data.draw(st.lists(row, min_size=high, max_size=high)))
    drawn = Image.frombytes("1", (across * 8, high), rows, "raw", "1;I")
    profile = Profile("any", across * 8, strip_rows=data.draw(st.integers(1, 20)))
    (printed,) = decode(b"".join(slip_bytes(drawn, profile)), across * 8)
    assert same(printed, drawn)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_the_filler_brings_a_printer_back_from_any_byte(fonts: Fonts, slip: Document, cut_at: int) -> None:
    picture = RasterRenderer(fonts).render(slip)
    data = b"".join(slip_bytes(picture, GENERIC))
    machine = Machine()
    machine.feed(data[: cut_at % len(data)])
    machine.feed(bytes(8) + b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04")
    machine.feed(filler(GENERIC) + GENERIC.cut)
    before = len(machine.slips)
    machine.feed(data)
    assert len(machine.slips) == before + 1
    assert same(machine.slips[-1], picture)


def test_an_idle_printer_prints_nothing_of_the_filler() -> None:
    machine = Machine()
    machine.feed(filler(GENERIC))
    assert machine.paper().height == 1
    assert not machine.strays
    assert machine.resets == 1
