"""Contains an account: whoever is in it is out, and what they kept for later is worth nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from domainguard.models import ActTarget, OutboxMail, StaffAct
from domainguard.wiring import now, site_facts

from .verb import On, Text, Verb, no_obstacle

_WITH_POWER = ("confirm", "recover", "accept", "undo")
_UNSENT = OutboxMail.Status.PENDING
_OUT_THERE = (OutboxMail.Status.SENDING, OutboxMail.Status.SENT, OutboxMail.Status.UNCERTAIN)


def _do(act: StaffAct, target: ActTarget) -> Text:
    since = changed_at(target)
    ended: Mapping[str, Any] | None = site_facts().contain(target.account)
    links = _end_links(target.account)
    target.receipt = {
        # A site that counts nothing still ends everything; its receipt then says only that.
        "ended": {**(ended or {}), "links": links},
        "since": since.isoformat(),
        "releases": list(site_facts().releases_since(target.account, since)),
    }
    return _("Contained.")


def changed_at(target: ActTarget) -> datetime:
    """Give since when somebody else may have been in the account."""
    lost = target.deverification
    if lost is None:
        return now()
    moment: datetime = lost.bump.t0 or lost.bump.at
    return moment


def _end_links(account: str) -> int:
    mails = OutboxMail.objects.filter(account=account, purpose__in=_WITH_POWER, used_at=None)
    unsent = mails.filter(status=_UNSENT).update(
        status=OutboxMail.Status.DROPPED, reason="contained", next_try_at=None
    )
    return unsent + mails.filter(status__in=_OUT_THERE).update(used_at=now())


CONTAIN = Verb(
    kind=StaffAct.Kind.CONTAIN,
    on=On.ACCOUNT,
    permission="contain_account",
    tells=_(
        "Every session, API token, unused mailed link and invitation of the account ends at once, "
        "and it cannot publish until staff say so. The receipt counts them and names the releases "
        "since the change. The password and the second factor stay as they are."
    ),
    ends=_("Cannot be undone: the owner signs in again and makes new tokens."),
    obstacle=no_obstacle,
    do=_do,
)
