"""One list of what happened to an account: at the site, and to the domains of its addresses."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from domainguard.services import history

from .models import AccountEvent, User

MOST = 500
_PER_PAGE = 25


@require_safe
@never_cache
@login_required
def security_history(request: HttpRequest) -> HttpResponse:
    """Show the signed-in person what happened to their account, and why."""
    page = Paginator(history_of(cast(User, request.user)), _PER_PAGE)
    shown = {"page": page.get_page(request.GET.get("page"))}
    return render(request, "accounts/history.html", shown)


def history_of(user: User) -> list[history.Entry]:
    """Give what happened within 400 days, the newest first, at most 500. For the owner alone."""
    found = [*history.history_of(str(user.pk)), *map(_entry, user.events.all()[:MOST])]
    return sorted(found, key=lambda each: each.at, reverse=True)[:MOST]


def _entry(event: AccountEvent) -> history.Entry:
    words = {"network": event.network}
    seen = (_("From the network %(network)s.") % words,) if event.network else ()
    return history.Entry(event.at, event.get_what_display(), event.about, seen)
