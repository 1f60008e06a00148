"""Tells people what staff did, or is about to do, to their account: letters without any power."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives

from domainguard.models import AddressStanding, OutboxMail, StaffAct
from domainguard.services import letters, notify
from domainguard.wiring import policy

from .verb import WAIT

LETTER = "staff"


def tell(
    standing: AddressStanding, act: StaffAct, what: str, *, about: str = "", message: str = ""
) -> None:
    """Tell one address of a thing once; `about` is the address that it happens to."""
    notify.tell(
        standing,
        letter=LETTER,
        key=f"act:{act.pk}:{what}:{about}"[:100],
        what=what,
        address=about,
        message=message,
    )


def staff_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Write it."""
    days, hours = policy().probation.days, int(WAIT.total_seconds() // 3600)
    return letters.write("domainguard/mail/staff", mail, days=days, hours=hours)
