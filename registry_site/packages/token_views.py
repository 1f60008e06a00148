"""Pages on which people look after their API tokens, and the endpoint that takes one."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_not_required, login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from registry_site.accounts.models import User

from .forms import ReleaseForm, TokenForm
from .models import ApiToken, Project, Release
from .tokens import make_token, to_look_at, user_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def tokens(request: HttpRequest) -> HttpResponse:
    """List the signed-in person's tokens, and make one; its secret is on this answer alone."""
    user, secret = cast(User, request.user), ""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        secret, form = make_token(user, form.cleaned_data["name"]), TokenForm()
    shown = {
        "tokens": user.api_tokens.all(),
        "old": set(to_look_at(user).values_list("pk", flat=True)),
        "form": form,
        "secret": secret,
    }
    return render(request, "packages/tokens.html", shown)


@require_POST
@login_required
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep or revoke a token of one's own."""
    token = get_object_or_404(ApiToken, pk=pk, user=cast(User, request.user))
    if "revoke" in request.POST:
        token.delete()
    elif "keep" in request.POST:
        ApiToken.objects.filter(pk=token.pk).update(kept_at=timezone.now())
    return redirect("tokens")


@csrf_exempt  # no cookie is read here: the token is the whole proof
@require_POST
@login_not_required
def upload(request: HttpRequest, name: str) -> HttpResponse:
    """Publish a release: `Authorization: Bearer dgr-...` with the fields `version` and `notes`."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    user = user_of(secret) if kind == "Bearer" else None
    if user is None:
        return _refused("This token is not known.", HTTPStatus.UNAUTHORIZED)
    project = Project.objects.filter(name=name, people=user).first()
    if project is None or user.publishing_frozen_at is not None:
        return _refused("This token may not publish here.", HTTPStatus.FORBIDDEN)
    form = ReleaseForm(request.POST, instance=Release(project=project, published_by=user))
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=HTTPStatus.BAD_REQUEST)
    return JsonResponse({"release": str(form.save())}, status=HTTPStatus.CREATED)


def _refused(why: str, status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"detail": why}, status=status)
