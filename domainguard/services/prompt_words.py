"""The words for what an owner should know: a headline, what it means, and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of one matter. `subject` is a mail's, and names no address."""

    subject: str | Promise
    headline: str | Promise
    meaning: str | Promise
    next_step: str | Promise


WORDS: Final = {
    "expiry": Words(
        _("A domain of yours runs out soon"),
        _("its domain runs out soon"),
        _(
            "When nobody renews it, anyone can register it one day and read the mail that opens"
            " your account. If your registrar renews it by itself, there is nothing to do."
        ),
        _("See at your registrar that it will be renewed, and that your means of payment is valid"),
    ),
    "grace": Words(
        _("A domain of yours is past its expiry date"),
        _("its domain is past its expiry date"),
        _(
            "You can still renew it at your registrar. If you do not, the domain will lapse, and"
            " the address can then no longer open your account."
        ),
        _("Renew the domain today, or add an address on another domain"),
    ),
    "hold": Words(
        _("An address of yours is on hold"),
        _("on hold"),
        _(
            "Something about its domain, or a domain its mail runs over, has not been right for"
            " more than a day: it may have lapsed, been suspended or changed hands. Until that is"
            " settled nothing goes there that could open your account. We look again every few"
            " hours, and when all is as before the address works again by itself."
        ),
        _("See to the domain at its registrar, or add an address on another domain"),
    ),
    "lost": Words(
        _("An address of your account is no longer trusted"),
        _("no longer trusted"),
        _(
            "Its domain has lapsed or changed hands since you verified it, so somebody else may"
            " read its mail now. It cannot open your account any more."
        ),
        _("Add an address on another domain"),
    ),
    "one_domain": Words(
        _("Your account hangs on one domain"),
        _("your account hangs on this domain alone"),
        _(
            "If you ever lose the domain, you lose the only way to get back into your account by"
            " mail. A second address on another domain is all it takes."
        ),
        _("Add an address on another domain"),
    ),
}
