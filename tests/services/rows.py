"""Rows built directly, for tests in which the walk that leads to them is not the point."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress

from domainguard.core.evidence import SourceClass
from domainguard.core.fingerprint import Fingerprint
from domainguard.core.lifecycle import State
from domainguard.core.reasons import Code, Hold, HoldClass, Signal
from domainguard.core.record import AdverseLook, Episode, Record
from domainguard.models import AddressStanding, AuditEvent, DomainStatus, MailDomain
from domainguard.services import enroll
from domainguard.testing.clock import DOTTED_PATH
from domainguard.testing.clock import clock as the_clock
from domainguard.wiring import address_book, read_domain
from registry_site.accounts.models import User
from tests.world import START

PASSWORD = "four stones high"
AGE = timedelta(days=400)
OWNERS = Fingerprint(
    handle="D1-LR",
    registered_at=START - AGE,
    registrar="iana:9101",
    ns=frozenset({"ns1.northwind-hosting.net"}),
    mx=frozenset({"mx1.northwind-hosting.net"}),
)
STRANGERS = replace(OWNERS, handle="D2-LR", registered_at=START - timedelta(days=5))
LAPSED = frozenset(
    {
        Signal(Code.REDEMPTION, HoldClass.LAPSE, SourceClass.REGISTRY, "rdap"),
        Signal(Code.NXDOMAIN, HoldClass.LAPSE, SourceClass.DNS, "dns"),
    }
)
CHANGED = frozenset(
    {
        Signal(Code.NEW_HANDLE, HoldClass.CHANGE_OF_HANDS, SourceClass.REGISTRY, "rdap"),
        Signal(Code.LATER_REGISTRATION, HoldClass.CHANGE_OF_HANDS, SourceClass.REGISTRY, "rdap"),
    }
)


@dataclass
class Site:
    """A registry with no outside world: whatever is known of a domain stands in its row."""

    def now(self) -> datetime:
        return the_clock.now()

    def pass_time(self, by: timedelta) -> None:
        """Move the clock, and let every domain have been looked at a moment ago."""
        the_clock.advance(by)
        now = self.now()
        DomainStatus.objects.update(last_conclusive_at=now, last_look_at=now)

    def domain(self, name: str, **fields: object) -> DomainStatus:
        """Make a healthy domain that was looked at a moment ago."""
        now = self.now()
        record = Record(
            state=State.ACTIVE,
            fingerprint=OWNERS,
            observed=OWNERS,
            baseline_at=now,
            last_look_at=now,
            last_conclusive_at=now,
            registry_clean_at=now,
        )
        row = DomainStatus(domain=name, created_at=now, next_check_at=now + timedelta(days=1))
        row.keep(record)
        for field, value in fields.items():
            setattr(row, field, value)
        row.save()
        return row

    def mail_domain(self, name: str, **fields: object) -> MailDomain:
        """Give a mail domain, with its trust key."""
        key = read_domain(name).trust_key
        row = DomainStatus.objects.filter(domain=key).first() or self.domain(key)
        made, _ = MailDomain.objects.get_or_create(name=name, trust_key=row, defaults=fields)
        return made

    def person(self, name: str, *addresses: str, verified: bool = True, **fields: object) -> User:
        """Make an account with these addresses and their standings, all proven."""
        user = User.objects.create_user(name, addresses[0], PASSWORD, **fields)
        for number, text in enumerate(addresses):
            self.mail_domain(text.rpartition("@")[2])
            EmailAddress.objects.create(
                user=user, email=text, verified=verified, primary=not number
            )
        enroll.enroll(address_book().addresses_of(str(user.pk)))
        return user

    def standing(self, address: str, user: User | None = None) -> AddressStanding:
        """Give the one standing of an address, or the account's own."""
        rows = AddressStanding.objects.filter(canonical=address)
        return rows.get() if user is None else rows.get(account=str(user.pk))

    def hold(self, name: str, t0: datetime | None = None) -> None:
        """Put a domain on hold, as one adverse look does."""
        row = DomainStatus.objects.get(domain=name)
        kind, code = HoldClass.LAPSE, Code.REDEMPTION
        if t0 is not None:
            kind, code = HoldClass.CHANGE_OF_HANDS, Code.NEW_HANDLE
        held = Hold(kind, code, self.now(), frozenset({SourceClass.REGISTRY}), t0)
        row.keep(replace(row.record(), holds=(held,)))
        row.save()

    def corroborate(self, name: str, t0: datetime | None = None) -> DomainStatus:
        """Let two looks agree that a domain has lapsed, or with t0 that it changed hands then."""
        row = DomainStatus.objects.get(domain=name)
        now, signals = self.now(), LAPSED if t0 is None else CHANGED
        kind = HoldClass.LAPSE if t0 is None else HoldClass.CHANGE_OF_HANDS
        first = AdverseLook(now - timedelta(hours=6), signals, t0)
        held = Hold(
            kind, min(signals).code, first.at, frozenset(each.source_class for each in signals), t0
        )
        record = replace(
            row.record(),
            state=State.REDEMPTION if t0 is None else State.REREGISTERED,
            holds=(held,),
            episodes=(Episode(kind, first, AdverseLook(now, signals, t0)),),
            observed=OWNERS if t0 is None else STRANGERS,
        )
        row.keep(record)
        row.wants_bump = True
        row.save()
        return row

    def raise_epoch(self, name: str) -> None:
        """Raise a domain's epoch, and nothing else."""
        row = DomainStatus.objects.get(domain=name)
        row.control_epoch += 1
        row.save()

    def heal(self, name: str) -> None:
        """Let a domain's last lapse be over: the same registration came back."""
        row = DomainStatus.objects.get(domain=name)
        row.keep(replace(row.record(), holds=(), episodes=(), state=State.ACTIVE))
        row.save()
        row.bumps.filter(epoch=row.control_epoch).update(healed_at=self.now())

    def audited(self) -> list[str]:
        """Give the words of the audit trail, oldest first."""
        return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))

    def is_flagged(self, address: str) -> bool:
        """Say what the site's own flag says."""
        return EmailAddress.objects.get(email=address).verified


@pytest.fixture
def site(settings, db: None) -> Site:
    """Give the registry on the tests' clock, enforcing, with mail kept in memory."""
    the_clock.restart(START)
    settings.DOMAINGUARD = {
        **settings.DOMAINGUARD,
        "CLOCK": DOTTED_PATH,
        "DEVERIFY": "enforce",
        "SOURCES": ["dns", "rdap"],
        "RESOLVERS": ["127.0.0.1:1"],  # nobody answers there
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return Site()


def wrong_clock() -> datetime:
    """Be 40 days ahead, and claim to be real."""
    return datetime.now(UTC) + timedelta(days=40)
