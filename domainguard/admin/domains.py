"""The domains: what we concluded about each, on which evidence, and whose accounts hang on it."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from domainguard import audit
from domainguard.core.lifecycle import MEANING, State
from domainguard.core.reasons import SENTENCES
from domainguard.models import AddressStanding, DomainStatus, MailDependency, Observation
from domainguard.services import check
from domainguard.wiring import is_exempt, now

from .read_only import ReadOnlyAdmin

_LOOKS_SHOWN = 20
_ACCOUNTS_SHOWN = 100


@admin.register(DomainStatus)
class DomainStatusAdmin(ReadOnlyAdmin):
    """Held domains first, then by name."""

    change_form_template = "admin/domainguard/domain.html"
    list_display = ("domain", "standing", "state_in_words", "accounts", "sentence")
    list_filter = ("held", "state", "under_review", "has_registry")
    search_fields = ("domain",)
    ordering = ("-held", "domain")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[DomainStatus]:
        """Count the accounts behind each domain in the same query."""
        present = Q(mail_domains__standings__removed_at=None)
        accounts = Count("mail_domains__standings__account", filter=present, distinct=True)
        rows: QuerySet[DomainStatus] = super().get_queryset(request)
        return rows.annotate(
            accounts=accounts, leaning=Exists(_held_dependencies_of(OuterRef("pk")))
        )

    @admin.display(description=_("standing"), ordering="held")
    def standing(self, row: Any) -> str:
        """Say in a word or two whether resets go to addresses there."""
        if row.held:
            return gettext("on hold")
        if row.leaning:
            return gettext("on hold through its mail host")
        return gettext("in order")

    @admin.display(description=_("state"), ordering="state")
    def state_in_words(self, row: DomainStatus) -> str:
        """Give the state without its underscore."""
        return row.state.replace("_", " ")

    @admin.display(description=_("accounts"), ordering="accounts")
    def accounts(self, row: Any) -> int:
        """Give how many accounts have an address there."""
        return int(row.accounts)

    def get_urls(self) -> list[URLPattern]:
        """Add the one action of a domain's page."""
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
        row = DomainStatus.objects.filter(pk=object_id).first() if object_id else None
        context = {**(extra_context or {}), **(_page(row) if row else {})}
        context["may_look"] = request.user.has_perm("domainguard.look_now")
        return super().changeform_view(request, object_id, form_url, context)

    def look_now(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Look at a domain with every source now, and keep what follows."""
        if request.method != "POST" or not request.user.has_perm("domainguard.look_now"):
            raise PermissionDenied
        row = get_object_or_404(DomainStatus, pk=pk)
        looked = check.look_now(row.domain, purpose=check.STAFF)
        actor = f"staff:{request.user.pk}"
        audit.record("looked_now", at=now(), actor=actor, domain=row.domain)
        level = (
            messages.SUCCESS if looked.verdict and looked.verdict.conclusive else messages.WARNING
        )
        said = looked.verdict.sentence if looked.verdict else _("This domain is never looked at.")
        self.message_user(request, said, level)
        return HttpResponseRedirect(reverse("admin:domainguard_domainstatus_change", args=[pk]))


def _held_dependencies_of(row: DomainStatus | OuterRef) -> QuerySet[MailDependency]:
    return MailDependency.objects.filter(mail_domain__trust_key=row, domain__held=True)


def _page(row: DomainStatus) -> dict[str, Any]:
    return {
        "row": row,
        "meaning": MEANING[State(row.state)],
        "exempt": is_exempt(row.domain),
        "dependencies": DomainStatus.objects.filter(
            maildependency__mail_domain__trust_key=row
        ).distinct(),
        "leaning": _held_dependencies_of(row).exists(),
        "holds": [(hold, SENTENCES[hold.code]) for hold in row.active_holds],
        "reasons": [(code, SENTENCES.get(code, "")) for code in row.reasons],
        "fingerprint": _side_by_side(row),
        "looks": _looks(row),
        "standings": _standings(row),
        "bumps": row.bumps.all(),
    }


def _side_by_side(row: DomainStatus) -> list[tuple[str, str, str, bool]]:
    then, seen = row.fingerprint or {}, row.observed or {}
    lines = []
    for name in ("handle", "registered_at", "registrar", "ns", "mx", "ds", "soa"):
        before, after = _text(then.get(name)), _text(seen.get(name))
        lines.append((name, before, after, bool(before and after and before != after)))
    return lines


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def _looks(row: DomainStatus) -> list[tuple[Observation, list[Observation]]]:
    recent = Observation.objects.filter(domain=row)[: _LOOKS_SHOWN * 4]
    grouped = [list(group) for _, group in groupby(recent, key=lambda each: each.look)]
    return [(group[0], group) for group in grouped[:_LOOKS_SHOWN]]


def _standings(row: DomainStatus) -> QuerySet[AddressStanding]:
    return AddressStanding.objects.filter(mail_domain__trust_key=row).select_related("mail_domain")[
        :_ACCOUNTS_SHOWN
    ]
