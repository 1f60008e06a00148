"""Says of each of a person's addresses whether it can win back the account, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils.translation import gettext as _

from .models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressCard:
    """One address as its owner sees it. Without a next step there is nothing to do."""

    email: str
    primary: bool
    verified: bool
    trusted: bool
    headline: str
    explanation: str
    next_step_url: str = ""
    next_step_label: str = ""


def address_cards(user: User) -> list[AddressCard]:
    """Describe the person's addresses, the primary one first. For the signed-in owner only."""
    addresses = EmailAddress.objects.filter(user=user).order_by("-primary", "pk")
    return [_card(each) for each in addresses]


def _card(address: EmailAddress) -> AddressCard:
    shared = {"email": address.email, "primary": address.primary, "verified": address.verified}
    if address.verified:
        return AddressCard(
            **shared,
            trusted=True,
            headline=_("Verified"),
            explanation=_("You can use it to get back into your account."),
        )
    return AddressCard(
        **shared,
        trusted=False,
        headline=_("Not verified"),
        explanation=_("Nothing is sent here until you prove that you read its mail."),
        next_step_url=reverse("account_email"),
        next_step_label=_("Verify it"),
    )
