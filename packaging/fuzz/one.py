"""Lets libFuzzer look for bytes that break one parser: the parser's name, then whatever libFuzzer takes.

Runs in an environment of its own that has nothing but atheris (see `make fuzz`): the parsers need the standard library
alone.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["hardware", "targets"]):
    from targets import TARGETS

if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]].prove)
    atheris.Fuzz()
