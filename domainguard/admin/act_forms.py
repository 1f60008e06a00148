"""What staff fill in on a confirmation page: always a reason, and what the act needs besides."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from domainguard.addressbooks.keys import account_of
from domainguard.models import StaffAct
from domainguard.services.acts.override import LONGEST
from domainguard.services.acts.own import STAFF
from domainguard.wiring import now


class ReasonForm(forms.Form):
    """Why somebody does something; every colleague reads it, and the trail keeps it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Every colleague can read this. Write no address and no secret."),
    )


class ActForm(ReasonForm):
    """A reason, and the mark of this page, by which it counts once however often it is sent."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid4().hex

    def detail(self) -> dict[str, Any]:
        """Give what the act needs besides, as JSON values."""
        return {}


class OverrideForm(ActForm):
    """Until when the holds refuse nobody."""

    until = forms.DateField(
        label=_("Until the end of (UTC)"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("30 days from now at most. After that the holds refuse again."),
    )
    field_order = ("until", "reason")

    def clean_until(self) -> datetime:
        """Take a day between today and the last one that is allowed."""
        day = self.cleaned_data["until"]
        end = datetime.combine(day, time.max, UTC).replace(microsecond=0)
        if not now() < end <= now() + LONGEST:
            last = (now() + LONGEST - timedelta(days=1)).date().isoformat()
            raise ValidationError(_("Choose a day from today to %(last)s."), params={"last": last})
        return end

    def detail(self) -> dict[str, Any]:
        """Give the moment."""
        return {"until": self.cleaned_data["until"].isoformat()}


class ContactForm(ActForm):
    """What the person reads."""

    message = forms.CharField(
        label=_("Message to the person"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Plain text. It is sent as it stands, below a greeting."),
    )
    field_order = ("message", "reason")

    def detail(self) -> dict[str, Any]:
        """Give the text."""
        return {"message": self.cleaned_data["message"]}


class AssignForm(ActForm):
    """Which colleague sees to it."""

    to = forms.ModelChoiceField(
        label=_("Colleague"), queryset=get_user_model()._default_manager.none()
    )
    field_order = ("to", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        users = get_user_model()._default_manager.filter(is_staff=True, is_active=True)
        cast("forms.ModelChoiceField[Any]", self.fields["to"]).queryset = users

    def detail(self) -> dict[str, Any]:
        """Give the colleague as the trail names them."""
        return {"to": f"{STAFF}{account_of(self.cleaned_data['to'])}"}


_FORMS: dict[str, type[ActForm]] = {
    StaffAct.Kind.OVERRIDE.value: OverrideForm,
    StaffAct.Kind.CONTACT.value: ContactForm,
    StaffAct.Kind.ASSIGN.value: AssignForm,
}


def form_of(kind: str) -> type[ActForm]:
    """Give the form of an act."""
    return _FORMS.get(kind, ActForm)
