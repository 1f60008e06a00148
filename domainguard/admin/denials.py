"""Refuses what a member of staff may not do, on a page that says why, and writes it down."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from domainguard import audit
from domainguard.addressbooks.keys import account_of
from domainguard.services.acts.own import STAFF
from domainguard.services.acts.verb import Refused
from domainguard.wiring import now

_STATUS = {"replay": HTTPStatus.CONFLICT, "decided": HTTPStatus.CONFLICT}


def actor_of(request: HttpRequest) -> str:
    """Give the member of staff as the trail names them."""
    return f"{STAFF}{account_of(request.user)}"[:80]


def may(request: HttpRequest, *permissions: str) -> bool:
    """Say whether the person has every one of these permissions of ours."""
    names = [f"domainguard.{name}" for name in permissions]
    return bool(request.user.is_active and request.user.has_perms(names))


def no_permission(request: HttpRequest, kind: str, **about: Any) -> HttpResponse:
    """Refuse whoever lacks the permission."""
    return denied(request, kind, Refused("no_permission", _("You may not do this.")), **about)


def denied(request: HttpRequest, kind: str, refused: Refused, **about: Any) -> HttpResponse:
    """Answer 403, or 409 where the page or the proposal was used before.

    An answer and no exception: where a site wraps each request in a transaction, an exception
    would take the audit row with it.
    """
    audit.record(
        "act_denied", at=now(), actor=actor_of(request), kind=kind, why=refused.code, **about
    )
    context = {
        **admin.site.each_context(request),
        "title": _("This was not done"),
        "said": str(refused),
    }
    status = _STATUS.get(refused.code, HTTPStatus.FORBIDDEN)
    return TemplateResponse(request, "admin/domainguard/denied.html", context, status=status)
