"""The child process that turns one line, read from stdin, into one WAV on stdout, and ends.

One line a process, because a pyttsx3 engine that lives on loses speech, hangs in `stop()` and crashes when it is made
again; a fresh one rendered 40 of 40 lines well, each in about 0.1 s. The text comes by stdin, since every user of the
machine can read command lines, and the engine's file is memory without a name, so that nothing touches the disk.

    python -m kiosk.voice.render ENGINE VOICE RATE NICE
"""

from __future__ import annotations

import os
import subprocess
import sys

from kiosk.voice.sound import levelled


def with_pyttsx3(text: str, voice: str, rate: int, path: str) -> None:
    """Render `text` into the file at `path`."""
    import pyttsx3  # noqa: PLC0415 - the other engine must work where this import fails

    engine = pyttsx3.init("espeak")
    engine.setProperty("voice", voice)
    engine.setProperty("rate", rate)
    engine.save_to_file(text, path)
    engine.runAndWait()


def with_espeak_ng(text: str, voice: str, rate: int, path: str) -> None:
    """Render `text` into the file at `path` with espeak-ng's own command line."""
    memory = int(path.rpartition("/")[2])
    command = ["espeak-ng", "-v", voice, "-s", str(rate), "-w", path, "--stdin"]
    subprocess.run(command, input=text.encode(), pass_fds=[memory], check=True)


ENGINES = {"pyttsx3": with_pyttsx3, "espeak-ng": with_espeak_ng}
"""In the order in which they are tried."""


def main(arguments: list[str]) -> None:
    """Render what stdin holds; a failure is an exception and so an exit code other than 0."""
    engine, voice, rate, nice = arguments
    os.nice(int(nice))
    # pyttsx3 and the libraries below it print; stdout is kept for the sound alone.
    sound_out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    memory = os.memfd_create("line")
    ENGINES[engine](sys.stdin.buffer.read().decode(), voice, int(rate), f"/proc/self/fd/{memory}")
    # Read through a copy: a synthesis that ends late writes to the same number once more, and must find its own memory
    # there, not whatever was opened in its place (it was a source file of ours, once).
    with os.fdopen(os.dup(memory), "rb") as rendered:
        rendered.seek(0)
        sound_out.write(levelled(rendered.read(), 1))
    sound_out.close()


if __name__ == "__main__":
    main(sys.argv[1:])
