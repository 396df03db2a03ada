"""Taxis on a small map: who drives them, what they look like and how they move."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from random import Random

Locale = Literal["zh", "en"]

SPEED_M_S: Final = 7.5
"""27 km/h as the crow flies: a taxi in a city, red lights included."""
NEAR_M: Final = (900.0, 2600.0)
"""Ring around a pickup in which free taxis are found: 2 to 6 minutes away at `SPEED_M_S`."""
_METRES_PER_DEGREE: Final = 111_320.0

_MODELS: Final = (
    (("荣威", "Roewe"), "Ei5"),
    (("大众", "Volkswagen"), "Lavida"),
    (("比亚迪", "BYD"), "e5"),
    (("北汽", "BAIC"), "EU5"),
    (("丰田", "Toyota"), "Corolla"),
)
_COLOURS: Final = ("white", "blue", "green", "yellow", "red", "orange", "silver")
_SURNAMES: Final = (
    ("王", "Wang"),
    ("李", "Li"),
    ("张", "Zhang"),
    ("刘", "Liu"),
    ("陈", "Chen"),
    ("杨", "Yang"),
    ("赵", "Zhao"),
    ("黄", "Huang"),
    ("周", "Zhou"),
    ("吴", "Wu"),
)


@dataclass(frozen=True, slots=True)
class Point:
    """A point on the map in WGS 84 degrees."""

    lat: float
    lon: float

    def metres_to(self, other: Point) -> float:
        """Give the distance on a plane, good to a percent within a town."""
        north = (other.lat - self.lat) * _METRES_PER_DEGREE
        east = _around(other.lon - self.lon) * _METRES_PER_DEGREE * _shrink(self.lat)
        return math.hypot(north, east)

    def towards(self, other: Point, share: float) -> Point:
        """Give the point that lies at `share` (0 to 1) of the way."""
        lon = self.lon + _around(other.lon - self.lon) * share
        return Point(self.lat + (other.lat - self.lat) * share, _around(lon))

    def moved(self, metres: float, bearing: float) -> Point:
        """Give the point that lies `metres` away; `bearing` in radians clockwise from north."""
        north, east = metres * math.cos(bearing), metres * math.sin(bearing)
        lat = min(90.0, max(-90.0, self.lat + north / _METRES_PER_DEGREE))
        lon = self.lon + east / (_METRES_PER_DEGREE * _shrink(self.lat))
        return Point(lat, _around(lon))


def _around(degrees: float) -> float:
    return (degrees + 180) % 360 - 180


def _shrink(lat: float) -> float:
    return max(0.01, math.cos(math.radians(lat)))


@dataclass(slots=True)
class Taxi:
    """One taxi with its driver. `trip` is the id of the trip that it is bound to."""

    plate: str
    make: str
    model: str
    colour: str
    driver: str
    phone: str
    at: Point
    heading: float
    trip: str | None = None

    def drive_to(self, goal: Point, seconds: float) -> None:
        """Move towards `goal`, not past it."""
        left, step = self.at.metres_to(goal), SPEED_M_S * seconds
        if left <= step:
            self.at = goal
            return
        self.at = self.at.towards(goal, step / left)

    def cruise(self, rng: Random, seconds: float) -> None:
        """Drive about in search of passengers."""
        self.heading += rng.uniform(-0.3, 0.3) * seconds
        self.at = self.at.moved(SPEED_M_S * seconds / 2, self.heading)

    def eta_s(self, goal: Point) -> int:
        """Give the seconds until this taxi is at `goal`."""
        return math.ceil(self.at.metres_to(goal) / SPEED_M_S)


def new_taxi(rng: Random, near: Point, locale: Locale) -> Taxi:
    """Make a taxi somewhere in the ring around `near`, with an invented plate and driver."""
    word = 0 if locale == "zh" else 1
    makes, model = rng.choice(_MODELS)
    surname = rng.choice(_SURNAMES)[word]
    digits = "".join(rng.choices("0123456789", k=5))
    return Taxi(
        plate=f"沪A·{rng.choice('DF')}{digits}",
        make=makes[word],
        model=model,
        colour=rng.choice(_COLOURS),
        driver=f"{surname}师傅" if locale == "zh" else f"{rng.choice(('Mr', 'Ms'))} {surname}",
        # The range that the British regulator keeps free for films: it can ring nobody.
        phone=f"+447700900{rng.randrange(1000):03d}",
        at=near.moved(rng.uniform(*NEAR_M), rng.uniform(0, math.tau)),
        heading=rng.uniform(0, math.tau),
    )
