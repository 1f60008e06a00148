"""Acts on domains: hold, release, override, mark as exempt provider or as none."""

from __future__ import annotations

from typing import ClassVar

from domainguard.services.acts.verb import On

from .act_pages import ActPages


class DomainActs(ActPages):
    """The base of the domains' admin. Its rows are DomainStatus rows.

    `acts_for(request, row)` gives Offers for a page; bulk actions and the confirmation page
    `admin:domainguard_domainstatus_act` (kind, `?pk=…`) are there by themselves.
    """

    on: ClassVar[On] = On.DOMAIN
