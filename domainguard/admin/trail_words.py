"""What each action of the audit trail is called on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

_SHOWN = 200  # characters of a row's detail in the list; its own page shows all

ACTIONS: Mapping[str, Promise] = {
    "act_approved": _("Proposal agreed to by a second person"),
    "act_denied": _("Staff were refused an act"),
    "act_done": _("Act of staff carried out"),
    "act_left_out": _("Act of staff left out for a target"),
    "act_proposed": _("Act proposed to a second person"),
    "act_refused": _("Proposal refused"),
    "act_stopped": _("Proposal stopped by the account's owner"),
    "act_taken_back": _("Act of staff undone for a target"),
    "act_undone": _("Act of staff undone"),
    "address_deverified": _("Address no longer trusted"),
    "address_proven": _("Address proven"),
    "address_restored": _("Address trusted again"),
    "automation_paused": _("Automation paused"),
    "automation_resumed": _("Automation resumed"),
    "breaker_tripped": _("Breaker tripped"),
    "capability_used": _("Link or code used"),
    "case_opened": _("Review case opened"),
    "clock_accepted": _("Looks from the future declared void"),
    "domain_hold": _("Domain put on hold"),
    "domain_release": _("Hold on domain ended"),
    "domain_set_aside": _("Domain set aside after failures"),
    "epoch_raised": _("Control epoch raised"),
    "hold_ended": _("Hold ended by a way back"),
    "looked_now": _("Looked at by staff"),
    "mail_domain_hold": _("Mail domain put on hold"),
    "mail_domain_moved": _("Mail domain moved to another key"),
    "mail_domain_release": _("Hold on mail domain ended"),
    "mail_dropped": _("Mail dropped"),
    "mail_refused": _("Mail refused"),
    "mail_sent": _("Mail handed over"),
    "mail_uncertain": _("Mail of unknown fate"),
    "recovery_completed": _("New password set by recovery"),
    "reset_refused": _("Reset refused"),
    "sweep_in_trouble": _("Sweep in trouble"),
    "trail_exported": _("Audit trail exported"),
    "trail_head_lost": _("End of the audit trail lost"),
    "way_back_begun": _("Way back begun by an owner"),
    "way_back_cancelled": _("Way back cancelled"),
    "way_back_done": _("Way back walked to its end"),
    "way_back_expired": _("Way back ran out"),
    "way_back_overtaken": _("Way back overtaken by another change"),
    "way_back_refused": _("Way back refused"),
    "way_back_withdrawn": _("Way back taken back by its owner"),
}


def action_in_words(action: str) -> str:
    """Give the label of an action; one that only the site knows loses its underscores."""
    return str(ACTIONS.get(action) or action.replace("_", " "))


def detail_in_words(detail: Any) -> str:
    """Give a row's detail on one line, shortened; plain text, whoever wrote it."""
    if not isinstance(detail, Mapping):
        return Truncator(str(detail)).chars(_SHOWN)
    said = (f"{key.replace('_', ' ')}: {_plain(value)}" for key, value in detail.items())
    return Truncator("; ".join(said)).chars(_SHOWN)


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
