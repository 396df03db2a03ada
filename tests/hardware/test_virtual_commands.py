from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardware.transport import open_port
from hardware.virtual.catalogue import KINDS
from hardware.virtual.commands import CommandError, commands
from hardware.virtual.printer import VirtualPrinter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardware.virtual.catalogue import Virtual


class Odd:
    """A device whose methods take every kind of value."""

    path = "/nowhere"

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def close(self) -> None:
        """Not for people."""

    def replug(self) -> None:
        """Not for this test."""

    def unplug(self, *, after: int | None = None) -> None:
        """Pull the plug.

        More about it.
        """
        self.told.append(("unplug", after))

    def hear(self, data: bytes, *, times: int = 1, whole: bool = False) -> None:
        """Hear something."""
        if not data:
            raise ValueError("nothing to hear: expected a byte")
        self.told.append(("hear", data, times, whole))

    def mute(self, *, on: bool = True) -> None:
        """Be mute."""
        self.told.append(("mute", on))

    def speed(self, factor: float | None, name: str = "all") -> None:
        """Be slow."""
        self.told.append(("speed", factor, name))

    def ask(self) -> bool:
        """Gives something back: no command."""
        return True

    def build(self, what: dict[str, int]) -> None:
        """Nobody can type this."""


@pytest.fixture
def odd() -> Odd:
    return Odd()


def told(odd: Odd, line: str) -> tuple[object, ...]:
    name, *words = line.split()
    commands(odd)[name](words)
    return odd.told[-1]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("unplug", ("unplug", None)),
        ("unplug after=12", ("unplug", 12)),
        ("hear 02ff", ("hear", b"\x02\xff", 1, False)),
        ("hear 02 times=3 whole", ("hear", b"\x02", 3, True)),
        ("hear times=3 whole=no 02", ("hear", b"\x02", 3, False)),
        ("mute", ("mute", True)),
        ("mute off", ("mute", False)),
        ("mute on=off", ("mute", False)),
        ("speed 1.5", ("speed", 1.5, "all")),
        ("speed none some", ("speed", None, "some")),
    ],
)
def test_a_line_becomes_a_call(odd: Odd, line: str, expected: tuple[object, ...]) -> None:
    assert told(odd, line) == expected


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("unplug 12", "unplug: '12' fits nothing: expected unplug [after=NUMBER|none]"),
        ("unplug after=soon", "unplug: 'soon' is no NUMBER"),
        ("hear", "hear: data is missing: expected hear HEX [times=NUMBER] [whole]"),
        ("hear 0g", "hear: '0g' is no HEX"),
        ("hear 02 03", "hear: '03' fits nothing"),
        ("hear data=", "hear: nothing to hear: expected a byte"),
        ("mute perhaps", "mute: 'perhaps' fits nothing: expected mute [on|off]"),
    ],
)
def test_a_line_that_cannot_be_done_is_one_sentence(odd: Odd, line: str, sentence: str) -> None:
    with pytest.raises(CommandError) as caught:
        told(odd, line)
    assert str(caught.value).startswith(sentence)
    assert odd.told == []


def test_only_what_can_be_typed_is_offered(odd: Odd) -> None:
    assert set(commands(odd)) == {"unplug", "replug", "hear", "mute", "speed"}
    assert commands(odd)["unplug"].meaning == "Pull the plug."


@pytest.fixture(params=sorted(KINDS))
def device(request: pytest.FixtureRequest) -> Iterator[Virtual]:
    made = KINDS[request.param]()
    yield made
    made.close()


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial's own
def test_each_kind_can_be_opened_unplugged_and_told_something(device: Virtual) -> None:
    known = commands(device)
    assert {"unplug", "replug"} < set(known)
    assert len(known) > 2
    assert all(command.meaning.endswith(".") for command in known.values())
    open_port(device.path).close()
    known["unplug"]([])
    known["replug"]([])
    open_port(device.path).close()


def test_a_typed_command_reaches_the_wire() -> None:
    printer = VirtualPrinter()
    commands(printer)["paper_out"](["on"])
    port = open_port(printer.path)
    port.write(b"\x10\x04\x04")
    assert port.read(20)[0] & 0x60
    port.close()
    printer.close()
