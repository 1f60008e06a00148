"""The people of the demo: names drawn from many languages and put together by chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from .places import HEALTHY, PROVIDERS, Place

_NAMES = Path(__file__).with_name("names.txt")  # given names, an empty line, family names
_SPARE = 4  # one person in so many has a second address


@dataclass(frozen=True, slots=True)
class Person:
    """A person with one address or two, the first one primary.

    `unproven` is one more that was never verified.
    """

    username: str
    given: str
    family: str
    addresses: tuple[str, ...]
    unproven: str = ""

    @property
    def domain(self) -> str:
        """The mail domain of the primary address."""
        return self.addresses[0].partition("@")[2]


def people_of(places: tuple[Place, ...]) -> list[Person]:
    """Give everybody at these places: always the same people, in the order of the places."""
    names, taken = _names(), set[str]()
    providers = [place for place in places if place in PROVIDERS]
    others = [place for place in places if place in HEALTHY]
    return [
        _person(place, number, next(names), taken, others if place in PROVIDERS else providers)
        for place in places
        for number in range(place.people)
    ]


def _names() -> Iterator[tuple[str, str]]:
    draw = Random(1815)  # noqa: S311 - the same names each time
    given, family = (part.split() for part in _NAMES.read_text(encoding="utf-8").split("\n\n"))
    draw.shuffle(given)
    draw.shuffle(family)
    for round_ in range(len(family)):
        for number, name in enumerate(given):
            yield name, family[(number + 7 * round_) % len(family)]


def _person(
    place: Place, number: int, name: tuple[str, str], taken: set[str], elsewhere: list[Place]
) -> Person:
    given, family = name
    username = given.lower() if given.lower() not in taken else f"{given}-{family}".lower()
    taken.add(username)
    own = _address(place, given, family)
    if number % _SPARE != len(place.domain) % _SPARE or not elsewhere:
        return Person(username, given, family, (own,))
    spare = _address(elsewhere[len(taken) % len(elsewhere)], given, family)
    if place in PROVIDERS:
        return Person(username, given, family, (own,), unproven=spare)
    return Person(username, given, family, (own, spare))


def _address(place: Place, given: str, family: str) -> str:
    # Nobody real may be named: a provider has millions of people, and this tail is nobody's.
    local = f"{given}.{family}.cairn-demo" if place in PROVIDERS else given
    return f"{local}@{place.domain}".lower()
