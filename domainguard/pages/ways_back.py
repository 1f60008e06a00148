"""What happened to my address, and the ways back: for the signed-in owner and nobody else."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from domainguard.addressbooks.keys import account_of
from domainguard.core.ways import Way, ways_open
from domainguard.models import AddressStanding, WayBack
from domainguard.models.locking import atomic
from domainguard.pages.way_forms import WORDS, CaseForm, SavedCodeForm
from domainguard.services.ways import case, dns_proof, restore, rows, saved_code, signed_in
from domainguard.services.ways.loss import Loss, facts_of_recovery, helpers_of, situation_of
from domainguard.services.ways.rows import Refusal, WayRefused
from domainguard.services.ways.told import Story, story_of
from domainguard.wiring import address_book

_GET_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
@never_cache
@login_required
def addresses(request: HttpRequest) -> HttpResponse:
    """List those of the owner's addresses to which something happened."""
    told = [story_of(standing) for standing in _own(request).order_by("pk")]
    shown = [each for each in told if each.happened or each.open_way or each.given_back]
    return render(request, "domainguard/ways/addresses.html", {"stories": shown})


@require_safe
@never_cache
@login_required
def what_happened(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell when and why an address lost its trust, what was seen, and which ways lead back."""
    story = _story(request, pk)
    return render(request, "domainguard/ways/what_happened.html", _told(request, story))


@require_http_methods(_GET_OR_POST)
@never_cache
@login_required
def walk(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Say what a way takes, and begin it at a POST."""
    story = _story(request, pk)
    loss = story.loss
    if kind not in WayBack.Kind.values or loss is None:
        raise Http404
    form = _form(kind, loss, request)
    shown = {**_told(request, story), "kind": kind, "form": form}
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            _begin(kind, loss, form, request)
        except WayRefused as refused:
            shown |= _refused(refused)
        else:
            messages.success(request, _("It has begun. Your other addresses are told."))
            return redirect("domainguard_account:what_happened", pk)
    return render(request, "domainguard/ways/walk.html", shown, status=_status(shown))


@require_http_methods(_GET_OR_POST)
@never_cache
@login_required
@transaction.non_atomic_requests
def link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Take a mailed link at a POST, in the owner's own session. A link alone restores nothing."""
    way = _own_way(request, pk)
    shown: dict[str, Any] = {"way": way}
    if request.method == "POST":
        try:
            _confirm(way, token, request)
        except WayRefused as refused:
            shown |= _refused(refused)
        else:
            messages.success(request, _("The address is trusted again, for messages at first."))
            return redirect("domainguard_account:what_happened", way.standing_id)
    if shown.get("refused") in (Refusal.NO_FACTOR, Refusal.STALE_FACTOR):
        shown["factor_page"] = facts_of_recovery().second_factor_page(request.path)
    return render(request, "domainguard/ways/link.html", shown, status=_status(shown))


@require_http_methods(_GET_OR_POST)
@never_cache
@login_required
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a try under way, or take back what one gave while it is for messages only."""
    way = _own_way(request, pk)
    shown: dict[str, Any] = {"way": way}
    if request.method == "POST":
        try:
            _stop(way)
        except WayRefused as refused:
            shown |= _refused(refused)
        else:
            messages.success(request, _("It is stopped. Your other addresses are told."))
            return redirect("domainguard_account:what_happened", way.standing_id)
    return render(request, "domainguard/ways/stop.html", shown, status=_status(shown))


def _own(request: HttpRequest) -> Any:
    rows_ = AddressStanding.objects.select_related("mail_domain__trust_key")
    mine = {"book": address_book().name, "account": account_of(request.user)}
    return rows_.filter(**mine, removed_at=None)


def _story(request: HttpRequest, pk: int) -> Story:
    standing = _own(request).filter(pk=pk).first()
    if standing is None:
        raise Http404
    return story_of(standing)


def _own_way(request: HttpRequest, pk: int) -> WayBack:
    ways = WayBack.objects.select_related("standing__mail_domain__trust_key", "helper__mail_domain")
    way = ways.filter(pk=pk, standing__in=_own(request)).first()
    if way is None:
        raise Http404
    return way


def _told(request: HttpRequest, story: Story) -> dict[str, Any]:
    loss, way = story.loss, story.open_way
    here = reverse("domainguard_account:what_happened", args=[story.standing.pk])
    return {
        "story": story,
        "ways": ways_open(situation_of(loss)) if loss else (),
        "all_ways": Way,
        "record_name": dns_proof.name_of(way) if way and way.record else "",
        "record_ends": dns_proof.ends_at(way) if way and way.record else None,
        "factor_page": facts_of_recovery().second_factor_page(
            request.path if request.method == "GET" else here
        ),
    }


def _form(kind: str, loss: Loss, request: HttpRequest) -> SavedCodeForm | CaseForm | None:
    given = request.POST if request.method == "POST" else None
    if kind == WayBack.Kind.SAVED_CODE:
        return SavedCodeForm(given, helpers=helpers_of(loss))
    return CaseForm(given) if kind == WayBack.Kind.CASE else None


def _begin(kind: str, loss: Loss, form: Any, request: HttpRequest) -> WayBack:
    match kind:
        case WayBack.Kind.SIGNED_IN:
            return signed_in.begin(loss, request)
        case WayBack.Kind.SAVED_CODE:
            said = form.cleaned_data
            return saved_code.begin(loss, int(said["helper"]), said["code"], request)
        case WayBack.Kind.DNS_PROOF:
            return dns_proof.begin(loss)
        case _:
            return case.begin(loss, form.cleaned_data["proofs"])


def _confirm(way: WayBack, token: str, request: HttpRequest) -> None:
    loss = story_of(way.standing).loss
    if loss is None or way.ended_at is not None:
        raise WayRefused(Refusal.OVER)
    if way.kind == WayBack.Kind.SIGNED_IN:
        signed_in.confirm(way, loss, token, request)
    elif way.kind == WayBack.Kind.SAVED_CODE:
        saved_code.confirm(way, loss, token)
    else:
        raise WayRefused(Refusal.LINK)


def _stop(way: WayBack) -> None:
    actor = rows.owner(way.account)
    with atomic():
        if rows.end(way, WayBack.End.CANCELLED, actor=actor):
            return
    restore.withdraw(way, actor=actor)


def _refused(refused: WayRefused) -> dict[str, Any]:
    return {"refused": refused.why, "refusal": WORDS[refused.why]}


def _status(shown: dict[str, Any]) -> HTTPStatus:
    return HTTPStatus.FORBIDDEN if "refused" in shown else HTTPStatus.OK
