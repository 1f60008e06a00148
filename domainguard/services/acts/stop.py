"""Lets an owner stop what staff proposed for their account, by a link at an address of theirs."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from domainguard import audit
from domainguard.conf import settings
from domainguard.gate import Purpose, may_receive
from domainguard.models import AddressStanding, OutboxMail, StaffAct
from domainguard.services import letters, notify
from domainguard.services.capability import capability_token, redeem_capability
from domainguard.services.post import payload_of, send_capability_mail
from domainguard.wiring import now

from .letters import tell
from .verb import WAIT

LETTER = "stop_act"
_PAGE = "domainguard_account:stop_act"


def tell_with_link(act: StaffAct, account: str, what: str, *, about: str = "") -> None:
    """Tell each address of an account that counts what is proposed, with a link that stops it.

    One that rests, and a site without the page, gets the notice alone.
    """
    for standing in notify.eligible_standings(account):
        if _has_page() and may_receive(standing.pk, Purpose.UNDO).admitted:
            _post(act, standing, what, about)
        else:
            tell(standing, act, what, about=about)


def _post(act: StaffAct, standing: AddressStanding, what: str, about: str) -> None:
    send_capability_mail(
        letter=LETTER,
        address=standing.address,
        account=standing.account,
        purpose=Purpose.UNDO,
        payload={"act": act.pk, "what": what, "address": about},
    )


def stop_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Write what is proposed, and the link, when it is handed over."""
    said = payload_of(mail)
    token = capability_token(mail, _about(said["act"]))
    path = reverse(_PAGE, args=[said["act"], token])
    return letters.write(
        "domainguard/mail/staff",
        mail,
        what=said["what"],
        address=said["address"],
        hours=int(WAIT.total_seconds() // 3600),
        stop_link=settings().public_origin.rstrip("/") + path,
    )


def stop(key: int, token: str) -> bool:
    """Take the account that the link was mailed to out of the act; say whether the link counted."""
    mail = token.partition(":")[0]
    mails = OutboxMail.objects.filter(pk=int(mail) if mail.isdecimal() and len(mail) < 19 else 0)
    account = mails.values_list("account", flat=True).first() or ""
    answer = redeem_capability(
        token, _about(key), lambda: _take_out(key, account), first=lambda: _lock(key)
    )
    return answer.admitted


def _take_out(key: int, account: str) -> None:
    act, at = _lock(key), now()
    mine = act.targets.filter(account=account, done_at=None)
    if act.refused_at is not None or not mine.exists():
        return  # it is over already, which is what the owner wants
    mine.update(done_at=at, outcome=_("The owner stopped it."))
    owner = f"account:{account}"[:80]
    if not act.targets.filter(done_at=None).exists():
        act.refused_by, act.refused_at = owner, at
        act.refusal = _("The owner stopped it.")
        act.save(update_fields=["refused_by", "refused_at", "refusal"])
    audit.record("act_stopped", at=at, actor=owner, kind=act.kind, act=act.pk, account=account)


def _lock(key: int) -> StaffAct:
    return StaffAct.objects.select_for_update().get(pk=key)


def _has_page() -> bool:
    try:
        reverse(_PAGE, args=[1, "x"])
    except NoReverseMatch:
        return False
    return True


def _about(key: int) -> str:
    return f"stop_act:{key}"
