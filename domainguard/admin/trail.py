"""The audit trail, as it is read and taken away."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from domainguard import audit
from domainguard.core.names import NameRefused
from domainguard.models import AuditEvent, DomainStatus
from domainguard.services.export_trail import Form, export
from domainguard.wiring import now, read_address

from .read_only import ReadOnlyAdmin
from .trail_filters import ActionFilter, ActorFilter, DomainFilter
from .trail_words import action_in_words, detail_in_words

_SECRET_OR_NUL = re.compile("[@\0]")  # no half-typed address, and nothing PostgreSQL cannot keep
_FORMS: dict[Form, str] = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Newest first; addresses appear as keyed hashes only, and are found by typing them."""

    change_list_template = "admin/domainguard/trail.html"
    list_display = ("at", "what_and_detail", "domain_link", "actor", "sealed")
    list_filter = (ActionFilter, "at", ActorFilter, DomainFilter)
    search_fields = ("domain", "actor")
    search_help_text = _("A domain, an actor, or a whole address")
    list_per_page = 100
    show_full_result_count = False
    fields = (
        "at", "actor", "what", "action", "domain_link", "address_hash", "detail", "place", "digest",
    )  # fmt: skip
    readonly_fields = ("what", "domain_link")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        """Find the page of each row's domain in the same query."""
        key = DomainStatus.objects.filter(domain=OuterRef("domain")).values("pk")[:1]
        rows: QuerySet[AuditEvent] = super().get_queryset(request)
        return rows.annotate(domain_key=Subquery(key))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search for an address by its keyed hash, for anything else as usual."""
        hashed = _hash_of(search_term)
        if hashed:
            return queryset.filter(address_hash=hashed), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("what happened"), ordering="action")
    def what(self, row: AuditEvent) -> str:
        """Give the action in words."""
        return action_in_words(row.action)

    @admin.display(description=_("domain"), ordering="domain")
    def domain_link(self, row: Any) -> str:
        """Give the domain, with a link to its page when it has one."""
        if row.domain_key is None:
            return str(row.domain)
        page = reverse("admin:domainguard_domainstatus_change", args=[row.domain_key])
        return format_html('<a href="{}">{}</a>', page, row.domain)

    @admin.display(description=_("what happened"), ordering="action")
    def what_and_detail(self, row: AuditEvent) -> str:
        """Give the action in words, and its detail below where the column is wide enough for it."""
        said = action_in_words(row.action), detail_in_words(row.detail)
        return format_html('{}<br><span class="dg-quiet">{}</span>', *said)

    @admin.display(description=_("sealed"), boolean=True)
    def sealed(self, row: AuditEvent) -> bool:
        """Say whether the row has its place in the chain."""
        return row.digest is not None

    def get_urls(self) -> list[URLPattern]:
        """Add the export."""
        view = self.admin_site.admin_view(self.export)
        name = "domainguard_auditevent_export"
        return [path("export/<str:form>/", view, name=name), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Offer the export to those who may."""
        may = {"may_export": _may_export(request), "export_forms": list(_FORMS)}
        return super().changelist_view(request, {**(extra_context or {}), **may})

    def export(self, request: HttpRequest, form: Form) -> HttpResponseBase:
        """Give the rows that the filters leave, and record who took them."""
        if request.method != "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        if not _may_export(request):
            raise PermissionDenied
        if form not in _FORMS:
            raise BadRequest(f"The trail is exported as csv or json, not {form!r}.")
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters as wrong:
            raise BadRequest("These filters cannot be read.") from wrong
        by = f"staff:{request.user.pk}"
        answer = StreamingHttpResponse(
            export(rows, form, by=by, filters=_filters(request)), content_type=_FORMS[form]
        )
        name = f"audit-trail-{now():%Y%m%dT%H%M%SZ}.{form}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer


def _may_export(request: HttpRequest) -> bool:
    return request.user.has_perm("domainguard.export_trail")


def _filters(request: HttpRequest) -> dict[str, str]:
    """Give what was asked for; an address only as its hash, as everywhere in the trail."""
    said = request.GET.dict()
    return {name: _hash_of(text) or _SECRET_OR_NUL.sub("?", text) for name, text in said.items()}


def _hash_of(text: str) -> str:
    if "@" not in text:
        return ""
    try:
        return audit.address_hash(read_address(text.strip()).canonical)
    except NameRefused:
        return ""
