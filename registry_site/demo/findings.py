"""What became of each mail domain, in a few words: for the table and for the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import F

from domainguard.core.lifecycle import State
from domainguard.core.reasons import SENTENCES, Hold, Weight
from domainguard.models import (
    AddressStanding,
    AuditEvent,
    Deverification,
    DomainStatus,
    MailDomain,
)

_WORST_FIRST: Final = (
    State.REREGISTERED,
    State.RELEASED,
    State.PENDING_DELETE,
    State.REDEMPTION,
    State.SUSPENDED,
    State.UNKNOWN,
    State.EXPIRED,
    State.ACTIVE,
)
_NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mail domain. `held` counts the holds of everything it rests on; `why` may be empty."""

    domain: str
    state: str
    held: bool
    epoch: int
    addresses: int
    done: str
    why: str

    @property
    def is_in_order(self) -> bool:
        """Whether there is nothing to say about it."""
        return not self.why and self.done == _NOTHING


def findings() -> list[Finding]:
    """Give every mail domain that accounts have addresses at, the most serious first."""
    used = MailDomain.objects.filter(standings__isnull=False).distinct()
    found = [_finding(each) for each in used.select_related("trust_key")]
    return sorted(found, key=_seriousness)


def objection(mail_domain: MailDomain) -> str:
    """Say in a sentence or two why a mail domain is held; nothing where it is not."""
    own = [*mail_domain.trust_key.active_holds, *mail_domain.active_holds]
    if own:
        return sentence_of(own)
    host = mail_domain.dependencies.filter(held=True).order_by("domain").first()
    return f"It rests on {host.domain}. {sentence_of(host.active_holds)}" if host else ""


def sentence_of(holds: Sequence[Hold]) -> str:
    """Say what the heaviest of these holds rests on."""
    return SENTENCES[max(holds, key=lambda hold: Weight[hold.hold_class.name]).code]


def _finding(mail_domain: MailDomain) -> Finding:
    row, against = mail_domain.trust_key, objection(mail_domain)
    return Finding(
        domain=mail_domain.name,
        state=row.state.replace("_", " "),
        held=bool(against),
        epoch=row.control_epoch,
        addresses=mail_domain.standings.filter(removed_at=None).count(),
        done=_done(row, mail_domain, held=bool(against)),
        why=against or ("" if row.state == State.ACTIVE else row.sentence),
    )


def _done(row: DomainStatus, mail_domain: MailDomain, *, held: bool) -> str:
    lost = AddressStanding.objects.filter(
        mail_domain=mail_domain, verified_epoch__lt=F("mail_domain__trust_key__control_epoch")
    ).count()
    back = Deverification.objects.filter(
        standing__mail_domain=mail_domain, restored_at__isnull=False
    ).count()
    if lost:
        return f"{lost} de-verified"
    if row.cases.filter(closed_at=None).exists():
        return "refused; waits for staff"
    if held:
        return "refused; nobody de-verified yet"
    if back:
        return f"{back} de-verified, {back} restored"
    released = AuditEvent.objects.filter(domain=row.domain, action="domain_release")
    return "refused for a while" if released.exists() else _NOTHING


def _seriousness(finding: Finding) -> tuple[bool, int, bool, str]:
    state = State(finding.state.replace(" ", "_"))
    return not finding.held, _WORST_FIRST.index(state), finding.is_in_order, finding.domain
