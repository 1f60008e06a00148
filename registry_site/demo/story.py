"""The story of a demo: the day it is told from, how far back it goes, and the places in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from domainguard.testing import Life, scripts

from .acts import Act, after
from .people import Person, people_of
from .places import EVERY_PLACE, Place, days_from

DAYS = 120
_WRITTEN_IN = ("names.txt", "people.py", "places.py", "projects.txt", "seed.py")


@dataclass(frozen=True, slots=True)
class Story:
    """Everything a demo is made from; the same story makes the same demo.

    `only` names the domains that are in it; empty means all of them. `acts` are what visitors of
    the time page have done since.
    """

    today: datetime
    days: int = DAYS
    only: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()

    @property
    def begins(self) -> datetime:
        """The moment at which the registry is filled."""
        return self.today - timedelta(days=self.days)

    @property
    def places(self) -> tuple[Place, ...]:
        """The places in it."""
        return tuple(each for each in EVERY_PLACE if not self.only or each.domain in self.only)

    def people(self) -> list[Person]:
        """Give everybody in it."""
        return people_of(self.places)

    def lives(self) -> list[Life]:
        """Give the lives of its domains and of those that name servers and mail hosts stand in."""
        day = days_from(self.today)
        return [
            *scripts.hosts(self.begins),
            *(after(self.acts, place.life(place.domain, day)) for place in self.places),
        ]

    def requests(self) -> Iterator[tuple[datetime, str]]:
        """Give when somebody asks for a reset, and at which address."""
        day = days_from(self.today)
        first = {person.domain: person.addresses[0] for person in reversed(self.people())}
        for place in self.places:
            for number in place.asks:
                # At some hour of the afternoon before the daily round of looks, which the look
                # that a request calls for must not push to another time of the day.
                moment = day(number) - timedelta(minutes=len(place.domain) * 37 % 210)
                if moment > self.begins:
                    yield moment, first[place.domain]

    def as_json(self) -> dict[str, Any]:
        """Give the story as JSON values, with the edition it was told from."""
        return {
            "today": self.today.isoformat(),
            "days": self.days,
            "only": list(self.only),
            "acts": [act.as_json() for act in self.acts],
            "edition": _edition(),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any] | None) -> Story | None:
        """Read a story back; None when there is none, or when it is told differently today."""
        if kept is None or kept["edition"] != _edition():
            return None
        acts = tuple(Act.from_json(each) for each in kept["acts"])
        return cls(datetime.fromisoformat(kept["today"]), kept["days"], tuple(kept["only"]), acts)


def _edition() -> str:
    """Give a digest of the files the story is written in."""
    texts = (Path(__file__).with_name(name).read_bytes() for name in _WRITTEN_IN)
    return sha256(b"".join(texts)).hexdigest()[:16]
