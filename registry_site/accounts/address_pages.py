"""The page on which a person adds, verifies, prefers and removes addresses."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.views import EmailView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from domainguard.addressbooks.keys import account_of
from domainguard.models.locking import atomic
from domainguard.services import hygiene

from .addresses import address_cards
from .models import User


class AddressesView(EmailView):  # type: ignore[misc]
    """django-allauth's page, with what each address may do and what a new one means."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what each address may do for the account, and what would be better."""
        user = cast(User, self.request.user)
        account = account_of(user)
        return {
            **super().get_context_data(**kwargs),
            "addresses": address_cards(user),
            "better_primary": hygiene.better_primary(account),
            "needs_second_proof": hygiene.needs_second_proof(account),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        """Add the address, then say what it means to rest on its domain."""
        answer: HttpResponse = super().form_valid(form)
        self._caution(form.cleaned_data["email"])
        return answer

    def _action_primary(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        answer = super()._action_primary(request, *args, **kwargs)
        self._caution(request.POST["email"])
        return answer

    def _action_remove(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with atomic():  # two tabs that remove one address each do not both find the other there
            return super()._action_remove(request, *args, **kwargs)

    def _caution(self, email: str) -> None:
        for caution in hygiene.cautions_of(email):
            messages.warning(self.request, str(hygiene.WORDS[caution]))


addresses = never_cache(login_required(AddressesView.as_view()))
