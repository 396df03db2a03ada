"""Keeps the documentation true: what can be taken from the code is taken from the code.

`packaging/docs.py` writes the generated blocks of README.md anew, `--check` only names those that are stale (exit 1),
`--pictures` draws the pictures in docs/ anew as well.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from PIL import Image

from dispatch_client.trips import ENDS, TRANSITIONS, TripStatus
from kiosk.cli.main import main as taxi_kiosk
from kiosk.config import markdown_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT: Final = Path(__file__).resolve().parents[1]
HELP_WIDTH: Final = 100
"""Columns of the help in the README, whatever the terminal of whoever makes it."""

_LIVE: Final = [status for status in TripStatus if status in TRANSITIONS and status not in ENDS]
_BAD_ENDS: Final = [status for status in TripStatus if status in ENDS and status is not TripStatus.COMPLETED]


def states() -> str:
    """Draw TRANSITIONS as a diagram, and write it in full below.

    An arrow forward that skips what lies between is not drawn: more than half of the arrows between live states and to
    COMPLETED say nothing else, and nobody could read them all. The table holds every one.
    """
    order = [*_LIVE, TripStatus.COMPLETED]
    lines = ["```mermaid", "flowchart LR", '  press(("press")) --> queued', '  subgraph live["under way"]']
    lines += ["    direction LR"]
    for at, status in enumerate(_LIVE):
        forward = [other for other in order[at + 1 :] if other in TRANSITIONS[status]]
        back = [other for other in order[:at] if other in TRANSITIONS[status]]
        lines += [f"    {status} --> {forward[0]}"] if forward and forward[0] in _LIVE else []
        lines += [f"    {status} -.-> {other}" for other in back]
    lines += ["  end", f"  {_LIVE[-1]} --> {TripStatus.COMPLETED}([{TripStatus.COMPLETED}])"]
    everywhere = [end for end in _BAD_ENDS if all(end in TRANSITIONS[status] for status in _LIVE)]
    lines += [f"  live --> ended([{' · '.join(everywhere)}])"]
    lines += [
        f"  {status} --> {end}([{end}])"
        for end in _BAD_ENDS
        if end not in everywhere
        for status in _LIVE
        if end in TRANSITIONS[status]
    ]
    lines += ["```", "", "<details><summary>Every step that is allowed</summary>", "", "| from | to |", "|---|---|"]
    ranks = {status: rank for rank, status in enumerate(TripStatus)}
    for status in _LIVE:
        following = sorted(TRANSITIONS[status], key=lambda other: ranks[other])
        lines.append(f"| `{status}` | {', '.join(f'`{other}`' for other in following)} |")
    return "\n".join([*lines, "", "</details>"])


def settings() -> str:
    """Write the table of the configuration."""
    return markdown_table().rstrip()


def helps() -> str:
    """Write what `--help` says of every command."""
    blocks = ["```text"]
    for words, command in _commands(taxi_kiosk, ("taxi-kiosk",)):
        # As whoever types it sees it: the group's own names for help hold for every verb.
        names = taxi_kiosk.context_settings["help_option_names"]
        context = click.Context(command, info_name=" ".join(words), terminal_width=HELP_WIDTH, help_option_names=names)
        blocks += [f"$ {' '.join(words)} --help", command.get_help(context).rstrip(), ""]
    return "\n".join([*blocks[:-1], "```"])


def _commands(command: click.Command, words: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(words, command)]
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            found += _commands(inner, (*words, name))
    return found


BLOCKS: Final[Mapping[str, Callable[[], str]]] = {"states": states, "settings": settings, "help": helps}


def renewed(text: str) -> str:
    """Give the README with every generated block as the code has it now.

    Raises:
        ValueError: a block is not there exactly once, between its two marks.
    """
    for name, make in BLOCKS.items():
        begin, end = f"<!-- generated: {name} -->\n", f"\n<!-- end: {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"expected {begin.strip()} and {end.strip()} once each, in this order")
        head, rest = text.split(begin)
        _, tail = rest.split(end)
        text = head + begin + make() + end + tail
    return text


def stale(text: str) -> list[str]:
    """Name the blocks that are not as the code has them now."""
    return [name for name, make in BLOCKS.items() if f"<!-- generated: {name} -->\n{make()}\n<!-- end" not in text]


GAP: Final = 24
PAPER: Final = "#8C8C86"
FREQUENT, SPREAD = 176, 80
"""Colours kept in a picture: the most frequent ones exactly, and some spread over the rest (a small green tick)."""

_VISIT: Final = ("01-home", "05-calling", "06-searching", "08-found", "15-arrived", "17-gone")
_TROUBLE: Final = ("18-offline", "07-driver-cancelled", "24-sorry", "27-out-of-service")
_NIGHT: Final = ("02-home-board", "08-found", "15-arrived")
STRIPS: Final[Mapping[str, tuple[int, tuple[str, ...], str]]] = {
    "visit.png": (620, tuple(f"portrait/day/zh_CN/{name}" for name in _VISIT), "zh_CN"),
    "visit-en.png": (620, tuple(f"portrait/day/en/{name}" for name in _VISIT), "en"),
    "trouble.png": (700, tuple(f"portrait/day/en/{name}" for name in _TROUBLE), ""),
    "night.png": (700, tuple(f"portrait/night/zh_CN/{name}" for name in _NIGHT), ""),
    "landscape.png": (
        420,
        ("landscape/day/en/02-home-board", "landscape/night/en/08-found", "landscape/day/zh_CN/15-arrived"),
        "",
    ),
}
"""Picture in docs/: its height in pixels, the screens on it, the language of the slip beside them ("": no slip)."""


def draw_pictures(gallery: Path, docs: Path) -> None:
    """Compose the pictures in docs/ from those of the gallery, and the slip from the bytes that a printer gets."""
    for name, (height, screens, language) in STRIPS.items():
        pictures = [Image.open(gallery / f"{screen}.png").convert("RGB") for screen in screens]
        pictures += [_slip(language)] if language else []
        _keep(_strip(pictures, height), docs / name)


def _strip(pictures: list[Image.Image], height: int) -> Image.Image:
    shapes = [(round(one.width * height / one.height), height) for one in pictures]
    small = [one.resize(shape, Image.Resampling.LANCZOS) for one, shape in zip(pictures, shapes, strict=True)]
    strip = Image.new("RGB", (sum(one.width + GAP for one in small) + GAP, height + 2 * GAP), PAPER)
    left = GAP
    for one in small:
        strip.paste(one, (left, GAP))
        left += one.width + GAP
    return strip


def _slip(language: str) -> Image.Image:
    """Print the slip of the sample visit on a virtual printer and take the paper out of it."""
    from hardware.printers.escpos import EscPosPrinter  # noqa: PLC0415 - only for whoever draws
    from hardware.virtual.printer import VirtualPrinter  # noqa: PLC0415
    from kiosk.core.effects import Print  # noqa: PLC0415
    from kiosk.core.events import TripChanged  # noqa: PLC0415
    from kiosk.core.flow import step  # noqa: PLC0415
    from kiosk.paper import document, fonts  # noqa: PLC0415
    from kiosk.samples import samples  # noqa: PLC0415

    states_by_name = dict(samples(language))
    [waiting] = states_by_name["08-found"].waiting.values()
    _, effects = step(states_by_name["06-searching"], TripChanged(waiting.trip))
    [slip] = [effect.slip for effect in effects if isinstance(effect, Print)]
    machine = VirtualPrinter()
    driver = EscPosPrinter("printer", machine.path, lambda _event: None, fonts=fonts())
    driver.start()
    driver.print("docs", document(slip))
    try:
        if not machine.wait_for_cut(20):
            raise TimeoutError("the virtual printer cut no slip within 20 s")
        return machine.slips[0].convert("RGB")
    finally:
        driver.stop()
        machine.close()


def _keep(picture: Image.Image, path: Path) -> None:
    # Spread colours alone would shift the paper to white and the yellow to orange.
    pixels = Counter(zip(*(band.tobytes() for band in picture.split()), strict=True))
    frequent = [part for colour, _ in pixels.most_common(FREQUENT) for part in colour]
    spread = picture.quantize(SPREAD, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*frequent, *spread])
    path.parent.mkdir(exist_ok=True)
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when something is stale.")
@click.option("--pictures", is_flag=True, help="Draw the pictures in docs/ anew as well.")
@click.argument("readme", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=ROOT / "README.md")
def main(readme: Path, *, check: bool, pictures: bool) -> None:
    """Keep README true to the code."""
    text = readme.read_text(encoding="utf-8")
    if check:
        if names := stale(text):
            click.echo(f"{readme}: stale: {', '.join(names)}; mend it with: make docs", err=True)
            sys.exit(1)
        return
    if pictures:
        gallery = ROOT / "build" / "gallery"
        subprocess.run([sys.executable, "-m", "kiosk.cli", "gallery", "--out", str(gallery)], check=True, cwd=ROOT)
        draw_pictures(gallery, ROOT / "docs")
    try:
        readme.write_text(renewed(text), encoding="utf-8")
    except ValueError as error:
        click.echo(f"{readme}: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
