"""Acts on domains: look now, hold, release, override, mark as exempt provider or as none."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from domainguard import audit
from domainguard.core.evidence import Evidence
from domainguard.core.lifecycle import MEANING
from domainguard.core.reasons import SENTENCES
from domainguard.models import DomainStatus
from domainguard.services import check
from domainguard.services.acts.verb import On
from domainguard.wiring import now

from .act_pages import ActPages, Offer
from .denials import actor_of, may, no_permission

_LOOK = "look"


class DomainActs(ActPages):
    """The base of the domains' admin. Its rows are DomainStatus rows.

    `acts_for(request, row)` gives Offers for a page, the look first. The confirmation page is
    `admin:domainguard_domainstatus_act`; the look is `admin:domainguard_domainstatus_look`.
    """

    on: ClassVar[On] = On.DOMAIN

    def acts_for(self, request: HttpRequest, row: Any) -> list[Offer]:
        """Put the look before the others; it changes nothing until its answer is kept."""
        acts = super().acts_for(request, row)
        if not may(request, "look_now"):
            return acts
        where = reverse("admin:domainguard_domainstatus_look", args=[row.pk])
        return [Offer(_LOOK, _("Look now"), where, "", ""), *acts]

    def get_urls(self) -> list[URLPattern]:
        """Add the look."""
        view = self.admin_site.admin_view(self.look_now)
        name = "domainguard_domainstatus_look"
        return [path("<int:pk>/look/", view, name=name), *super().get_urls()]

    def look_now(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask every source, show what each says and what would follow, and keep it if told so."""
        if not may(request, "look_now") or not self.has_view_permission(request):
            return no_permission(request, _LOOK, targets=[pk])
        row = get_object_or_404(DomainStatus, pk=pk)
        if request.method != "POST":
            return self._look_page(request, row, None)
        is_dry = "keep" not in request.POST
        looked = check.look_now(row.domain, purpose=check.STAFF, dry_run=is_dry)
        audit.record(
            "looked_now", at=now(), actor=actor_of(request), domain=row.domain, kept=not is_dry
        )
        if is_dry:
            return self._look_page(request, row, looked)
        is_clear = looked.verdict is not None and looked.verdict.conclusive
        said = looked.verdict.sentence if looked.verdict else _("This domain is never looked at.")
        self.message_user(request, said, messages.SUCCESS if is_clear else messages.WARNING)
        return HttpResponseRedirect(reverse("admin:domainguard_domainstatus_change", args=[pk]))

    def _look_page(
        self, request: HttpRequest, row: DomainStatus, looked: check.Looked | None
    ) -> HttpResponse:
        verdict = looked.verdict if looked else None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Look now"),
            "opts": self.opts,
            "row": row,
            "looked": looked,
            "verdict": verdict,
            "meaning": MEANING[verdict.state] if verdict else "",
            "reasons": [SENTENCES[code] for code in verdict.reasons] if verdict else [],
            "answers": [_answer(each) for each in looked.evidence] if looked else [],
        }
        return TemplateResponse(request, "admin/domainguard/look.html", context)


def _answer(evidence: Evidence) -> dict[str, Any]:
    """Give one source's answer in the columns of the page, all of it plain text."""
    found, seen = evidence.registration, evidence.delegation
    return {
        "source": evidence.source,
        "outcome": evidence.outcome.value.replace("_", " "),
        "asked": evidence.asked,
        "note": evidence.note,
        "statuses": ", ".join(sorted(each.value for each in found.statuses)) if found else "",
        "registered_at": found.registered_at if found else None,
        "registrar": found.registrar if found else "",
        "ns": ", ".join(sorted(seen.ns)) if seen else "",
        "mx": ", ".join(sorted(seen.mx)) if seen else "",
        "presence": seen.presence.value if seen else "",
    }
