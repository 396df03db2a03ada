"""From a scene to a sheet: where everything stands, in portrait and in landscape."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kiosk.core.scene import Scene, SceneName, Tone
from kiosk.ui import controls, facts
from kiosk.ui.blocks import Block, Ink, Kit
from kiosk.ui.shapes import Box, Sheet
from kiosk.ui.theme import ARRIVED, Look, Size

if TYPE_CHECKING:
    from kiosk.core.scene import Button
    from kiosk.ui.shapes import Measure, Target
    from kiosk.ui.theme import Colour, Palette


def compose(scene: Scene, look: Look, measure: Measure) -> Sheet:
    """Arrange a scene on this screen."""
    palette = ARRIVED if scene.tone is Tone.ARRIVED else look.palette
    margin = look.margin
    page = Block(0.0, lambda *_: None)
    for dense in (0, 1, 2):
        page = (_Tall if look.tall else _Wide)(Kit(look, measure, palette, dense=dense), _spared(scene, dense)).page()
        if page.height <= look.height - 2 * margin:
            break
    ink = Ink()
    page.draw(ink, margin, margin, look.width - 2 * margin, look.height - 2 * margin)
    ring = [box for target in ink.targets if target.press is scene.focus for box in _ring(target, look, palette)]
    ink.shapes[:0] = ring
    return Sheet(palette.paper, tuple(ink.shapes), tuple(ink.targets))


def _ring(target: Target, look: Look, palette: Palette) -> tuple[Box, Box]:
    """A frame behind what OK on the three keys would take, wide enough for weak eyes."""

    def around(mm: float, fill: Colour) -> Box:
        out = look.mm(mm)
        x, y, w, h = target.x - out, target.y - out, target.w + 2 * out, target.h + 2 * out
        return Box(x, y, w, h, fill=fill, radius=target.face.radius + out)

    return around(2.0, palette.info), around(0.6, palette.paper)


def _spared(scene: Scene, dense: int) -> Scene:
    """Without what can be missed, when there is no room for everything."""
    if dense <= 1:
        return scene
    return replace(scene, progress=None, picture=False, sentence=scene.sentence if scene.plate else "")


_IN_A_ROW: Final = 3
"""More quiet buttons than this stand in two rows: narrower ones could not be read or hit."""


class _Page:
    """What both orientations share."""

    def __init__(self, kit: Kit, scene: Scene) -> None:
        self.kit = kit
        self.scene = scene
        self.look = kit.look
        self.width = kit.look.width - 2 * kit.look.margin

    def page(self) -> Block:
        """The whole screen as one block."""
        return self.home() if self.scene.name is SceneName.HOME else self.visit()

    def home(self) -> Block:
        """Nobody at the screen yet."""
        raise NotImplementedError

    def visit(self) -> Block:
        """Somebody's visit."""
        raise NotImplementedError

    def main(self) -> Button | None:
        """The yellow button, if this scene has one."""
        return next((b for b in self.scene.buttons if b.main), None)

    def choices(self, *, with_main: bool = False) -> Block | None:
        """The quiet buttons, side by side; the yellow one first when it stands in their row."""
        kit = self.kit
        quiet = [controls.choice(kit, b) for b in self.scene.buttons if not b.main]
        if len(quiet) > _IN_A_ROW:
            half = (len(quiet) + 1) // 2
            rows = [kit.beside([(1.0, block) for block in part]) for part in (quiet[:half], quiet[half:])]
            return kit.stack(rows, gap=self.look.gap)
        row: list[tuple[float, Block | None]] = [(1.0, block) for block in quiet]
        main = self.main()
        if with_main and main is not None:
            row.insert(0, (1.4, controls.main_button(kit, main, picture=False, least_mm=20, size=Size.BODY)))
        return kit.beside(row)

    def clock(self, width: float) -> Block:
        """Where this box hangs, and the time."""
        kit, scene = self.kit, self.scene
        room = width - kit.width(scene.clock, Size.SMALL, bold=True) - self.look.mm(6)
        fitting = [name for name in (scene.place, *scene.place.split(" · ")) if kit.width(name, Size.SMALL) <= room]
        place = kit.text(fitting[0] if fitting else "", Size.SMALL, room, colour=kit.palette.muted)
        time = kit.text(scene.clock, Size.SMALL, width, bold=True, align=1.0)

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            place.draw(ink, x, y, room, place.height)
            time.draw(ink, x, y, w, time.height)
            del h

        return Block(max(place.height, time.height), draw)

    def head(self, width: float) -> Block:
        """Number, title and the sentence below it."""
        kit, scene, look = self.kit, self.scene, self.look
        disc = look.mm(40 if look.tall else 24) if scene.number is not None else 0.0
        room = width - (disc + look.mm(8 if look.tall else 5) if disc else 0.0)
        sentence_size = Size.BODY if look.tall else Size.SMALL
        words = kit.stack(
            [
                kit.text(scene.title, Size.TITLE, room, bold=True),
                kit.text(scene.sentence, sentence_size, room, colour=kit.palette.muted) if scene.sentence else None,
            ],
            gap=look.mm(1),
        )
        if scene.number is None:
            return words
        badge = facts.badge(kit, scene.number, disc, Size.TITLE)

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            badge.draw(ink, x, y + (h - disc) / 2 if h < disc * 1.4 else y, disc, disc)
            words.draw(ink, x + w - room, y + (h - words.height) / 2, room, words.height)

        return Block(max(disc, words.height), draw)

    def banner(self, width: float) -> Block | None:
        """What OK on the three keys would take; else, small and for the staff, that something is broken."""
        if self.scene.choice:
            return self.kit.text(self.scene.choice, Size.SMALL, width, bold=True, colour=self.kit.palette.info)
        if not self.scene.banner:
            return None
        return self.kit.text(f"! {self.scene.banner}", Size.SMALL, width, colour=self.kit.palette.alarm)

    def footnote(self, width: float, size: Size) -> Block | None:
        """A quiet sentence under the facts."""
        return self.kit.text(self.scene.footnote, size, width) if self.scene.footnote else None

    def car(self, width: float, height_mm: float) -> Block | None:
        """The taxi's picture in its colour with its words beside it."""
        scene, kit, look = self.scene, self.kit, self.look
        if scene.car is None or not (scene.car.words or scene.car.driver):
            return None
        picture_w = look.mm(height_mm) / 0.52
        room = width - picture_w - look.mm(6)
        size = Size.BODY if kit.width(scene.car.words, Size.BODY, bold=True) <= room else Size.SMALL
        short = look.tall or kit.width(scene.car.words, size, bold=True) <= room
        words = kit.stack(
            [
                kit.text(scene.car.words, size, room, bold=True) if scene.car.words else None,
                kit.text(scene.car.driver, Size.SMALL, room, colour=kit.palette.muted)
                if scene.car.driver and short
                else None,
            ],
            gap=look.mm(1),
        )
        picture = facts.taxi(kit, picture_w / look.px_per_mm, scene.car.colour, height_mm)
        height = max(look.mm(height_mm), words.height)

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            picture.draw(ink, x, y, picture_w, h)
            words.draw(ink, x + w - room, y + (h - words.height) / 2, room, words.height)

        return Block(height, draw)


class _Tall(_Page):
    """Portrait: everything in one column, the hand's things at the bottom."""

    def home(self) -> Block:
        kit, scene, width = self.kit, self.scene, self.width
        main = self.main()
        board = facts.board(kit, scene.board_title, scene.board, width) if scene.board else None
        button = controls.main_button(kit, main, picture=True, least_mm=90, size=Size.HUGE) if main else None
        waiting = [kit.rule() if board else None, board, self.banner(width)]
        top = [self.clock(width), self.head(width)]
        hint = kit.text(scene.hint, Size.BODY, width, align=0.5) if scene.hint else None
        if self.look.sitting and button is not None:
            low = replace(button, height=self.look.mm(138), grow=0.0)
            return kit.stack([*top, *waiting, kit.room(), low, hint, self.choices()])
        return kit.stack([*top, button, hint, *waiting, self.choices()])

    def visit(self) -> Block:
        kit, scene, width = self.kit, self.scene, self.width
        main = self.main()
        picture = scene.picture and not (scene.plate and scene.tone is Tone.PLAIN)
        blocks: list[Block | None] = [
            self.clock(width) if scene.tone is Tone.PLAIN else None,
            self.head(width),
            kit.room(0.3),
            facts.taxi(kit, 170, scene.car.colour if scene.car else "", 40) if picture else None,
            facts.plate(kit, scene.old_plate, size=Size.TITLE, struck=True) if scene.old_plate else None,
            facts.plate(kit, scene.plate) if scene.plate else None,
            self.car(width, 42) if scene.tone is Tone.PLAIN and not picture else None,
            facts.countdown(kit, scene.countdown, width) if scene.countdown else None,
            facts.notice(kit, scene.notice, width) if scene.notice else None,
            facts.steps(kit, scene.steps) if scene.steps else None,
            facts.bar(kit, scene.progress) if scene.progress is not None else None,
            self.footnote(width, Size.BODY),
            facts.phone(kit, scene.phone, width) if scene.phone else None,
            kit.room(0.5),
            self.banner(width),
            controls.main_button(kit, main, picture=False, least_mm=60, size=Size.TITLE) if main else None,
            self.choices(),
        ]
        return kit.stack(blocks)


class _Wide(_Page):
    """Landscape: on the idle screen the button left, words and board right; else facts in two columns."""

    def home(self) -> Block:
        kit, scene, look = self.kit, self.scene, self.look
        main = self.main()
        left = round(self.width * 0.5)
        right = self.width - left - look.gap
        rows = 2 if scene.banner or scene.choice else 3
        column = kit.stack(
            [
                self.clock(right),
                kit.text(scene.title, Size.BODY if scene.board else Size.TITLE, right, bold=True),
                kit.text(scene.sentence, Size.SMALL, right, colour=kit.palette.muted) if not scene.board else None,
                kit.room(1.0),
                kit.text(scene.hint, Size.SMALL, right) if scene.hint and not scene.board else None,
                facts.board(kit, scene.board_title, scene.board[:rows], right) if scene.board else None,
                self.banner(right),
                kit.room(0.4),
                self.choices(),
            ],
            gap=look.mm(2.5),
        )
        button = controls.main_button(kit, main, picture=True, least_mm=90, size=Size.HUGE) if main else None
        if look.sitting and button is not None:
            button = kit.stack([kit.room(), replace(button, height=look.mm(60), grow=0.0)])
        return kit.beside([(left, button), (right, column)]) or column

    def visit(self) -> Block:
        kit, scene, width, look = self.kit, self.scene, self.width, self.look
        blocks: list[Block | None] = [
            self._top(width),
            facts.plate(kit, scene.plate) if scene.plate else None,
            self._facts(width),
            self.banner(width) if not scene.plate or scene.choice else None,
            self.choices(with_main=True),
        ]
        return kit.stack(blocks, gap=look.mm(4.5))

    def _top(self, width: float) -> Block:
        """The head, with the clock in the corner where there is room for it."""
        scene, kit = self.scene, self.kit
        # The plate leaves no room below: what would stand there stands in the head.
        said = (
            replace(scene, sentence=scene.footnote)
            if scene.plate and scene.footnote and scene.tone is Tone.PLAIN
            else scene
        )
        head = _Wide(kit, said).head(width)
        time = kit.text(scene.clock, Size.SMALL, width, bold=True, align=1.0)
        title_w = kit.width(scene.title, Size.TITLE, bold=True) + self.look.mm(60)

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            head.draw(ink, x, y, w, h)
            if title_w < w:
                time.draw(ink, x, y, w, time.height)

        return Block(head.height, draw)

    def _facts(self, width: float) -> Block:
        """Left what the taxi looks like or what is wrong, right how far it is or whom to call."""
        kit, scene, look = self.kit, self.scene, self.look
        half = (width - look.gap) / 2
        picture = scene.picture and not scene.plate and not scene.notice
        phone_w = half if scene.notice or scene.footnote else width
        left = [
            facts.taxi(kit, 80, scene.car.colour if scene.car else "", 30) if picture else None,
            facts.plate(kit, scene.old_plate, size=Size.TITLE, struck=True)
            if scene.old_plate and not scene.plate
            else None,
            self.car(half if scene.countdown else width, 18) if not picture and not scene.notice else None,
            facts.notice(kit, scene.notice, half) if scene.notice else None,
            self.footnote(half, Size.SMALL) if not scene.plate and not scene.notice else None,
        ]
        right = [
            facts.countdown(kit, scene.countdown, half) if scene.countdown else None,
            facts.steps(kit, scene.steps) if scene.steps else None,
            facts.bar(kit, scene.progress) if scene.progress is not None else None,
            facts.phone(kit, scene.phone, phone_w) if scene.phone else None,
        ]
        columns = [
            (1.0, kit.middle(kit.stack(column, gap=look.mm(3))) if any(column) else None) for column in (left, right)
        ]
        return kit.beside(columns) or kit.room()
