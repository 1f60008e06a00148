"""The page behind a mailed link with which an owner stops what staff proposed."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from domainguard.services.acts import stop


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_not_required
@transaction.non_atomic_requests
def stop_act(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Stop it at a POST. The page says nothing of the account: anybody may open it."""
    if request.method != "POST":
        return render(request, "domainguard/stop_act.html")
    is_stopped = stop.stop(pk, token)
    status = HTTPStatus.OK if is_stopped else HTTPStatus.FORBIDDEN
    shown = {"is_stopped": is_stopped, "is_refused": not is_stopped}
    return render(request, "domainguard/stop_act.html", shown, status=status)
