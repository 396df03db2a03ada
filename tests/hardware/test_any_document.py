from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ImageChops
from printer_kit import Way, codes_on, shows

from hardware.paper import QR, Align, Badge, Boxed, Columns, Document, Fonts, Mixed, Rule, Size, Space, Text
from hardware.printers.profiles import PROFILES, Mode, Profile

if TYPE_CHECKING:
    from PIL import Image

ANY = st.characters(codec=None)
USUAL = st.sampled_from("车费沪A·D12345，：。￥¥㐂𠮷（）“”…— \t\n7é€👍\x1b\x1d\x10\x04\x00\u200b\u0301\ud800\ufe0f")
TEXT = st.text(st.one_of(USUAL, USUAL, ANY), max_size=40)
NOT_BLANK = TEXT.filter(str.strip)
LINE = st.builds(Text, TEXT, st.sampled_from(Size), st.booleans(), st.booleans(), st.booleans(), st.sampled_from(Align))
LINES = st.lists(st.one_of(LINE, st.builds(Mixed, st.lists(LINE, min_size=1, max_size=3).map(tuple))), max_size=3)
BLOCK = st.one_of(
    LINE,
    st.builds(Mixed, st.lists(LINE, min_size=1, max_size=4).map(tuple)),
    st.builds(Badge, st.text(st.one_of(USUAL, ANY), min_size=1, max_size=4), LINES.map(tuple)),
    st.builds(Boxed, NOT_BLANK, st.sampled_from(Size), st.booleans()),
    st.builds(Columns, LINE, LINE),
    st.builds(Rule, st.booleans()),
    st.builds(QR, st.text(ANY, min_size=1, max_size=200), LINES.map(tuple), st.integers(0, 60)),
    st.builds(Space, st.floats(0, 100)),
)
DOCUMENT = st.builds(Document, st.lists(BLOCK, max_size=6).map(tuple), st.booleans())


def differs_by(printed: Image.Image, drawn: Image.Image) -> int:
    """Dots that are not the same, where the drawn picture stands."""
    pair = (printed.crop((0, 0, *drawn.size)).convert("L"), drawn.convert("L"))
    return sum(ImageChops.difference(*pair).histogram()[1:])


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    document=DOCUMENT,
    mode=st.sampled_from([Mode.RASTER, Mode.NATIVE]),
    profile=st.sampled_from(sorted(PROFILES.values(), key=lambda profile: profile.name)),
)
def test_whatever_a_slip_says_the_paper_shows_what_is_meant(
    fonts: Fonts, document: Document, mode: Mode, profile: Profile
) -> None:
    way = Way(mode, fonts)
    try:
        drawn = way.drawn(document, profile)
    except ValueError as refused:
        assert "QR code" in str(refused) or "rows" in str(refused)  # noqa: PT017 - both ways must refuse it alike
        return
    data = way.sent(document, profile)
    machine = way.printed(data, profile)
    assert not machine.strays
    assert not machine.in_command
    assert len(machine.slips) == document.cut
    printed = machine.slips[0] if document.cut else machine.paper()
    # a picture that spells an order to the printer gets a dot more, or four where the printer doubles it
    assert shows(printed, drawn) or differs_by(printed, drawn) <= 4 * data.count(b"\x18")
    assert machine.resets == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=60))
def test_whatever_a_code_holds_is_read_from_the_paper(fonts: Fonts, data: str) -> None:
    for mode in (Mode.RASTER, Mode.NATIVE):
        way = Way(mode, fonts)
        document = Document((QR(data),))
        assert codes_on(way.printed(way.sent(document)).slips[0]) == [data]
