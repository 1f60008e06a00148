"""A person whose address was lost to a new registration of its domain, and who owns it again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from domainguard.gate import GateAnswer, Purpose, may_receive
from domainguard.models import AddressStanding, AuditEvent, DomainStatus, WayBack
from domainguard.services import enforce, intents, outbox
from domainguard.services.ways.carry_on import carry_on
from domainguard.simulation import scripts
from registry_site.accounts.models import User
from tests.registry_site.second_factor import KEY, arm, code_of, codes_of
from tests.services.rows import Site
from tests.world import PASSWORD, START, World

LOST, OTHER, DOMAIN = "ada@mill-lane.org", "ada@fieldpost.net", "mill-lane.org"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_BEFORE = START - 300 * DAY


class Place(Protocol):
    """Where a loss happens: a whole small internet, or rows alone."""

    def now(self) -> datetime:
        """Give the time."""

    def pass_time(self, by: timedelta) -> None:
        """Move the clock."""

    def texts_to(self, address: str) -> list[str]:
        """Give what arrived at an address."""

    def clear(self) -> None:
        """Empty every mailbox."""


@dataclass
class InternetPlace:
    """Real SMTP, real sockets, on the clock of a small internet."""

    world: World

    def now(self) -> datetime:
        return self.world.net.clock.now()

    def pass_time(self, by: timedelta) -> None:
        self.world.pass_time(by)

    def texts_to(self, address: str) -> list[str]:
        return [each.text for each in self.world.mail_to(address)]

    def clear(self) -> None:
        self.world.net.sink.clear()


@dataclass
class RowPlace:
    """Rows whose domains were looked at a moment ago, and mail kept in memory."""

    site: Site

    def now(self) -> datetime:
        return self.site.now()

    def pass_time(self, by: timedelta) -> None:
        self.site.pass_time(by)

    def texts_to(self, address: str) -> list[str]:
        return [str(each.body) for each in mail.outbox if each.to == [address]]

    def clear(self) -> None:
        mail.outbox.clear()


@dataclass
class Loss:
    """Ada, where she lives, and what the pages and mails of the ways back give her."""

    place: Place
    ada: User

    @property
    def standing(self) -> AddressStanding:
        """The lost address."""
        return AddressStanding.objects.get(canonical=LOST)

    @property
    def helper(self) -> str:
        """The key of the other address."""
        return str(AddressStanding.objects.get(canonical=OTHER).pk)

    @property
    def domain(self) -> DomainStatus:
        """The domain that was lost."""
        return DomainStatus.objects.get(domain=DOMAIN)

    def browser(self) -> Client:
        """Give a browser in which somebody signs in with all that the account asks for."""
        client = Client()
        answer = client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
        for _ in range(5):  # a code may have run out by the time that it is read
            if not answer.headers.get("Location", "/code/").endswith("/code/"):
                break
            answer = client.post("/accounts/code/", {"code": self._code()})
        cache.clear()
        return client

    def _code(self) -> str:
        app = Authenticator.objects.filter(user=self.ada, type=Authenticator.Type.TOTP)
        return code_of(KEY) if app.exists() else self.codes()[-1]

    def walk(self, client: Client, kind: str, **given: str) -> str:
        """Begin a way at its page; give why it was refused, empty when it was not."""
        path = reverse("domainguard_account:walk", args=[self.standing.pk, kind])
        return refusal_in(client.post(path, given))

    def stop(self, client: Client) -> str:
        """Stop the last way at its page; give why that was refused, empty when it was not."""
        return refusal_in(client.post(reverse("domainguard_account:stop", args=[self.way().pk])))

    def link_at(self, address: str) -> str:
        """Let the workers run, and give the path of the last link that arrived at an address."""
        self.serve()
        texts = self.place.texts_to(address)
        found = [link for text in texts for link in re.findall(r"https?://\S+/back/\S+", text)]
        return urlsplit(found[-1]).path if found else ""

    def open(self, client: Client, link: str) -> str:
        """Open a link, see that this changes nothing, and confirm; give why it was refused."""
        client.get(link)
        assert not self.gate(Purpose.NOTICE).admitted
        return refusal_in(client.post(link))

    def gate(self, purpose: Purpose = Purpose.RECOVER) -> GateAnswer:
        """Ask the gate about the lost address."""
        return may_receive(self.standing.pk, purpose)

    def is_contact_only(self) -> bool:
        """Say whether the address is trusted again, for messages and for nothing else."""
        told, recovered = self.gate(Purpose.NOTICE), self.gate()
        return told.admitted and recovered.reason == "not_for_recovery_yet"

    def serve(self) -> None:
        """Do what the workers do each second."""
        intents.work()
        outbox.deliver()

    def told(self, address: str = OTHER) -> str:
        """Give what arrived at an address since this was asked last."""
        self.serve()
        texts = self.place.texts_to(address)
        self.place.clear()
        return "\n".join(texts)

    def reset_comes(self, address: str) -> bool:
        """Ask for a reset at an address, and say whether a link came."""
        self.place.clear()
        Client().post(reverse("password_reset"), {"email": address})
        return "/password/reset/" in self.told(address)

    def codes(self) -> list[str]:
        """Give the recovery codes that are left."""
        return codes_of(self.ada)

    def way(self) -> WayBack:
        """Give the last way that was begun."""
        return WayBack.objects.latest("pk")

    def later(self, by: timedelta) -> None:
        """Let time pass in steps of six hours, and let the worker carry on after each."""
        end = self.place.now() + by
        while self.place.now() < end:
            self.place.pass_time(min(6 * HOUR, end - self.place.now()))
            carry_on()

    def trail(self) -> list[str]:
        """Give what the trail says of the ways back."""
        rows = AuditEvent.objects.filter(action__startswith="way_back").order_by("pk")
        return [
            action.removeprefix("way_back_") for action in rows.values_list("action", flat=True)
        ]


def refusal_in(answer: Any) -> str:
    """Give the word of a refusal; empty for a redirect, which means that it was done."""
    if answer.status_code == 302:
        assert "login" not in answer.url, answer.url
        return ""
    return str(answer.context.get("refused") or answer.context["form"].errors)


def lost_in_rows(site: Site, *others: str) -> Loss:
    """Give a loss by a change of hands that began five days ago."""
    loss = Loss(RowPlace(site), site.person("ada", LOST, *others))
    armed_since(loss.ada, LONG_BEFORE)
    site.corroborate(DOMAIN, t0=site.now() - 5 * DAY)
    enforce.enforce()
    loss.told()
    return loss


def lost_in_the_world(world: World, *others: str, lapsed_at: datetime) -> Loss:
    """Let ada's domain lapse and be registered anew, and the sweeps see it."""
    world.net.add(scripts.registered_by_a_stranger(DOMAIN, born=LONG_BEFORE, at=lapsed_at))
    world.net.add(scripts.healthy("fieldpost.net", born=LONG_BEFORE))
    loss = Loss(InternetPlace(world), world.person("ada", LOST, *others))
    armed_since(loss.ada, LONG_BEFORE)
    world.sweep()
    world.net.clock.set(lapsed_at - 20 * DAY)
    world.sweep()
    world.net.clock.set(lapsed_at + 3 * DAY)
    for _ in range(4):
        world.sweep()
        world.pass_time(7 * HOUR)
    loss.told()
    return loss


def armed_since(person: User, moment: datetime) -> None:
    """Give a person a second factor and recovery codes that are as old as this."""
    if not Authenticator.objects.filter(user=person).exists():
        arm(person)
    Authenticator.objects.filter(user=person).update(created_at=moment)
