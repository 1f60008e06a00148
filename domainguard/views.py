"""Pages for machines: alive, ready, metrics. And one for people: no early notices any more."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from domainguard.conf import settings
from domainguard.services import quiet
from domainguard.services.readiness import NotReady, check_ready

log = logging.getLogger("domainguard.views")


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Answer: whoever can read this need not restart the process."""
    return _word("alive")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether requests may be sent here; what is missing is said in the log alone."""
    try:
        check_ready()
    except NotReady as missing:
        log.warning("Not ready: %s.", missing)
        return _word("not ready", status=503)
    return _word("ready")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the metrics to whoever has the token, and to staff who may see the domains."""
    if not (_has_token(request) or _is_staff(request)):
        return _word("forbidden", status=403)
    from domainguard.metrics import exposition  # its library may be absent, as urls.py knows

    page, content_type = exposition()
    return HttpResponse(page, content_type=content_type)


@csrf_exempt  # a mail program sends no cookie (RFC 8058): the signed link is the whole proof
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_not_required
def early_notices(request: HttpRequest, token: str) -> HttpResponse:
    """Show whether an account gets early notices; a POST stops them, or with `resume` resumes."""
    account = quiet.account_in(token)
    if account is None:
        raise Http404("This link was not made here.")
    if request.method == "POST":
        quiet.set_quiet(account, "resume" not in request.POST)
    return render(request, "domainguard/early_notices.html", {"is_quiet": quiet.is_quiet(account)})


def _has_token(request: HttpRequest) -> bool:
    wanted = settings().metrics_token
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return bool(wanted) and scheme == "Bearer" and constant_time_compare(given, wanted)


def _is_staff(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_staff and user.has_perm("domainguard.view_domainstatus"))


def _word(word: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{word}\n", content_type="text/plain; charset=utf-8", status=status)
