from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest
from device_fakes import QUICK, Listener

from hardware.events import DeviceDown, DeviceUp, Key, KeyPressed
from hardware.health import Health, worst
from hardware.inputs.keys import Held
from hardware.inputs.signals import Wire, wire, wires
from hardware.inputs.wire_keys import Settled, WireKeys
from hardware.virtual.keys import VirtualWires
from hardware.virtual.talker import Talker
from hardware.wires import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial's own
PAD = {Key.NEXT: "cts", Key.BACK: "dsr", Key.OK: "!ri"}


@pytest.fixture
def virtual() -> Iterator[VirtualWires]:
    contacts = VirtualWires()
    yield contacts
    contacts.close()


class Make(Protocol):
    def __call__(self, signals: dict[Key, str], **options: Any) -> WireKeys: ...  # noqa: ANN401 - of many types


@pytest.fixture
def make(virtual: VirtualWires, listener: Listener) -> Iterator[Make]:
    made: list[WireKeys] = []

    def build(signals: dict[Key, str], **options: Any) -> WireKeys:  # noqa: ANN401 - of many types
        keys = WireKeys("button", virtual.path, listener, signals=signals, backoff=QUICK, **options)
        made.append(keys)
        keys.start()
        listener.wait(DeviceUp)
        return keys

    yield build
    for keys in made:
        keys.stop()


def push(keys: WireKeys, virtual: VirtualWires, signal: str = "cts") -> None:
    """Press for as long as it takes to be felt, however busy this machine is."""
    virtual.hold(signal)
    while not keys.down():
        keys.pause(0.01)
    virtual.let_go(signal)
    while keys.down():
        keys.pause(0.01)


def pressed(listener: Listener) -> list[Key]:
    return [event.key for event in listener.all(KeyPressed)]


@pytest.mark.parametrize("line", list(Line))
def test_a_button_on_any_wire_is_one_event_for_each_press(
    make: Make, virtual: VirtualWires, listener: Listener, line: Line
) -> None:
    button = make({Key.BIG: line}, again_s=0.0)
    assert worst(button.health()) is Health.UNKNOWN
    push(button, virtual, line)
    assert listener.wait(KeyPressed) == KeyPressed("button", Key.BIG)
    push(button, virtual, line)
    assert pressed(listener) == [Key.BIG, Key.BIG]
    assert worst(button.health()) is Health.OK
    assert button.counters() == {"presses": 2}


def test_three_keys_are_told_apart_also_one_whose_wire_rests_on(
    make: Make, virtual: VirtualWires, listener: Listener
) -> None:
    virtual.let_go("!ri")
    pad = make(PAD)
    for signal in PAD.values():
        push(pad, virtual, signal)
    assert pressed(listener) == list(PAD)


def test_a_button_that_is_down_when_the_box_starts_is_no_press_until_it_was_let_go(
    make: Make, virtual: VirtualWires, listener: Listener
) -> None:
    virtual.hold("cts")
    button = make({Key.BIG: "cts"}, again_s=0.0, stuck_s=0.3)
    while worst(button.health()) is not Health.WARN:
        button.pause(0.02)
    assert "Held down for 0.3 s or more: big." in button.health()[-1].sentence
    assert pressed(listener) == []
    virtual.let_go("cts")
    while worst(button.health()) is Health.WARN:
        button.pause(0.02)
    push(button, virtual)
    assert pressed(listener) == [Key.BIG]


def test_a_button_that_hangs_is_one_press_and_a_warning(make: Make, virtual: VirtualWires, listener: Listener) -> None:
    button = make({Key.BIG: "cts"}, stuck_s=0.3)
    virtual.hold("cts")
    listener.wait(KeyPressed)
    while button.health()[-1].health is not Health.WARN:
        button.pause(0.02)
    assert button.health()[-1].id == "button.keys"
    assert pressed(listener) == [Key.BIG]


def test_bytes_and_sparks_on_the_line_are_no_press(make: Make, virtual: VirtualWires, listener: Listener) -> None:
    button = make({Key.BIG: "cts"}, again_s=0.0)
    virtual.noise(b"\xff\x00BIG" * 50)
    virtual.hold("dsr")
    push(button, virtual)
    assert pressed(listener) == [Key.BIG]


def test_a_button_comes_back_after_an_unplug_and_the_plug_itself_is_no_press(
    make: Make, virtual: VirtualWires, listener: Listener
) -> None:
    button = make({Key.BIG: "cts"}, again_s=0.0)
    virtual.unplug()
    listener.wait(DeviceDown)
    virtual.hold("cts")
    virtual.replug()
    listener.wait(DeviceUp, 2)
    assert button.down() == {Key.BIG}
    virtual.let_go("cts")
    while button.down():
        button.pause(0.01)
    push(button, virtual)
    assert pressed(listener) == [Key.BIG]


def test_a_port_without_wires_is_one_sentence_and_not_tried_for_ever(listener: Listener) -> None:
    no_wires = Talker()
    keys = WireKeys("button", no_wires.path, listener, signals={Key.BIG: "cts"}, backoff=QUICK)
    keys.start()
    try:
        down = listener.wait(DeviceDown)
        assert down.sentence.endswith("this port does not tell how its CTS wire is")
        assert down.permanent
    finally:
        keys.stop()
        no_wires.close()


def test_a_level_settles_only_when_it_holds() -> None:
    level = Settled(settle_s=0.015)
    seen = [(False, 0.0), (True, 0.02), (False, 0.03), (True, 0.04), (True, 0.05), (True, 0.06), (False, 0.061)]
    assert [level.look(raw, now) for raw, now in seen] == [False, False, False, False, False, True, False]
    assert level.level is True


def test_a_trembling_hand_is_one_press_and_a_second_press_is_one() -> None:
    key = Held(again_s=0.25)
    assert key.down(1.0)
    assert not key.down(1.1)
    key.up(1.2)
    assert not key.down(1.4)
    assert key.held_s(1.5) == 0.5
    key.up(1.5)
    assert key.held_s(1.6) == 0
    assert key.down(1.8)


def test_a_signal_is_a_wire_or_one_sentence() -> None:
    assert wire("!DSR") == Wire(Line.DSR, rests_on=True)
    assert wires(PAD) == {Key.NEXT: Wire(Line.CTS), Key.BACK: Wire(Line.DSR), Key.OK: Wire(Line.RI, rests_on=True)}
    with pytest.raises(ValueError, match="'dtr' is no wire: expected cts, dsr, cd or ri"):
        wire("dtr")
    with pytest.raises(ValueError, match="expected another wire for each key"):
        wires({Key.NEXT: "cts", Key.BACK: "!cts"})
