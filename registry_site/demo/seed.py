"""Fills an empty registry: people with their addresses, projects with owners, releases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from registry_site.accounts.models import User
from registry_site.packages.models import Project, Release, Role

from .people import Person
from .places import EVENTFUL, Place
from .story import Story

ADMIN = "admin"
PASSWORD = "three grey stones"  # noqa: S105 - everybody's in the demo, and printed at its start
_PROJECTS = Path(__file__).with_name("projects.txt")
_OLDEST = 2400  # days; nobody joined earlier
_AT_RISK = 12  # of the projects, those listed first
_POPULAR = (4100, 1730, 960, 512, 350)


def fill(story: Story) -> None:
    """Write the registry as it was when the story begins, and the releases that are to come."""
    draw = Random(1843)  # noqa: S311 - the same registry each time
    with transaction.atomic():
        users = _write_people(story, draw)
        for number, line in enumerate(_PROJECTS.read_text(encoding="utf-8").splitlines()):
            name, _, summary = line.partition(": ")
            owners = _owners(number, users, draw)
            project = _start(name, summary, owners, _dependents(number, draw), story, draw)
            _publish(project, owners, story.today, draw)
        User.objects.create_superuser(ADMIN, password=PASSWORD, date_joined=story.begins)


def _write_people(story: Story, draw: Random) -> list[User]:
    # One hash for all: 150 of them would take a minute, and the password is no secret here.
    people, password = story.people(), make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(
            username=person.username,
            first_name=person.given,
            last_name=person.family,
            email=person.addresses[0],
            password=password,
            date_joined=story.begins - timedelta(days=draw.uniform(1, _OLDEST)),
        )
        for person in people
    )
    EmailAddress.objects.bulk_create(
        address
        for user, person in zip(users, people, strict=True)
        for address in _addresses(user, person)
    )
    return users


def _addresses(user: User, person: Person) -> Iterable[EmailAddress]:
    for number, text in enumerate(person.addresses):
        yield EmailAddress(user=user, email=text, verified=True, primary=number == 0)
    if person.unproven:
        yield EmailAddress(user=user, email=person.unproven, verified=False, primary=False)


def _owners(number: int, users: list[User], draw: Random) -> list[User]:
    """Choose one owner or several. The best-loved projects hang on eventful domains, each on one.

    The first of them has the first person of the first eventful place as its only owner.
    """
    at_risk = [person for person in map(partial(_first_at, users), EVENTFUL) if person]
    if number < min(_AT_RISK, len(at_risk)):
        return [at_risk[number]]
    return draw.sample(users, min(draw.choices((1, 2, 3), (6, 3, 1))[0], len(users)))


def _first_at(users: list[User], place: Place) -> User | None:
    return next((user for user in users if user.email.endswith(f"@{place.domain}")), None)


def _start(
    name: str, summary: str, owners: list[User], dependents: int, story: Story, draw: Random
) -> Project:
    joined = max(owner.date_joined for owner in owners)
    project = Project.objects.create(
        name=name,
        summary=summary,
        description=f"{summary}. Small, documented, and without surprises.",
        dependents=dependents,
        downloads=200 + 1_300 * dependents,
        created_at=_between(joined, story.begins, draw),
    )
    Role.objects.bulk_create(Role(project=project, user=owner) for owner in owners)
    return project


def _dependents(number: int, draw: Random) -> int:
    return _POPULAR[number] if number < len(_POPULAR) else int(draw.paretovariate(0.7)) - 1


def _publish(project: Project, owners: list[User], until: datetime, draw: Random) -> None:
    moments = sorted(_between(project.created_at, until, draw) for _ in range(draw.randint(1, 7)))
    major = minor = 0
    for moment in moments:
        major, minor = (major + 1, 0) if draw.random() < 0.25 else (major, minor + 1)
        Release.objects.create(
            project=project,
            version=f"{major}.{minor}.0",
            notes=draw.choice(_NOTES),
            published_by=draw.choice(owners),
            published_at=moment,
        )


def _between(start: datetime, end: datetime, draw: Random) -> datetime:
    return start + (end - start) * draw.random()


_NOTES = (
    "Fixes a rare hang at shutdown.",
    "Faster on large inputs.",
    "New: reads from standard input.",
    "Drops Python 3.10.",
    "Clearer error messages.",
    "Documentation only.",
    "First release with types.",
    "",
)
