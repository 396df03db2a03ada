"""Another process at a serial port: it holds one until its stdin ends, or says what became of opening it."""

from __future__ import annotations

import json
import os
import sys

from hardware.faults import PortUnavailable
from hardware.transport import open_port


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def main(act: str, path: str, uid: str, gid: str) -> None:
    if uid:
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if act == "raw":  # as `cat` would: without asking for any lock
        try:
            os.close(os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
            say("opened")
        except OSError as error:
            say(str(error.strerror))
        return
    try:
        port = open_port(path)
    except PortUnavailable as error:
        say(json.dumps([error.trouble, error.sentence, error.cure]))
        return
    say("open")
    if act == "hold":
        sys.stdin.read()
    port.close()


main(*sys.argv[1:])
