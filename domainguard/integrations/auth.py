"""django.contrib.auth: a reset request becomes an Intent, and its link is looked at again."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth import forms, login, views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template import loader
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from domainguard.addressbooks.keys import account_of
from domainguard.conf import settings
from domainguard.integrations.redeem import look_for, redeem_token
from domainguard.integrations.tokens import recovery_tokens
from domainguard.models import OutboxMail
from domainguard.services import intents
from domainguard.services.clients import client_of
from domainguard.wiring import address_book


class IntentFormMixin:
    """Makes a reset form store what was asked instead of mailing; the same for everybody."""

    domainguard_guarded = True

    def save(
        self,
        domain_override: str | None = None,
        subject_template_name: str = "registration/password_reset_subject.txt",
        email_template_name: str = "registration/password_reset_email.html",
        use_https: bool = False,
        token_generator: Any = None,
        from_email: str | None = None,
        request: HttpRequest | None = None,
        html_email_template_name: str | None = None,
        extra_email_context: dict[str, Any] | None = None,
    ) -> None:
        """Store one Intent. Whose address it is, and whether it may have mail, comes later."""
        intents.store(
            door="reset",
            text=self.cleaned_data["email"],  # type: ignore[attr-defined]
            client=client_of(request),
            payload={
                "subject": subject_template_name,
                "text": email_template_name,
                "html": html_email_template_name,
                "from": from_email,
                "context": extra_email_context or {},
            },
        )


class PasswordResetForm(IntentFormMixin, forms.PasswordResetForm):
    """Django's reset form, storing Intents."""


class PasswordResetView(views.PasswordResetView):
    """Django's reset view with our form."""

    domainguard_guarded = True
    form_class = PasswordResetForm


class PasswordResetConfirmView(views.PasswordResetConfirmView):
    """Django's confirm view; it looks at the domain and asks the gate at GET and at POST."""

    domainguard_guarded = True
    token_generator = recovery_tokens

    @method_decorator(login_not_required)
    @method_decorator(transaction.non_atomic_requests)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Look first, outside any transaction, then let Django check the token."""
        if self._look(kwargs.get("uidb64", ""), kwargs.get("token", "")):
            response = super().dispatch(request, *args, **kwargs)
        else:
            response = self._refuse()
        response.headers["Cache-Control"] = "no-store, private"
        # The address that holds the token answers with a redirect and is named to nobody. The
        # form itself must name its origin to itself: without, browsers post `Origin: null`.
        named_to = "no-referrer" if response.status_code == HTTPStatus.FOUND else "same-origin"
        response.headers["Referrer-Policy"] = named_to
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        """Write the password while nothing the gate's answer rests on can change."""
        token = self.request.session.pop(INTERNAL_RESET_SESSION_TOKEN, None)
        if not redeem_token(self.user, token, form.save):
            return self._refuse()
        if self.post_reset_login:
            login(self.request, self.user, self.post_reset_login_backend)
        return HttpResponseRedirect(str(self.get_success_url()))

    def _look(self, uid: str, token: str) -> bool:
        if token == self.reset_url_token:
            token = self.request.session.get(INTERNAL_RESET_SESSION_TOKEN) or ""
        return look_for(self.get_user(uid), token)

    def _refuse(self) -> HttpResponse:
        """Answer as Django does for a link that is worth nothing."""
        self.validlink, self.user = False, None
        return self.render_to_response(self.get_context_data())


def reset_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Write the reset mail when it is handed over, its link starting with PUBLIC_ORIGIN."""
    user = address_book().user(mail.account)
    kept = mail.payload
    origin = settings().public_origin.rstrip("/")
    protocol, _, host = origin.partition("://")
    context = {
        "email": mail.standing.address,
        "domain": host,
        "site_name": host,
        "protocol": protocol,
        "uid": urlsafe_base64_encode(force_bytes(account_of(user))),
        "user": user,
        "token": recovery_tokens.mint(user, mail),
        **kept.get("context", {}),
    }
    subject = " ".join(loader.render_to_string(kept["subject"], context).split())
    message = EmailMultiAlternatives(
        subject, loader.render_to_string(kept["text"], context), kept.get("from")
    )
    if kept.get("html"):
        message.attach_alternative(loader.render_to_string(kept["html"], context), "text/html")
    return message


urlpatterns = [
    path("password_reset/", PasswordResetView.as_view(), name="password_reset"),
    path(
        "password_reset/done/",
        views.PasswordResetDoneView.as_view(),
        name="password_reset_done",
    ),
    path(
        "reset/<uidb64>/<token>/",
        PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path(
        "reset/done/",
        views.PasswordResetCompleteView.as_view(),
        name="password_reset_complete",
    ),
]
