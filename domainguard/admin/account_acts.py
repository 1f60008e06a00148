"""Acts on de-verified accounts: restore, keep, contact, start recovery, contain, note, assign."""

from __future__ import annotations

from typing import ClassVar

from domainguard.services.acts.verb import On

from .act_pages import ActPages


class AccountActs(ActPages):
    """The base of the queue's admin. Its rows are Deverifications.

    `acts_for(request, row)` gives Offers for a page; bulk actions and the confirmation page
    `admin:domainguard_deverification_act` (kind, `?pk=…&pk=…`) are there by themselves.
    """

    on: ClassVar[On] = On.ACCOUNT
