"""The verbs about what is spoken: the list for a recording studio, the check of its recordings, a first bank."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import click

from kiosk.cli.options import fail

if TYPE_CHECKING:
    from kiosk.phrases import Phrase

_LANGUAGES: Final = ("zh_CN", "en")

_language_option = click.option(
    "--lang", "languages", type=click.Choice(_LANGUAGES), multiple=True, help="Only this; may be given again."
)


@click.group()
def voice() -> None:
    """List what is spoken, check recordings of it, or render them."""


@voice.command("list")
@_language_option
@click.option("--csv", "as_csv", is_flag=True, help="A table for a recording studio, with the file of each.")
def list_phrases(languages: tuple[str, ...], *, as_csv: bool) -> None:
    """List every phrase that is always said in the same words, and examples of what changes."""
    from kiosk.phrases import changing

    table = csv.writer(sys.stdout, lineterminator="\n")
    if as_csv:
        table.writerow(("file", "kind", "language", "text", "english"))
    for language in languages or _LANGUAGES:
        for phrase in _phrases(language):
            file = f"{language}/{phrase.id}.wav"
            if as_csv:
                table.writerow((file, phrase.kind, language, phrase.text, phrase.english))
            else:
                click.echo(f"{phrase.kind:8}  {file}  {phrase.text}")
        if not as_csv:
            for text in changing(language):
                click.echo(f"changing  {language}: always rendered, such as: {text}")


@voice.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@_language_option
def check(folder: Path | None, languages: tuple[str, ...]) -> None:
    """Tell what is missing in a folder of recordings, or would be heard as a fault; ends with 1 if anything is.

    Without FOLDER, the recordings that ship with the kiosk.
    """
    from kiosk.voice.check import faults

    folder = folder or _shipped()
    if not folder.is_dir():
        fail(f"{folder}: no such folder; expected one with a folder for each language, such as zh_CN")
    count = 0
    for language in languages or _LANGUAGES:
        _phrases(language)
        for fault in faults(folder, language):
            count += 1
            click.echo(f"{fault.file}: {fault.what}")
    click.echo(f"{folder}: {count or 'no'} fault{'' if count == 1 else 's'}", err=True)
    sys.exit(1 if count else 0)


@voice.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@_language_option
@click.option("--parts", is_flag=True, help="Numbers, minutes, symbols and what the keys tell as well.")
def render(folder: Path, languages: tuple[str, ...], *, parts: bool) -> None:
    """Fill a folder with the box's own synthesis, to be replaced file by file; what is there stays as it is."""
    from kiosk.voice.cache import ClipCache
    from kiosk.voice.languages import speaker
    from kiosk.voice.renderer import NotRendered, Renderer

    made: dict[str, int] = {}
    with TemporaryDirectory(prefix="taxi-kiosk-") as cache:
        renderer = Renderer(ClipCache(Path(cache)))
        try:
            for language in languages or _LANGUAGES:
                place = folder / language
                place.mkdir(parents=True, exist_ok=True)
                for phrase in _phrases(language):
                    file = place / f"{phrase.id}.wav"
                    if file.exists() or (phrase.kind != "sentence" and not parts):
                        continue
                    sound = renderer.render(phrase.text, language, rate=speaker(language).rate, volume=1)
                    if sound is None:
                        continue
                    half_written = file.with_suffix(".tmp")
                    half_written.write_bytes(sound.wav)
                    half_written.replace(file)
                    made[sound.engine] = made.get(sound.engine, 0) + 1
        except NotRendered as error:
            fail(error)
        except OSError as error:
            fail(f"{folder}: cannot be written ({error.strerror}); choose another folder")
    told = ", ".join(f"{count} by {engine}" for engine, count in made.items())
    click.echo(f"{folder}: {told or 'nothing was missing'}")


def _phrases(language: str) -> tuple[Phrase, ...]:
    from kiosk.phrases import phrases

    try:
        return phrases(language)
    except LookupError as error:
        fail(error)


def _shipped() -> Path:
    from kiosk.assets import AssetError, asset

    try:
        return asset("voice")
    except AssetError as error:
        fail(error)
