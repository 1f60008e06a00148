"""The queue of de-verified accounts: who is affected, why, since when, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from domainguard.models import AddressStanding, Deverification
from domainguard.services.steps import Step, others_of, with_steps
from domainguard.wiring import now

from .account_acts import AccountActs
from .account_page import page_of
from .act_history import offered
from .deverified_filters import FILTERS
from .step_words import LABELS


class _Queue(ChangeList):
    """A page of rows, each with the account's other addresses, found for all rows at once."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page."""
        super().get_results(request)
        rows = list(self.result_list)
        others = others_of(rows)
        for row in rows:
            row.others = others[row.pk]
        self.result_list = rows


@admin.register(Deverification)
class DeverificationAdmin(AccountActs):
    """What most hangs on first."""

    change_form_template = "admin/domainguard/account.html"
    list_display = ("who", "why", "suggested", "at_stake", "ways_in", "since")
    list_display_links = ("who",)
    list_filter = FILTERS
    show_facets = admin.ShowFacets.ALLOW  # a count of each choice passes over every row
    show_full_result_count = False
    search_fields = ("account_name", "standing__canonical", "bump__domain__domain")
    search_help_text = _("An account, an address or a domain, or part of one")
    list_select_related = ("standing", "bump__domain")
    ordering = ("-impact", "-id")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add to each row the suggested step, so that it can be filtered by."""
        return with_steps(super().get_queryset(request))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Read what a page of rows shows at once, not row by row."""
        return _Queue

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the answer, then the evidence, then all else that is known about one account."""
        row = self.get_object(request, object_id) if object_id else None
        page = page_of(row) if row else {}
        if row:
            page |= offered(self.acts_for(request, row))
        return super().changeform_view(
            request, object_id, form_url, {**(extra_context or {}), **page}
        )

    @admin.display(description=_("account and address"), ordering="account_name")
    def who(self, row: Deverification) -> SafeString:
        """Give the user's name, or the key of an account that is gone, and the address."""
        return _two_lines(row.account_name or row.standing.account, row.standing.address)

    @admin.display(description=_("domain and reason"), ordering="bump__domain__domain")
    def why(self, row: Deverification) -> SafeString:
        """Give the trust key, with a link to its page, and the reason in words."""
        page = reverse("admin:domainguard_domainstatus_change", args=[row.bump.domain_id])
        link = format_html('<a href="{}">{}</a>', page, row.bump.domain.domain)
        return _two_lines(link, row.bump.sentence)

    @admin.display(description=_("since"), ordering="created_at")
    def since(self, row: Deverification) -> SafeString:
        """Give the day, how long ago that is, and when it was restored."""
        day = f"{row.created_at:%Y-%m-%d}"
        if row.restored_at:
            return _two_lines(day, gettext("restored %s") % f"{row.restored_at:%Y-%m-%d}")
        return _two_lines(day, gettext("%s ago") % timesince(row.created_at, now(), depth=1))

    @admin.display(description=_("at stake"), ordering="impact")
    def at_stake(self, row: Deverification) -> SafeString:
        """Give the projects, their downloads, and whether nobody else owns them."""
        return _two_lines(stake_of(row), gettext("sole owner") if row.sole_owner else "")

    @admin.display(description=_("ways in"), ordering="last_sign_in_at")
    def ways_in(self, row: Any) -> SafeString:
        """Give second factor, last sign-in and the other addresses that are in order."""
        return format_html_join(
            SafeString("<br>"), "{}", ((line,) for line in _ways_in(row, row.others))
        )

    @admin.display(description=_("suggested step"), ordering="step")
    def suggested(self, row: Any) -> str:
        """Give what to do next."""
        return str(LABELS[Step(row.step)])


def stake_of(row: Deverification) -> str:
    """Say what hangs on an account in a few words."""
    if row.projects is None:
        return gettext("weight %d") % row.impact
    said = ngettext("%d project", "%d projects", row.projects) % row.projects
    if row.downloads:
        said += ", " + gettext("%s downloads") % f"{row.downloads:,}"
    return said


def _ways_in(row: Deverification, others: Iterable[AddressStanding]) -> Iterable[str]:
    seen = row.last_sign_in_at
    yield gettext("second factor") if row.second_factor else gettext("no second factor")
    yield gettext("signed in %s") % f"{seen:%Y-%m-%d}" if seen else gettext("never signed in")
    yield from (each.address for each in others)


def _two_lines(first: str, second: str) -> SafeString:
    if not second:
        return format_html("{}", first)
    return format_html('{}<br><span class="dg-quiet">{}</span>', first, second)
