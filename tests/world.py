"""A registry whose whole outside world is the small internet, on a clock the test moves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.db.models import Min
from django.test import Client
from django.urls import reverse

from domainguard.models import AddressStanding, DomainStatus
from domainguard.services import intents, outbox
from domainguard.services.sweep import Swept, sweep
from domainguard.testing import Delivered, SmallInternet
from domainguard.testing import clock as clocks
from registry_site.accounts.models import User

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PASSWORD = "four stones high"


@dataclass
class World:
    """What a journey's sentences are made of."""

    net: SmallInternet

    def pass_time(self, by: timedelta) -> None:
        """Move the clock."""
        self.net.clock.advance(by)

    def sweep(self) -> Swept:
        """Sweep as the scheduler would now."""
        return sweep()

    def live(self, by: timedelta) -> None:
        """Let time pass, sweeping whenever something falls due."""
        end = self.net.clock.now() + by
        while (due := self._next_look()) < end:
            self.net.clock.set(max(due, self.net.clock.now()))
            self.sweep()
        self.net.clock.set(end)

    def _next_look(self) -> datetime:
        return DomainStatus.objects.aggregate(due=Min("next_check_at"))["due"] or START

    def person(self, name: str, *addresses: str, verified: bool = True) -> User:
        """Make an account with these addresses, the first one primary."""
        user = User.objects.create_user(name, addresses[0], PASSWORD)
        for number, address in enumerate(addresses):
            EmailAddress.objects.create(
                user=user, email=address, verified=verified, primary=not number
            )
        return user

    def ask_for_reset(self, address: str) -> str:
        """Ask as anybody can, at the page; give what whoever asked can tell of the answer."""
        answer = Client().post(reverse("password_reset"), {"email": address})
        assert answer.status_code == 302
        return f"{answer.status_code} {answer.headers['Location']} {len(answer.content)}"

    def serve(self) -> None:
        """Do what the workers do each second."""
        intents.work()
        outbox.deliver()

    def mail_to(self, address: str) -> list[Delivered]:
        """Give what arrived at an address, early notices left out."""
        return [each for each in self.net.sink.messages_to(address) if not is_early(each)]

    def early_to(self, address: str) -> list[Delivered]:
        """Give the early notices that arrived at an address."""
        return [each for each in self.net.sink.messages_to(address) if is_early(each)]

    def link_in(self, mail: Delivered) -> str:
        """Give the path of the link in a mail; it must start with PUBLIC_ORIGIN."""
        (link,) = re.findall(r"https?://\S+", mail.text)
        assert link.startswith(django_settings.PUBLIC_ORIGIN)
        return urlsplit(link).path

    def use(self, link: str, password: str) -> bool:
        """Open a reset link in a fresh browser and set a password; say whether it was taken."""
        browser = Client()
        page = browser.get(link, follow=True)
        if not page.context.get("validlink"):
            return False
        path = page.redirect_chain[-1][0]
        answer = browser.post(path, {"new_password1": password, "new_password2": password})
        return answer.status_code == 302

    def standing(self, address: str) -> AddressStanding:
        """Give the one standing of an address."""
        return AddressStanding.objects.get(canonical=address)

    def domain(self, name: str) -> DomainStatus:
        """Give a domain's row."""
        return DomainStatus.objects.get(domain=name)


def is_early(mail: Delivered) -> bool:
    """Say whether a mail is an early notice; those alone can be unsubscribed from."""
    return mail.message["List-Unsubscribe"] is not None


@pytest.fixture
def net() -> Iterator[SmallInternet]:
    """Start a small internet on the process's own clock, set back to the first day."""
    clocks.clock.restart(START)
    with SmallInternet(clocks.clock) as started:
        yield started


@pytest.fixture
def world(net: SmallInternet, settings, transactional_db: None) -> World:
    """Give the registry in this internet, with mail over real SMTP."""
    settings.DOMAINGUARD = {
        **settings.DOMAINGUARD,
        **net.settings(),
        "DEVERIFY": "enforce",
    }
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", net.sink.port
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return World(net)


@pytest.fixture
def at() -> Callable[..., datetime]:
    """Give moments after the first day."""
    return lambda **after: START + timedelta(**after)
