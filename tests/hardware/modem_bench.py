"""The real gammu between our driver and a virtual modem; a life is seconds of waiting, so all are lived at once."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from device_fakes import QUICK, WAIT_S, Listener

from hardware.events import DeviceUp, SmsDone
from hardware.modems.gammu import GammuModem
from hardware.virtual.modem import VirtualModem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NUMBER = "+12025550123"
TEXT = "叫车 示范社区北门 7号 10:24 轮椅 𠮷 ￥35"


class Bench:
    """One virtual modem, and the drivers that talk to it one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.modem = VirtualModem()
        self.listener = Listener()
        self.device = self.driver()

    def driver(self, **options: Any) -> GammuModem:  # noqa: ANN401 - options of many types
        """A driver that does nothing yet."""
        settings = {"folder": self.folder, "backoff": QUICK, **options}
        self.device = GammuModem("modem", self.modem.path, self.listener, **settings)
        return self.device

    def start(self, **options: Any) -> GammuModem:  # noqa: ANN401 - same
        """A driver that has seen its modem."""
        ups = len(self.listener.all(DeviceUp))
        self.driver(**options).start()
        self.listener.wait(DeviceUp, ups + 1)
        return self.device

    def send(self, job_id: str = "job-1", text: str = TEXT, number: str = NUMBER) -> SmsDone:
        """Send one message and wait for its answer."""
        before = len(self.listener.all(SmsDone))
        self.device.send_sms(job_id, number, text)
        return self.listener.wait(SmsDone, before + 1)

    def given(self) -> int:
        """How many messages were typed into the modem to their end."""
        return self.modem.received.count(b"\x1a")

    def findings(self) -> dict[str, str]:
        return {finding.id: f"{finding.health}: {finding.sentence}" for finding in self.device.health()}

    def close(self) -> None:
        self.device.stop()
        self.modem.close()


class Lives:
    """Runs one function for each life in a thread of its own; what it returned or raised is there for its test."""

    def __init__(self, folder: Path, lives: dict[str, Callable[[Bench], Any]]) -> None:
        self._ended: dict[str, Future[Any]] = {name: Future() for name in lives}
        self._threads = [
            threading.Thread(target=self._live, args=(name, life, folder / name)) for name, life in lives.items()
        ]
        for thread in self._threads:
            thread.start()

    def __call__(self, name: str) -> Any:  # noqa: ANN401 - whatever that life has to tell
        return self._ended[name].result(3 * WAIT_S)

    def end(self) -> None:
        for thread in self._threads:
            thread.join()

    def _live(self, name: str, life: Callable[[Bench], Any], folder: Path) -> None:
        bench = Bench(folder)
        try:
            try:
                told = life(bench)
            finally:
                bench.close()
        except BaseException as error:  # noqa: BLE001 - raised in the test that asks
            self._ended[name].set_exception(error)
        else:
            self._ended[name].set_result(told)
