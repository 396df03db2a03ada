"""The adapter that writes keeps the contract too, as far as anything can be known about a message."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dispatch_client.contract import ProviderContract, Street, wish
from dispatch_client.provider import Provider
from dispatch_client.providers.sms import SmsProvider
from dispatch_client.trips import TripRequest, TripStatus

sys.path.append(str(Path(__file__).parents[1] / "dispatch"))  # the fakes live beside the adapter's own tests

from fakes_sms import UNKNOWN, FakeSender


class ReadingStreet:
    """A dispatcher who reads text messages and answers none."""

    def __init__(self) -> None:
        self.sender = FakeSender()

    def provider(self) -> Provider:
        return SmsProvider(self.sender, "95128")

    def request(self) -> TripRequest:
        return wish()

    def alive(self, ref: str) -> int:
        jobs = [job for job, _, _ in self.sender.read if job.startswith(ref)]
        return sum(-1 if ".cancel" in job else 1 for job in jobs)

    def move(self, ref: str, status: TripStatus) -> None:
        raise NotImplementedError("nobody hears of it")

    def lose_next_reply(self, operation: str) -> None:
        self.sender.next(UNKNOWN)

    def nonsense_next(self, operation: str) -> None:
        self.sender.next(ValueError("canary +12025550177"))

    def cut(self) -> None:
        self.sender.in_the_way = "There is no such port."


class TestSms(ProviderContract):
    @pytest.fixture
    def street(self) -> Street:
        return ReadingStreet()
