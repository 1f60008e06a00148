"""The rows behind the six classes of a reset request, as they stand in a database long in use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from domainguard.core.evidence import SourceClass
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import hold_as_json
from domainguard.models import AddressStanding, DomainStatus, OutboxMail
from domainguard.services import enroll
from domainguard.services.limits import PER_ADDRESS
from domainguard.wiring import now
from registry_site.accounts.models import User

ACCOUNTS = 200  # in each class
_FOR_GOOD = timedelta(days=365)


def _unknown() -> None:
    """Let nobody have the addresses of a class."""
    User.objects.filter(email__endswith="@none-lane.org").delete()
    AddressStanding.objects.filter(canonical__endswith="@none-lane.org").delete()


def _hold() -> None:
    found = frozenset({SourceClass.REGISTRY})
    kept = hold_as_json(Hold(HoldClass.LAPSE, Code.REDEMPTION, now(), found))
    DomainStatus.objects.filter(domain="weir-lane.org").update(held=True, holds=[kept])


def _deverify() -> None:
    DomainStatus.objects.filter(domain="ford-lane.org").update(control_epoch=2)
    EmailAddress.objects.filter(email__endswith="@ford-lane.org").update(verified=False)


def _use_up() -> None:
    at = now()
    OutboxMail.objects.bulk_create(
        OutboxMail(
            standing=standing,
            account=standing.account,
            purpose="recover",
            letter="reset",
            status=OutboxMail.Status.SENT,
            created_at=at,
            expires_at=at,
        )
        for standing in AddressStanding.objects.filter(canonical__endswith="@pond-lane.org")
        for _ in range(PER_ADDRESS)
    )


def _nothing() -> None:
    """Leave the class as it is."""


_CLASSES: dict[str, tuple[str, Callable[[], None]]] = {
    "unknown": ("none-lane.org", _unknown),
    "active": ("mill-lane.org", _nothing),
    "held": ("weir-lane.org", _hold),
    "de-verified": ("ford-lane.org", _deverify),
    "exempt": ("mailfence.com", _nothing),
    "limited": ("pond-lane.org", _use_up),
}
NAMES = tuple(_CLASSES)


def addresses(name: str, accounts: int = ACCOUNTS) -> list[str]:
    """Give the addresses of a class."""
    return [f"person-{number:03}@{_CLASSES[name][0]}" for number in range(accounts)]


def fill(accounts: int = ACCOUNTS) -> None:
    """Write the accounts of every class, and make of each class what it is."""
    password = make_password("four stones high")
    for position, (name, (domain, _)) in enumerate(_CLASSES.items()):
        texts = addresses(name, accounts)
        mine = [(f"person-{position}-{number:03}", text) for number, text in enumerate(texts)]
        people = User.objects.bulk_create(
            User(username=username, email=text, password=password) for username, text in mine
        )
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, verified=True, primary=True)
            for user in people
        )
        enroll.enroll_all()
        DomainStatus.objects.filter(domain=domain).update(next_check_at=now() + _FOR_GOOD)
    for _, become in _CLASSES.values():
        become()
    freshen()


def freshen() -> None:
    """Let every domain have been looked at a moment ago, so that no worker asks the world."""
    DomainStatus.objects.update(last_look_at=now(), last_conclusive_at=now())
