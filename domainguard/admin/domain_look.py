"""Looking at a domain now: first what each source says and what would follow, then keeping it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from domainguard import audit
from domainguard.core.evidence import Evidence
from domainguard.core.lifecycle import MEANING
from domainguard.models import DomainStatus
from domainguard.services import check
from domainguard.services.acts.verb import Refused
from domainguard.wiring import now

from .denials import actor_of, denied, may, no_permission
from .read_only import ReadOnlyAdmin
from .reason_words import sentence_of


class DomainLook(ReadOnlyAdmin):
    """Adds the look to the domains' admin, as `admin:domainguard_domainstatus_look`."""

    def get_urls(self) -> list[URLPattern]:
        """Add the look."""
        view = self.admin_site.admin_view(self.look_now)
        name = "domainguard_domainstatus_look"
        return [path("<int:pk>/look/", view, name=name), *super().get_urls()]

    def look_now(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask every source, show what each says and what would follow; keep it if told so."""
        if not may(request, "look_now") or not self.has_view_permission(request):
            return no_permission(request, "look", targets=[pk])
        if request.method != "POST":
            return denied(request, "look", Refused("no_link", _("Looking is no link to follow.")))
        row = get_object_or_404(DomainStatus, pk=pk)
        keep = "keep" in request.POST
        looked = check.look_now(row.domain, purpose=check.STAFF, dry_run=not keep)
        audit.record("looked_now", at=now(), actor=actor_of(request), domain=row.domain, kept=keep)
        if not keep:
            return self._answers(request, looked)
        is_clear = looked.verdict is not None and looked.verdict.conclusive
        said = looked.verdict.sentence if looked.verdict else _("This domain is never looked at.")
        self.message_user(request, said, messages.SUCCESS if is_clear else messages.WARNING)
        return HttpResponseRedirect(reverse("admin:domainguard_domainstatus_change", args=[pk]))

    def _answers(self, request: HttpRequest, looked: check.Looked) -> HttpResponse:
        verdict = looked.verdict
        context = {
            **self.admin_site.each_context(request),
            "title": _("What each source says about %s now") % looked.row.domain,
            "opts": self.opts,
            "row": looked.row,
            "acts": [act.value for act in looked.acts],
            "verdict": verdict,
            "meaning": MEANING[verdict.state] if verdict else "",
            "reasons": [sentence_of(code) for code in verdict.reasons] if verdict else [],
            "answers": [_answer(each) for each in looked.evidence],
        }
        return TemplateResponse(request, "admin/domainguard/look.html", context)


def _answer(evidence: Evidence) -> dict[str, Any]:
    """Give one source's answer in the columns of the page, all of it plain text."""
    return {
        "source": evidence.source,
        "outcome": evidence.outcome.value.replace("_", " "),
        "asked": evidence.asked,
        "said": "; ".join(filter(None, _said(evidence))),
    }


def _said(evidence: Evidence) -> list[str]:
    return [*_registered(evidence), *_delegated(evidence), evidence.note]


def _registered(evidence: Evidence) -> list[str]:
    found = evidence.registration
    if found is None:
        return []
    return [
        ", ".join(sorted(found.statuses)),
        _("registered %s") % f"{found.registered_at:%Y-%m-%d}" if found.registered_at else "",
        _("expires %s") % f"{found.expires_at:%Y-%m-%d}" if found.expires_at else "",
        found.registrar,
        found.handle,
    ]


def _delegated(evidence: Evidence) -> list[str]:
    seen = evidence.delegation
    if seen is None:
        return []
    return [
        f"{seen.presence} {seen.quorum}",
        ", ".join(sorted(seen.ns)),
        ", ".join(sorted(seen.mx)),
    ]
