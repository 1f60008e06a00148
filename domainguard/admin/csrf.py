"""Writes down a staff form that came without its page's mark; a site names it CSRF_FAILURE_VIEW."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.csrf import csrf_failure

from domainguard import audit
from domainguard.wiring import now

from .denials import actor_of

_OURS = "domainguard_"


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer as Django does; where a page of ours was meant for staff, add a row to the trail.

    Only what signed-in staff send is written: strangers could fill the trail with such forms.
    """
    match, user = request.resolver_match, getattr(request, "user", None)
    is_ours = match is not None and (match.url_name or "").startswith(_OURS)
    if is_ours and match is not None and user is not None and user.is_active and user.is_staff:
        kind = str(match.kwargs.get("kind") or match.url_name)[:40]
        audit.record("act_denied", at=now(), actor=actor_of(request), kind=kind, why="csrf")
    return csrf_failure(request, reason)
