"""The words of an account's history: what each row of the audit trail means to the owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from domainguard.gate import Reason

# Empty: what is said depends on the mail.
OF_ADDRESSES: Final[Mapping[str, str | Promise]] = {
    "address_proven": _("You proved that you read its mail."),
    "address_deverified": _("It lost its trust, and cannot open your account any more."),
    "address_restored": _("It is trusted again."),
    "mail_sent": "",
    "mail_refused": _("A mail that could have opened your account was asked for, and not sent."),
    "mail_dropped": "",
    "capability_used": _("A link from a mail was used."),
    "recovery_completed": _("A new password was set with the link that was sent there."),
    "way_back_begun": _("A way back into trust was begun."),
    "way_back_done": _("A way back into trust came to its end: it counts again."),
    "way_back_cancelled": _("A way back into trust was cancelled."),
    "way_back_expired": _("A way back into trust ran out."),
    "way_back_overtaken": _("A way back into trust ended, because the domain changed again."),
    "way_back_refused": _("A way back into trust was refused."),
    "way_back_withdrawn": _("A way back into trust was taken back: it was not the owner's."),
}

OF_DOMAINS: Final[Mapping[str, Promise]] = {
    "domain_hold": _("On hold: nothing that could open your account goes there."),
    "domain_release": _("The hold has ended."),
    "mail_domain_hold": _("On hold: nothing that could open your account goes there."),
    "mail_domain_release": _("The hold has ended."),
}

WHY: Final[Mapping[str, Promise]] = {
    Reason.NOT_VERIFIED: _("It was not verified."),
    Reason.NEVER_PROVEN: _("It was never proven."),
    Reason.OLDER_EPOCH: _("Its domain has lapsed or changed hands since it was verified."),
    Reason.HELD: _("Its domain was on hold."),
    Reason.REMOVED: _("It had been removed."),
    Reason.TOO_NEW: _("It was to rest before it could open your account."),
    Reason.NO_MAIL: _("Its domain takes no mail."),
    Reason.NOBODY_ANSWERED: _("Nobody could say for a day whether its domain was in order."),
}

_LETTERS: Final[Mapping[str, Promise]] = {
    "reset": _("A link to set a new password was asked for, and sent."),
    "allauth": _("A mail with a link in it was asked for, and sent."),
    "invitation": _("An invitation to a project was sent."),
    "way_back_link": _("A link for the way back into trust was sent."),
}
_DROPPED: Final = _("A mail with a link in it was asked for, and given up before it was sent.")


def mail_in_words(action: str, detail: Mapping[str, Any]) -> str | Promise:
    """Say what became of a mail with power in it; nothing of a notice, which says so itself."""
    sent = _LETTERS.get(detail.get("letter", ""), "")
    return _DROPPED if sent and action == "mail_dropped" else sent
