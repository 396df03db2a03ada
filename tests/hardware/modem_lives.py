"""What a modem and its driver go through, one function each; the tests beside it look at what came of it."""

from __future__ import annotations

import contextlib
import re
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device_fakes import WAIT_S
from modem_bench import NUMBER, TEXT, Bench

from hardware.events import DeviceDown, DeviceUp, SmsDone
from hardware.modems.gammu_process import Gammu

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardware.modems.gammu_answers import Run

LONG = "叫车 示范社区北门 " * 9
CUTS = (1, 40, 75, 90, 100, 110, 150, 190)
"""Bytes of a sending after which the plug is pulled: in the greeting, at the prompt, in the message and after it."""


def command_lines() -> Iterator[bytes]:
    """What everybody on this machine can read of every process."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_bytes()


def chinese(bench: Bench) -> Any:  # noqa: ANN401 - lives tell what they like
    bench.start()
    bench.device.send_sms("job-1", NUMBER, TEXT + "~\r\n")
    assert bench.modem.wait_for(lambda: b"AT+CMGS" in bench.modem.received, WAIT_S)
    lists = list(command_lines())
    words = next(line for line in lists if b"gammurc" in line).split(b"\0")
    settings = Path(next(word for word in words if word.endswith(b"gammurc")).decode())
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (settings, settings.parent)}
    done = bench.listener.wait(SmsDone)
    return done, bench.modem.messages, lists, modes, bench.findings()


def long(bench: Bench) -> Any:  # noqa: ANN401
    bench.start()
    return bench.send(text=LONG), bench.modem.messages, len(bench.modem.parts)


def twice(bench: Bench) -> Any:  # noqa: ANN401
    bench.start()
    told = [bench.send(), bench.send()]
    bench.device.stop()
    bench.start()
    return [*told, bench.send()], len(bench.modem.messages)


def lost_answer(bench: Bench) -> Any:  # noqa: ANN401
    bench.modem.lose_answer()
    bench.start(send_s=8)
    told = [bench.send()]
    bench.modem.lose_answer(on=False)
    return [*told, bench.send()], len(bench.modem.messages)


def refused(bench: Bench) -> Any:  # noqa: ANN401
    bench.modem.cms_error(38)
    bench.start()
    told = [bench.send()]
    bench.modem.cms_error(None)
    return [*told, bench.send()], len(bench.modem.messages), bench.given()


def network_timeout(bench: Bench) -> Any:  # noqa: ANN401
    bench.modem.cms_error(332)
    bench.start()
    return bench.send()


def refused_before(bench: Bench) -> Any:  # noqa: ANN401
    bench.modem.cms_error(331, at_prompt=True)
    bench.start()
    told = [bench.send()]
    bench.modem.cms_error(None)
    return [*told, bench.send()], len(bench.modem.messages)


def silent_prompt(bench: Bench) -> Any:  # noqa: ANN401
    bench.start(send_s=8)
    bench.modem.mute(at="AT+CMGS=")
    return bench.send(), bench.modem.messages


def mute(bench: Bench) -> Any:  # noqa: ANN401
    bench.modem.mute()
    bench.driver(look_s=1.5).start()
    done = bench.send()
    return done, bench.listener.wait(DeviceDown)


def stopped(bench: Bench) -> Any:  # noqa: ANN401
    bench.modem.lose_answer()
    bench.start()
    bench.device.send_sms("job-1", NUMBER, TEXT)
    assert bench.modem.wait_for(lambda: b"\x1a" in bench.modem.received, WAIT_S)
    began = time.monotonic()
    bench.device.stop()
    took = time.monotonic() - began
    done = bench.listener.wait(SmsDone)
    return done, took, bench.send("job-2"), bench.start().status, bench.send()


def missing(bench: Bench) -> Any:  # noqa: ANN401
    bench.modem.unplug()
    bench.driver().start()
    down = bench.listener.wait(DeviceDown)
    began = time.monotonic()
    done = bench.send()
    took = time.monotonic() - began
    bench.modem.replug()
    bench.listener.wait(DeviceUp)
    bench.modem.unplug()
    bench.device.nudge()
    return down, done, took, bench.given(), bench.modem.path, bench.listener.wait(DeviceDown, 2)


def waited(bench: Bench) -> Any:  # noqa: ANN401
    bench.start(line_s=1.0)
    for job in ("job-1", "job-2"):
        bench.device.send_sms(job, NUMBER, TEXT)
    return bench.listener.wait(SmsDone, 1), bench.listener.wait(SmsDone, 2), len(bench.modem.messages)


def half_typed(bench: Bench) -> Any:  # noqa: ANN401
    traced: list[str] = []
    runs: list[Run] = []
    commands = [f"sendsms TEXT {NUMBER} -autolen 500"]
    first, second = Gammu(bench.modem.path, 115200, trace=traced.append), Gammu(bench.modem.path, 115200)
    thread = threading.Thread(target=lambda: runs.append(first.run(commands, text="One", limit_s=WAIT_S)))
    thread.start()
    # gammu waits half a second between the last letter of a message and the key that sends it
    bench.modem.wait_for(lambda: bool(re.search(rb"AT.CMGS=\d+\r[0-9A-F]{10}", bench.modem.received)), WAIT_S)
    first.end()
    thread.join()
    after = second.run(commands, text="Two", limit_s=WAIT_S)
    first.remove()
    second.remove()
    return runs[0], after, bench.modem.messages, traced


KILLED = """
import sys, pathlib
from hardware.modems.gammu import GammuModem
modem = GammuModem("modem", sys.argv[1], print, folder=pathlib.Path(sys.argv[2]))
modem.send_sms("job-1", sys.stdin.readline().strip(), "One")
modem.start()
sys.stdin.read()
"""


def killed(bench: Bench) -> Any:  # noqa: ANN401
    bench.modem.lose_answer()
    command = [sys.executable, "-c", KILLED, bench.modem.path, str(bench.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        child.stdin.write(NUMBER + "\n")
        child.stdin.flush()
        assert bench.modem.wait_for(lambda: b"\x1a" in bench.modem.received, WAIT_S)
        child.kill()
    bench.device.start()
    return bench.send(), len(bench.modem.messages)


def no_sim(bench: Bench) -> Any:  # noqa: ANN401
    bench.modem.sim("absent")
    bench.start()
    return bench.findings(), bench.send()


def searching(bench: Bench) -> Any:  # noqa: ANN401
    bench.modem.network("searching")
    bench.modem.signal(2)
    bench.start()
    return bench.findings()


def right_pin(bench: Bench) -> Any:  # noqa: ANN401
    bench.modem.lock("1234")
    bench.start(pin="1234")
    return bench.findings(), bench.modem.pin_tries_left


def wrong_pin(bench: Bench) -> Any:  # noqa: ANN401
    bench.modem.lock("1234")
    bench.start(pin="4321")
    bench.device.stop()
    bench.start(pin="4321")
    return bench.findings(), bench.modem.pin_tries_left


def unplugged(cut: int) -> Any:  # noqa: ANN401
    def life(bench: Bench) -> Any:  # noqa: ANN401
        bench.start(send_s=6)
        bench.modem.unplug(after=cut)
        return bench.send(), len(bench.modem.messages), bench.given()

    return life


LIVES: dict[str, Callable[[Bench], Any]] = {
    life.__name__: life
    for life in (
        chinese, long, twice, lost_answer, refused, network_timeout, refused_before, silent_prompt, mute, stopped,
        missing, waited, half_typed, killed, no_sim, searching, right_pin, wrong_pin,
    )
} | {f"cut-{cut}": unplugged(cut) for cut in CUTS}  # fmt: skip
