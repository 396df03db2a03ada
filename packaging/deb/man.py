"""The man page, made of what `--help` says: every command and option, and where things lie on a box."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES: Final = (
    ("/etc/taxi-kiosk/kiosk.toml", "The configuration. No update touches it."),
    ("/etc/taxi-kiosk/kiosk.toml.example", "Every key with its meaning, to begin with."),
    ("/var/lib/taxi-kiosk", "The encrypted trips and their key. Purging the package asks before it deletes them."),
    ("/opt/taxi-kiosk", "The program with everything it runs on."),
)
EXITS: Final = (
    ("0", "It was done."),
    ("1", "It could not be done; the reason is on standard error."),
    ("2", "A wrong word, file or setting; the reason is one sentence on standard error."),
)


def page(command: click.Command, version: str, epoch: int) -> str:
    """Write the page in the man macros.

    Args:
        command: the program.
        version: that it is of.
        epoch: seconds since 1970 of its date.
    """
    day = datetime.fromtimestamp(epoch, UTC).date().isoformat()
    lines = [
        f'.TH TAXI-KIOSK 1 "{day}" "taxi-kiosk {_text(version)}" "Taxi kiosk"',
        ".SH NAME",
        r"taxi-kiosk \- the one-touch taxi kiosk",
        ".SH SYNOPSIS",
        ".B taxi-kiosk",
        r"\fICOMMAND\fR [\fIOPTION\fR]...",
        ".SH DESCRIPTION",
        "One press on a box on a wall, and a taxi comes. The system runs",
        ".B taxi-kiosk run",
        "by itself (taxi-kiosk.service); the other commands are for whoever looks after the box.",
        ".SH COMMANDS",
    ]
    help_names = command.context_settings.get("help_option_names", ["--help"])
    for words, one in _commands(command, ("taxi-kiosk",)):
        lines += _section(click.Context(one, info_name=" ".join(words), help_option_names=help_names))
    for title, rows in (("FILES", FILES), ("EXIT STATUS", EXITS)):
        lines += [f".SH {title}"]
        for name, meaning in rows:
            lines += [".TP", f".B {_text(name)}", _text(meaning)]
    lines += [".SH SEE ALSO", ".BR systemctl (1),", ".BR journalctl (1)", "and /usr/share/doc/taxi-kiosk"]
    return "\n".join(lines) + "\n"


def _section(context: click.Context) -> Iterator[str]:
    command = context.command
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS {_text(context.command_path)} {_text(usage)}"
    yield from (_text(line.strip()) or ".PP" for line in (command.help or "").strip().splitlines())
    for option in command.params:
        row = option.get_help_record(context) if isinstance(option, click.Option) else None
        if row is not None:
            yield from (".TP", f".B {_text(row[0])}", _text(row[1]) or ".PP")


def _commands(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield words, command
        return
    for name, inner in sorted(command.commands.items()):
        yield from _commands(inner, (*words, name))


def _text(words: str) -> str:
    """Escape what roff would take for its own."""
    safe = words.replace("\\", r"\e").replace("-", r"\-")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe
