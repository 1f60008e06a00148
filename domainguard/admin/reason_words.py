"""Reasons in the language in force: of a verdict's signs, and of the gate's answers."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from domainguard.core.reasons import SENTENCES, Code
from domainguard.gate import Reason

RULINGS: Mapping[Reason, Promise] = {
    Reason.ELIGIBLE: _("in order"),
    Reason.TRUSTED: _("in order: the site's own domain"),
    Reason.NOT_VERIFIED: _("not verified at the site"),
    Reason.NEVER_PROVEN: _("never proven"),
    Reason.OLDER_EPOCH: _("no longer trusted"),
    Reason.HELD: _("its domain is on hold"),
    Reason.REMOVED: _("removed"),
    Reason.TOO_NEW: _("too new for recovery"),
    Reason.NO_MAIL: _("its domain takes no mail"),
    Reason.UNKNOWN: _("unknown"),
    Reason.NOBODY_ANSWERED: _("nobody could be asked"),
}


def sentence_of(code: str) -> str:
    """Give the sentence for a reason's machine word; a word of another release stays a word."""
    try:
        return gettext(SENTENCES[Code(code)])
    except ValueError:
        return code.replace("_", " ")
