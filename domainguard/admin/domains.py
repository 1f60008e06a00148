"""The domains: what we concluded about each, on which evidence, and whose accounts hang on it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from domainguard import audit
from domainguard.core.names import NameRefused
from domainguard.models import DomainStatus
from domainguard.services import check
from domainguard.wiring import now, read_address, read_domain

from .domain_page import held_dependencies_of, page_of
from .domains_filters import FILTERS
from .read_only import ReadOnlyAdmin
from .reason_words import sentence_of

_CHANGE = "admin:domainguard_domainstatus_change"


@admin.register(DomainStatus)
class DomainStatusAdmin(ReadOnlyAdmin):
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
        if row.held:
            return gettext("on hold")
        if row.leaning:
            return gettext("on hold through its mail host")
        return gettext("overridden") if row.waivers else gettext("in order")

    @admin.display(description=_("state"), ordering="state")
    def state_in_words(self, row: DomainStatus) -> str:
        """Give the state without its underscore."""
        return row.state.replace("_", " ")

    def get_urls(self) -> list[URLPattern]:
        """Add the look, which is first a question."""
        look = self.admin_site.admin_view(self.look_now)
        name = "domainguard_domainstatus_look"
        return [path("<int:pk>/look/", look, name=name), *super().get_urls()]

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
        page["may_look"] = request.user.has_perm("domainguard.look_now")
        return super().changeform_view(
            request, object_id, form_url, {**(extra_context or {}), **page}
        )

    def look_now(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask every source now and show what each says; with `keep`, keep what follows."""
        if request.method != "POST" or not request.user.has_perm("domainguard.look_now"):
            raise PermissionDenied
        row = get_object_or_404(DomainStatus, pk=pk)
        keep = "keep" in request.POST
        looked = check.look_now(row.domain, purpose=check.STAFF, dry_run=not keep)
        actor = f"staff:{request.user.pk}"
        audit.record("looked_now", at=now(), actor=actor, domain=row.domain, kept=keep)
        if not keep:
            return self._show(request, looked)
        level = (
            messages.SUCCESS if looked.verdict and looked.verdict.conclusive else messages.WARNING
        )
        said = looked.verdict.sentence if looked.verdict else _("This domain is never looked at.")
        self.message_user(request, said, level)
        return HttpResponseRedirect(reverse(_CHANGE, args=[pk]))

    def _show(self, request: HttpRequest, looked: check.Looked) -> HttpResponse:
        verdict = looked.verdict
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("What each source says now"),
            "opts": self.opts,
            "row": looked.row,
            "verdict": verdict,
            "evidence": [(each, each.outcome.replace("_", " ")) for each in looked.evidence],
            "acts": [act.value for act in looked.acts],
            "reasons": [sentence_of(code) for code in verdict.reasons] if verdict else [],
        }
        return TemplateResponse(request, "admin/domainguard/look.html", context)


def _trust_key_of(term: str) -> str:
    try:
        if "@" in term:
            return read_address(term).trust_key
        return read_domain(term).trust_key
    except NameRefused:
        return ""
