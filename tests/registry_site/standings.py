"""Rows of DomainGuard for the site's tests: an address proven, held or de-verified."""

from __future__ import annotations

from datetime import UTC, datetime

from domainguard.core.evidence import SourceClass
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import hold_as_json
from domainguard.models import AddressStanding, DomainStatus, MailDomain
from domainguard.wiring import address_book
from registry_site.accounts.models import User

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def prove(user: User, email: str = "") -> AddressStanding:
    """Record that the account proved this address, or its primary one, at the present epoch."""
    text = email or user.email
    name = text.partition("@")[2]
    domain, _ = DomainStatus.objects.get_or_create(
        domain=name, defaults={"next_check_at": LONG_AGO, "created_at": LONG_AGO}
    )
    mail_domain, _ = MailDomain.objects.get_or_create(name=name, trust_key=domain)
    return AddressStanding.objects.create(
        book=address_book().name,
        account=str(user.pk),
        address=text,
        canonical=text,
        mail_domain=mail_domain,
        verified_epoch=domain.control_epoch,
        first_seen_at=LONG_AGO,
    )


def lose_trust(standing: AddressStanding) -> None:
    """Raise the epoch of the address's domain, as a sweep does after a change of hands."""
    domain = standing.mail_domain.trust_key
    domain.control_epoch += 1
    domain.save()


def hold(standing: AddressStanding) -> None:
    """Put the address's domain on hold, as one adverse look does."""
    lapse = Hold(HoldClass.LAPSE, Code.REDEMPTION, LONG_AGO, frozenset({SourceClass.REGISTRY}))
    domain = standing.mail_domain.trust_key
    domain.held, domain.holds = True, [hold_as_json(lapse)]
    domain.save()
