"""Facts as pictures: the number, the plate, the car, the minutes, the steps, whom to call, who waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kiosk.ui.blocks import PITCH, Block, Ink, Kit
from kiosk.ui.shapes import Box, Stroke, Taxi, Words
from kiosk.ui.theme import ARRIVED, PLATES, Colour, Size

if TYPE_CHECKING:
    from kiosk.core.scene import Countdown, Notice, Phone, Plate, Row, Step

_LIGHT_PAINTS: Final = frozenset({"", "white", "silver", "yellow", "gold", "orange"})


def badge(kit: Kit, number: int, diameter: float, size: Size) -> Block:
    """The boarding number in a disc."""
    palette = kit.palette

    def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
        left = x + (w - diameter) / 2
        top = y + (h - diameter) / 2
        ink.shapes.append(Box(left, top, diameter, diameter, fill=palette.ink, radius=diameter / 2))
        ink.shapes.append(
            Words(left, top, diameter, diameter, str(number), size, True, palette.paper, 0.5, palette.ink)
        )

    return Block(diameter, draw)


def taxi(kit: Kit, width_mm: float, paint: str, least_mm: float) -> Block:
    """The picture of the car, as large as there is room, at the most `width_mm`."""
    look, palette = kit.look, kit.palette

    def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
        width = min(w, look.mm(width_mm), h / 0.52)
        height = width * 0.52
        ink.shapes.append(
            Taxi(x + (w - width) / 2, y + (h - height) / 2, width, height, paint, _outline(kit, paint), palette.paper)
        )

    return Block(look.mm(least_mm), draw, grow=1.0, most=look.mm(width_mm) * 0.52)


def _outline(kit: Kit, paint: str) -> Colour:
    """The car's edge: never lost in its ground, whatever the paint; on green a dark car is edged in white."""
    palette = kit.palette
    return palette.button_edge if palette is ARRIVED and paint in _LIGHT_PAINTS else palette.ink


def plate(kit: Kit, plate: Plate, *, size: Size = Size.PLATE, struck: bool = False) -> Block:
    """A number plate drawn like a plate; struck through when that taxi will not come."""
    look = kit.look
    ground, letters, frame = PLATES.get(plate.style, PLATES["plain"])
    em = look.em(size)
    height, pad = em * (1.55 if look.tall else 1.3), em * 0.5

    def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
        wide = min(w, kit.measure(plate.text, size, True) + 2 * pad) if struck else w
        top = y + (h - height) / 2
        inset, edge = look.mm(1.4), max(3.0, look.mm(0.8))
        ink.shapes.append(Box(x, top, wide, height, fill=ground, edge=kit.palette.ink, edge_w=2, radius=look.mm(3.5)))
        inner = Box(
            x + inset,
            top + inset,
            wide - 2 * inset,
            height - 2 * inset,
            fill=ground,
            edge=frame,
            edge_w=edge,
            radius=look.mm(2.6),
        )
        ink.shapes.append(inner)
        ink.shapes.append(Words(x, top, wide, height, plate.text, size, True, letters, 0.5, ground))
        if struck:
            ink.shapes.append(
                Stroke(
                    x - inset,
                    top + height / 2,
                    x + wide + inset,
                    top + height / 2,
                    look.mm(1.6),
                    kit.palette.alarm,
                )
            )

    return Block(height, draw)


def countdown(kit: Kit, count: Countdown, width: float) -> Block:
    """About, a very large number, and what it counts, on green."""
    look, palette = kit.look, kit.palette
    pad, number_size = look.mm(7 if look.tall else 4), Size.HUGE if look.tall else Size.TITLE
    if not count.number:
        words = kit.text(
            count.after,
            Size.TITLE,
            width - 2 * pad,
            bold=True,
            colour=palette.on_good,
            ground=palette.good,
            align=0.5,
        )
        height = words.height + 2 * pad
    else:
        height = look.em(number_size) * (1.05 if look.tall else 1.25) + pad

    def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
        ink.shapes.append(Box(x, y, w, h, fill=palette.good, radius=look.mm(6 if look.tall else 4)))
        if not count.number:
            words.draw(ink, x + pad, y, w - 2 * pad, h)
            return
        gaps = look.mm(4 if look.tall else 2)
        space = "" if count.after > "\u2e80" else " "
        large, small = (Size.TITLE, Size.BODY) if look.tall else (Size.BODY, Size.SMALL)
        whole = f"{count.after}{space}{count.where}"
        for after, after_size in ((whole, large), (whole, small), (count.after, large)):
            parts = (
                (count.before, Size.BODY, False),
                (count.number, number_size, True),
                (after, after_size, True),
            )
            widths = [kit.measure(*part) for part in parts]
            if sum(widths) + 2 * gaps <= w - 2 * pad:
                break
        left = x + max(pad, (w - sum(widths) - 2 * gaps) / 2)
        # One baseline for three sizes: 0.36 em is the distance from the middle of a line to its baseline.
        base = y + h / 2 + look.em(number_size) * 0.36
        for (text, size, bold), width_ in zip(parts, widths, strict=True):
            em = look.em(size)
            top = base - em * (0.36 + PITCH / 2)
            ink.shapes.append(
                Words(left, top, width_, em * PITCH, text, size, bold, palette.on_good, 0.0, palette.good)
            )
            left += width_ + gaps

    return Block(height, draw)


def steps(kit: Kit, steps: Sequence[Step]) -> Block:
    """The four steps: a tick, a ring or a pale ring, each with its word."""
    look, palette = kit.look, kit.palette
    pitch = look.em(Size.BODY) * (1.75 if look.tall else 1.25)
    disc = look.em(Size.BODY) * 1.1

    def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
        step = min(h / len(steps), pitch * 1.3)
        for i, item in enumerate(steps):
            top = y + i * step + (step - disc) / 2
            done, now = item.mark == "done", item.mark == "now"
            edge = palette.good if done else palette.ink if now else palette.muted
            ink.shapes.append(
                Box(
                    x,
                    top,
                    disc,
                    disc,
                    palette.good if done else palette.paper,
                    edge,
                    max(3.0, look.mm(0.8 if now else 0.5)),
                    disc / 2,
                )
            )
            if done:
                on = palette.on_good
                ink.shapes.append(Words(x, top, disc, disc, "✓", Size.SMALL, True, on, 0.5, palette.good))
            colour = palette.ink if done or now else palette.muted
            left = x + disc + look.mm(4)
            ink.shapes.append(
                Words(left, y + i * step, w - (left - x), step, item.label, Size.BODY, now, colour, 0.0, palette.paper)
            )

    return Block(pitch * len(steps), draw)


def bar(kit: Kit, share: float) -> Block:
    """How much of the usual search has passed."""
    look, palette = kit.look, kit.palette
    height = look.mm(3.4)

    def draw(ink: Ink, x: float, y: float, w: float, _: float) -> None:
        ink.shapes.append(Box(x, y, w, height, fill=palette.line, radius=height / 2))
        ink.shapes.append(Box(x, y, max(height, round(w * share)), height, fill=palette.info, radius=height / 2))

    return Block(height, draw)


def notice(kit: Kit, notice: Notice, width: float) -> Block:
    """A framed sentence that must not be overlooked."""
    look, palette = kit.look, kit.palette
    colour = palette.info if notice.calm else palette.alarm
    pad = look.mm(7 if look.tall else 3)
    title = kit.text(notice.title, Size.TITLE if look.tall else Size.BODY, width - 2 * pad, bold=True, colour=colour)
    text = kit.text(notice.text, Size.BODY if look.tall else Size.SMALL, width - 2 * pad)
    inner = kit.stack([title, text], gap=look.mm(2))
    edge = max(3.0, look.mm(0.8))

    def draw(ink: Ink, x: float, y: float, w: float, _: float) -> None:
        height = inner.height + 2 * pad
        ink.shapes.append(
            Box(
                x,
                y,
                w,
                height,
                fill=palette.paper,
                edge=colour,
                edge_w=edge,
                radius=look.mm(6 if look.tall else 4),
            )
        )
        inner.draw(ink, x + pad, y + pad, w - 2 * pad, inner.height)

    return Block(inner.height + 2 * pad, draw)


def phone(kit: Kit, phone: Phone, width: float) -> Block:
    """Whom to call, very large, and what to say."""
    number_size = Size.HUGE
    if kit.measure(phone.number, number_size, True) > width:
        number_size = Size.TITLE
    small = Size.BODY if kit.look.tall else Size.SMALL
    return kit.stack(
        [
            kit.text(phone.before, small, width, colour=kit.palette.muted),
            kit.text(phone.number, number_size, width, bold=True),
            kit.text(phone.say, small, width),
        ],
        gap=kit.look.mm(1),
    )


def board(kit: Kit, title: str, rows: Sequence[Row], width: float) -> Block:
    """Who waits here: number, end of the plate, minutes."""
    look, palette = kit.look, kit.palette
    head = kit.text(title, Size.SMALL, width, colour=palette.muted)
    disc = look.em(Size.SMALL) * 1.55
    pitch = disc + look.mm(3)

    def draw(ink: Ink, x: float, y: float, w: float, _: float) -> None:
        head.draw(ink, x, y, w, head.height)
        y += head.height + look.mm(2)
        for row in rows:
            badge(kit, row.number, disc, Size.SMALL).draw(ink, x, y, disc, disc)
            left = x + disc + look.mm(4)
            paper, small = palette.paper, Size.SMALL
            ink.shapes.append(
                Words(left, y, w - (left - x), disc, row.plate or row.when, small, True, palette.ink, 0.0, paper)
            )
            if row.plate:
                ink.shapes.append(Words(left, y, w - (left - x), disc, row.when, small, True, palette.ink, 1.0, paper))
            y += pitch

    return Block(head.height + look.mm(2) + pitch * len(rows) - look.mm(3), draw)
