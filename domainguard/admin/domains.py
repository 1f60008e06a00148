"""The domains: what we concluded about each, on which evidence, and whose accounts hang on it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from domainguard.core.names import NameRefused
from domainguard.models import DomainStatus
from domainguard.wiring import now, read_address, read_domain

from .act_history import offered
from .denials import may
from .domain_acts import DomainActs
from .domain_look import DomainLook
from .domain_page import held_dependencies_of, page_of
from .domains_filters import FILTERS


@admin.register(DomainStatus)
class DomainStatusAdmin(DomainLook, DomainActs):
    """Held domains first, then by name."""

    change_form_template = "admin/domainguard/domain.html"
    list_display = ("domain", "standing", "state_in_words", "addresses", "impact", "sentence")
    list_filter = FILTERS
    show_facets = admin.ShowFacets.NEVER  # a count of each choice would pass over every domain
    show_full_result_count = False
    search_fields = ("domain__startswith",)
    search_help_text = _("How a domain begins, or a whole address")
    ordering = ("-held", "domain")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[DomainStatus]:
        """Say of each domain whether one that carries its mail is on hold."""
        rows: QuerySet[DomainStatus] = super().get_queryset(request)
        return rows.annotate(leaning=Exists(held_dependencies_of(OuterRef("pk"))))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find the domain that an address or a name below it hangs on, or all that begin so."""
        term = search_term.strip().lower().replace("\0", "")
        if not term:
            return queryset, False
        key = _trust_key_of(term)
        if "@" in term:
            return queryset.filter(domain=key), False
        return queryset.filter(Q(domain=key) | Q(domain__startswith=term)), False

    @admin.display(description=_("standing"), ordering="held")
    def standing(self, row: Any) -> str:
        """Say in a word or two whether resets go to addresses there."""
        if row.refuses(now()):
            return gettext("on hold")
        if row.leaning:
            return gettext("on hold through its mail host")
        return gettext("on hold, overridden by staff") if row.held else gettext("in order")

    @admin.display(description=_("state"), ordering="state")
    def state_in_words(self, row: DomainStatus) -> str:
        """Give the state without its underscore."""
        return row.state.replace("_", " ")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the answer, the evidence, and the accounts of one domain."""
        row = self.get_object(request, object_id) if object_id else None
        after = request.GET.get("after", "")
        page = page_of(row, after=int(after) if after.isdecimal() else 0) if row else {}
        if row:
            page |= offered(self.acts_for(request, row))
            page["may_look"] = may(request, "look_now") and not page["trusted"]
        return super().changeform_view(
            request, object_id, form_url, {**(extra_context or {}), **page}
        )


def _trust_key_of(term: str) -> str:
    try:
        if "@" in term:
            return read_address(term).trust_key
        return read_domain(term).trust_key
    except NameRefused:
        return ""
