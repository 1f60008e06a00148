"""A person's own page, the public one, and the pages around a password reset."""

from __future__ import annotations

from typing import cast

from allauth.account.views import ReauthenticateView
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from registry_site.packages.tokens import to_look_at

from .addresses import address_cards
from .forms import ReauthenticateForm
from .models import User


@require_safe
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show the signed-in person their addresses and projects."""
    user = cast(User, request.user)
    roles = user.roles.select_related("project").order_by("project__name")
    cards = address_cards(user)
    shown = {
        "addresses": cards,
        "prompts": [each for each in cards if each.words.lost],
        "fallback": next((each for each in cards if each.words.trusted), None),
        "roles": roles,
        "tokens_to_look_at": to_look_at(user).count(),
    }
    return render(request, "accounts/account.html", shown)


class AllFactorsView(ReauthenticateView):  # type: ignore[misc]
    """Asks for the password once more, and for a code where the account has a second factor."""

    def form_valid(self, form: ReauthenticateForm) -> HttpResponse:
        """Record both in the session, with the time; what follows asks how old they are."""
        form.record()
        answer: HttpResponse = super().form_valid(form)
        return answer


reauthenticate = never_cache(AllFactorsView.as_view())


@require_safe
def user(request: HttpRequest, username: str) -> HttpResponse:
    """Show anybody who publishes what. No address, and nothing that depends on one."""
    person = get_object_or_404(User, username__iexact=username, is_active=True)
    roles = person.roles.select_related("project").order_by("project__name")
    releases = person.releases.select_related("project")[:10]
    shown = {"person": person, "roles": roles, "releases": releases}
    return render(request, "accounts/user.html", shown)


@require_safe
def recovery_help(request: HttpRequest) -> HttpResponse:
    """State every way back into an account."""
    return render(request, "help/recovery.html")
