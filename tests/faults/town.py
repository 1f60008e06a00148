"""Many people at many domains, some of which lapse; and what has to be true afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from allauth.account.models import EmailAddress

from domainguard.models import (
    AddressStanding,
    AuditEvent,
    Deverification,
    DomainStatus,
    EpochBump,
    OutboxMail,
)
from domainguard.services import enroll
from domainguard.testing import scripts
from registry_site.accounts.models import User
from tests.world import START, World

HOME = "northgate-mail.org"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
BORN = START - timedelta(days=400)


@dataclass
class Town:
    """Each person has an address at a domain of their own, and one at the healthy HOME."""

    world: World
    domains: list[str] = field(default_factory=list)
    planted: list[str] = field(default_factory=list)

    def settle(self, count: int, *, each: int = 1) -> None:
        """Let so many domains have somebody, and let all that is known of them be healthy."""
        self.domains = [f"mill-{number:04}.org" for number in range(count)]
        for name in (HOME, *self.domains):
            self.world.net.add(scripts.healthy(name, born=BORN))
        for name in self.domains:
            for number in range(each):
                person = f"{name.partition('.')[0]}-{number}"
                self.world.person(person, f"{person}@{name}", f"{person}@{HOME}")
        enroll.enroll_all()

    def crowd(self, count: int, name: str = "mill-lane.org") -> None:
        """Let one healthy domain have very many people, all at once; every hundredth has HOME."""
        self.domains = [name]
        for each in (HOME, name):
            self.world.net.add(scripts.healthy(each, born=BORN))
        users = User.objects.bulk_create(
            User(username=f"c{number}", email=f"c{number}@{name}") for number in range(count)
        )
        rows = [EmailAddress(user=user, email=user.email, primary=True) for user in users]
        rows += [EmailAddress(user=user, email=f"{user.username}@{HOME}") for user in users[::100]]
        for row in rows:
            row.verified = True
        EmailAddress.objects.bulk_create(rows, batch_size=5_000)
        enroll.enroll_all()

    def plant(self, every: int) -> None:
        """Let every n-th domain fall into redemption now."""
        self.planted = self.domains[::every]
        for name in self.planted:
            life = scripts.redemption(name, born=BORN, begins=self.world.net.clock.now())
            self.world.net.replace(life)

    def make_due(self) -> None:
        """Let every domain be due now."""
        DomainStatus.objects.update(next_check_at=self.world.net.clock.now())

    def is_due(self) -> bool:
        """Say whether anybody still has to be looked at, leased or not."""
        return DomainStatus.objects.filter(next_check_at__lte=self.world.net.clock.now()).exists()

    def assert_all_planted_lost_trust_and_nobody_else(self) -> None:
        """Every address at a planted domain was de-verified once, with one notice (I3, I4)."""
        assert_whole()
        held = DomainStatus.objects.filter(held=True).values_list("domain", flat=True)
        assert sorted(held) == self.planted
        lost = Deverification.objects.values_list("standing__canonical", flat=True)
        at_planted = AddressStanding.objects.filter(mail_domain__trust_key__domain__in=self.planted)
        victims = sorted(at_planted.values_list("canonical", flat=True))
        assert sorted(lost) == victims
        assert not Deverification.objects.filter(flag_cleared_at=None).exists()
        assert not EpochBump.objects.filter(projected_at=None).exists()
        at_home = AddressStanding.objects.filter(canonical__endswith=f"@{HOME}")
        expected = at_home.filter(account__in=at_planted.values("account"))
        notices = OutboxMail.objects.filter(letter="deverified")
        assert sorted(notices.values_list("standing", flat=True)) == sorted(
            expected.values_list("pk", flat=True)
        )
        mailed = Counter(mail.rcpt_to for mail in self.world.net.sink.messages)
        assert max(mailed.values()) == 1
        unsure = OutboxMail.objects.exclude(status=OutboxMail.Status.SENT).count()
        assert len(mailed) >= notices.count() - unsure


def assert_whole() -> None:
    """Nothing is half, nothing was done twice, and every change has its one audit row (I3)."""
    bumped = Counter(EpochBump.objects.order_by().values_list("domain__domain", "epoch"))
    raised = AuditEvent.objects.filter(action="epoch_raised")
    assert Counter(raised.values_list("domain", "detail__epoch")) == bumped
    rows = DomainStatus.objects.filter(control_epoch__gt=1)
    assert set(rows.values_list("domain", "control_epoch")) == set(bumped)
    lost = Counter(Deverification.objects.values_list("standing", "epoch"))
    assert max(lost.values(), default=1) == 1
    audited = AuditEvent.objects.filter(action="address_deverified")
    assert audited.count() == len(lost)
