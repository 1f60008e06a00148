"""Says of each of a person's addresses what it may do for their account, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from domainguard.core.names import NameRefused, parse_address
from domainguard.gate import Purpose, Reason, may_receive
from domainguard.models import AddressStanding
from domainguard.wiring import address_book

from .models import User


@dataclass(frozen=True, slots=True)
class Words:
    """What the owner reads about one address.

    `trusted` means it can win back the account, `lost` that it once could and now cannot.
    """

    headline: str | Promise
    explanation: str | Promise
    next_step: str | Promise = ""
    trusted: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class AddressCard:
    """One address as its owner sees it."""

    email: str
    primary: bool
    provable: bool
    words: Words
    standing: int | None = None


_FINE: Final = Words(
    _("Verified"), _("You can use it to get back into your account."), trusted=True
)
_UNPROVEN: Final = Words(
    _("Not verified"),
    _("It has no power over your account until you prove that you read its mail."),
    _("Verify it"),
)
_WORDS: Final = {
    Reason.ELIGIBLE: _FINE,
    Reason.TRUSTED: _FINE,
    Reason.HELD: Words(
        _("On hold"),
        _(
            "Something about its domain is not right: it may have lapsed, been suspended or changed"
            " hands. Until that is settled nothing goes there that could open your account. If the"
            " domain is yours, see to it at its registrar; we look again every few hours."
        ),
        _("Add an address on another domain"),
        lost=True,
    ),
    Reason.OLDER_EPOCH: Words(
        _("No longer trusted"),
        _(
            "Its domain has lapsed or changed hands since you verified it. Somebody else may read"
            " its mail now, so it cannot open your account, and a new link sent there would prove"
            " nothing. You stay signed in, and your password works as before."
        ),
        _("Add an address on another domain"),
        lost=True,
    ),
    Reason.TOO_NEW: Words(
        _("Not for recovery yet"),
        _("It is verified, but has to rest for a while before it can open your account."),
    ),
    Reason.NO_MAIL: Words(
        _("Takes no mail"),
        _("Its domain declares that it takes no mail, so nothing can be sent there."),
        _("Add another address"),
        lost=True,
    ),
}


def address_cards(user: User) -> list[AddressCard]:
    """Describe the person's addresses, the primary one first. For the signed-in owner only."""
    addresses = EmailAddress.objects.filter(user=user).order_by("-primary", "pk")
    return [_card(each) for each in addresses]


def standings_of(email: str) -> QuerySet[AddressStanding]:
    """Find what DomainGuard keeps about an address, in whichever spelling and account."""
    try:
        canonical = parse_address(email).canonical
    except NameRefused:
        return AddressStanding.objects.none()
    book = address_book().name
    return AddressStanding.objects.filter(book=book, canonical=canonical, removed_at__isnull=True)


def _card(address: EmailAddress) -> AddressCard:
    standing = standings_of(address.email).filter(account=str(address.user_id)).first()
    words = _words(address, standing)
    provable, known = words is _UNPROVEN, standing.pk if standing is not None else None
    return AddressCard(address.email, address.primary, provable, words, known)


def _words(address: EmailAddress, standing: AddressStanding | None) -> Words:
    if standing is None:
        return _FINE if address.verified else _UNPROVEN
    return _WORDS.get(may_receive(standing.pk, Purpose.RECOVER).reason, _UNPROVEN)
