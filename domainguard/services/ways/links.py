"""The links of the ways back: posted by the outbox, and worth nothing by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from domainguard.conf import settings
from domainguard.gate import Purpose, Reason
from domainguard.models import AddressStanding, OutboxMail, WayBack
from domainguard.services import letters
from domainguard.services.capability import capability_token, redeem_capability
from domainguard.services.post import payload_of, send_capability_mail
from domainguard.services.ways import restore
from domainguard.services.ways.rows import HERE, Refusal, WayRefused, owner

LETTER = "way_back_link"
LIVES = timedelta(hours=24)
_WHAT = {
    "begun": _("Somebody who is signed in has begun to bring it back."),
    "seen": _("The record they were asked for is in the DNS; now the time runs."),
    "missing": _("The record they were asked for has gone, so the time begins anew."),
    HERE: _("This address is trusted again."),
    "done": _("It is trusted again, for messages only during the next 14 days."),
    "cancelled": _("The attempt was cancelled."),
    "expired": _("The attempt ran out; nothing has changed."),
    "overtaken": _("Its domain changed again meanwhile; nothing has changed here."),
    "refused": _("The attempt was refused; nothing has changed."),
    "withdrawn": _("Somebody said that it was not them, so it counts no more."),
}
_REFUSALS = {Reason.HELD: Refusal.HELD, Reason.NOBODY_ANSWERED: Refusal.NOBODY_ANSWERED}


def post_link(way: WayBack, to: AddressStanding, purpose: Purpose, request: HttpRequest) -> None:
    """Store the mail with a way's link; what the gate says of the address is asked by a worker."""
    send_capability_mail(
        letter=LETTER,
        address=to.address,
        account=way.account,
        purpose=purpose,
        payload={"way": way.pk},
        lives=LIVES,
        request=request,
    )


def redeem_link(way: WayBack, token: str, check: Callable[[], object]) -> None:
    """Give trust back for a link, if `check` still passes under the locks; raises WayRefused."""

    def write() -> None:
        check()
        restore.give_back(way, actor=owner(way.account))

    answer = redeem_capability(token, _about(way), write, first=lambda: restore.lock(way))
    if not answer.admitted:
        raise WayRefused(_REFUSALS.get(answer.reason, Refusal.LINK))


def link_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Write the mail with a way's link when it is handed over."""
    way = WayBack.objects.select_related("standing").get(pk=payload_of(mail)["way"])
    path = reverse("domainguard_account:link", args=[way.pk, capability_token(mail, _about(way))])
    link = settings().public_origin.rstrip("/") + path
    return letters.write(
        "domainguard/mail/way_back_link", mail, address=way.standing.address, link=link
    )


def notice_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Write what happened to a way; whoever reads it elsewhere can only object."""
    path = reverse("domainguard_account:addresses")
    what = mail.payload["what"]
    return letters.write(
        "domainguard/mail/way_back",
        mail,
        happened=_WHAT[what],
        is_here=what == HERE,
        page=settings().public_origin.rstrip("/") + path,
    )


def _about(way: WayBack) -> str:
    return f"way_back:{way.pk}:{way.account}:{way.epoch}"
