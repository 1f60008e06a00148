"""The filters of the list of domains."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from domainguard.services.overview import GRACE
from domainguard.services.tally import due_between
from domainguard.wiring import now

from .choice_filter import ChoiceFilter

_Conditions = dict[str, tuple[str | Promise, Q]]
_DAYS = re.compile(r"([0-9]{1,4})-([0-9]{1,4})")
_OFFERED = ("0-14", "0-30", "0-60")


class Looks(ChoiceFilter):
    """How well a domain is watched: what the dashboard counts as missing."""

    title, parameter_name = _("looks"), "looks"

    def conditions(self) -> _Conditions:
        """Tell by when it was looked at, and whether anybody answered."""
        at = now()
        day, week = at - timedelta(days=1), at - timedelta(days=7)
        seen = Q(last_conclusive_at__gt=day) | Q(triaged_at__gt=day)
        return {
            "late": (_("due and not yet made"), Q(next_check_at__lt=at - GRACE)),
            "silent": (_("nobody answered the last one"), Q(silent__gt=0)),
            "hot": (_("guards publishing, unseen for a day"), Q(hot=True) & ~seen),
            "cold": (
                _("guards accounts, nothing conclusive for a week"),
                Q(hot=False) & ~Q(last_conclusive_at__gt=week),
            ),
        }


class Expiry(ChoiceFilter):
    """When the recorded expiry date comes; `7-30` in the address means in 7 to 30 days."""

    title, parameter_name = _("recorded expiry"), "expiry"

    def conditions(self) -> _Conditions:
        """Offer a few spans, and the one that is asked for."""
        spans = {"past": (gettext("has passed"), Q(expires_at__lt=now()))}
        for word in dict.fromkeys((*_OFFERED, self.value() or "")):
            if days := _DAYS.fullmatch(word):
                first, last = (int(number) for number in days.groups())
                span = due_between(now(), timedelta(days=first), timedelta(days=last))
                spans[word] = (_in_words(first, last), span)
        return dict(spans)


def _in_words(first: int, last: int) -> str:
    if not first:
        return gettext("within %d days") % last
    return gettext("in %(first)d to %(last)d days") % {"first": first, "last": last}


class Provider(ChoiceFilter):
    """Whether a person ruled that it is, or is not, a mailbox provider."""

    title, parameter_name = _("staff's word"), "word"

    def conditions(self) -> _Conditions:
        """Tell by what staff said about it."""
        return {
            "exempt": (_("marked as exempt provider"), Q(exempt_by_staff=True)),
            "not": (_("marked as none"), Q(exempt_by_staff=False)),
            "overridden": (_("holds overridden for a time"), ~Q(waivers={})),
        }


FILTERS: tuple[Any, ...] = (
    "held", "state", "under_review", Expiry, Looks, Provider, "has_registry",
)  # fmt: skip
