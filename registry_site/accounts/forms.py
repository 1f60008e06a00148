"""The forms that ask who somebody is, with words that say what they take."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeForm
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import ValidationError
from django.forms import CharField, TextInput
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):  # type: ignore[misc]
    """Takes a username or an address, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username or email address")
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ReauthenticateForm(PasswordForm):  # type: ignore[misc]
    """Takes the password, and a code besides where the account has a second factor.

    A stolen session with a stolen password, or with a telephone left on a desk, changes nothing.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._second: CodeForm | None = None
        if is_mfa_enabled(self.user):
            self.fields["code"] = CharField(
                label=_("Code"),
                widget=TextInput(attrs={"autocomplete": "one-time-code"}),
                help_text=_("From your authenticator app, or one of your recovery codes."),
            )

    def clean(self) -> dict[str, Any]:
        """Try the code only after the right password: a code can be used but once."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "code" in self.fields and not self.errors:
            second = CodeForm(user=self.user, data={"code": cleaned["code"]})
            if not second.is_valid():
                raise ValidationError({"code": second.errors["code"].as_data()})
            self._second = second
        return cleaned

    def record(self) -> None:
        """Note in the session that the second factor was given, if there is one."""
        if self._second is not None:
            self._second.save()
