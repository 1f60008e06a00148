"""Tells the accounts that are down for a notice: at most one mail a week for each reason."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db.models import Max

from domainguard.models import Automation, DueNotice, OutboxMail
from domainguard.models.locking import atomic
from domainguard.services import co_owners, letters, notify, quiet
from domainguard.services.early import may_tell
from domainguard.services.outbox import Outdated
from domainguard.services.prompts import Prompt, prompts_of
from domainguard.wiring import now, site_facts

log = logging.getLogger("domainguard.say")
_AT_ONCE = 200
_A_WEEK = timedelta(days=7)
_AFTER_TROUBLE = timedelta(hours=1)
Reason = DueNotice.Reason


def say(limit: int = _AT_ONCE) -> int:
    """Settle the notices that are due, the oldest first; give how many accounts were told.

    Each is one commit. Nothing happens while automation is paused.
    """
    if not may_tell():
        return 0
    due = DueNotice.objects.filter(due_at__lte=now()).order_by("due_at", "pk")
    return sum(_settle(key) for key in list(due.values_list("pk", flat=True)[:limit]))


def _settle(key: int) -> bool:
    try:
        with atomic():
            if not Automation.may_act():
                return False
            found = DueNotice.objects.select_for_update().filter(pk=key, due_at__lte=now())
            return sum(map(_tell, found)) > 0
    except Exception:  # the site may know one account too few; the others do not wait for it
        log.exception("Due notice %s could not be settled.", key)
        DueNotice.objects.filter(pk=key).update(due_at=now() + _AFTER_TROUBLE)
        return False


def _tell(notice: DueNotice) -> bool:
    """Tell one account, or put it off for the week's sake, or let go what is no longer so."""
    last = _told_last(notice)
    if last is not None and now() - last < _A_WEEK:
        notice.due_at = last + _A_WEEK
    else:
        notice.due_at = None
        if is_still_so(notice):
            co_owners.warn(notice)
            notice.told_at = now() if _tell_everywhere(notice) else None
    notice.save(update_fields=["due_at", "told_at"])
    return notice.told_at is not None


def _told_last(notice: DueNotice) -> datetime | None:
    told = DueNotice.objects.filter(account=notice.account, reason=notice.reason)
    last: datetime | None = told.aggregate(last=Max("told_at"))["last"]
    return last


def _tell_everywhere(notice: DueNotice) -> bool:
    standings = notify.eligible_standings(notice.account) if _is_welcome(notice) else []
    letter = "co_owner" if notice.reason == Reason.CO_OWNER else "early"
    for standing in standings:
        notify.tell(standing, letter=letter, key=f"due:{notice.pk}", notice=notice.pk)
    return bool(standings)


def _is_welcome(notice: DueNotice) -> bool:
    """Say whether an account wants to be told; a security notice comes unasked."""
    if notice.reason == Reason.CO_OWNER:
        return True
    return quiet.link_for(notice.account) is not None and not quiet.is_quiet(notice.account)


def is_still_so(notice: DueNotice) -> bool:
    """Say whether what a notice is about is so now."""
    if notice.reason == Reason.CO_OWNER:
        return co_owners.is_on_hold(co_owners.account_in(notice))
    if notice.reason == Reason.ONE_DOMAIN and not site_facts().impact(notice.account):
        return False  # nothing hangs on the account but itself
    return bool(_prompts(notice))


def _prompts(notice: DueNotice) -> list[Prompt]:
    return [each for each in prompts_of(notice.account) if each.kind == notice.reason]


def early_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Write what an owner should know, as it is now; raises Outdated when it is no longer so."""
    notice = DueNotice.objects.get(pk=mail.payload["notice"])
    prompts, link = _prompts(notice), quiet.link_for(mail.account)
    if not prompts or link is None or quiet.is_quiet(mail.account):
        raise Outdated
    one_click = {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return letters.write(
        "domainguard/mail/early", mail, headers=one_click, prompts=prompts, quiet_link=link
    )


def co_owner_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Write that a co-owner cannot be recovered; raises Outdated when they can be again."""
    notice = DueNotice.objects.get(pk=mail.payload["notice"])
    account = co_owners.account_in(notice)
    if not co_owners.is_on_hold(account):
        raise Outdated
    person = co_owners.name_of(account)
    return letters.write("domainguard/mail/co_owner", mail, person=person)
