"""The forms with which people publish, invite others, and name their tokens."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext as _

from .models import ApiToken, Invitation, Project, Release, normalized


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    """Takes a new name and says what it is for."""

    class Meta:
        model = Project
        fields = ("name", "summary", "description")

    name = forms.CharField(max_length=80, help_text=_("Lower-case letters, digits and hyphens."))

    def clean_name(self) -> str:
        """Write the name the one way it is stored."""
        return normalized(self.cleaned_data["name"])


class ReleaseForm(forms.ModelForm):  # type: ignore[type-arg]
    """Publishes one version of the project its instance names."""

    class Meta:
        model = Release
        fields = ("version", "notes")

    def clean_version(self) -> str:
        """Refuse a version that is already out: what people installed never changes."""
        version: str = self.cleaned_data["version"]
        if self.instance.project.releases.filter(version=version).exists():
            raise forms.ValidationError(_("This version is already published."))
        return version


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """Names a token, so that its owner knows later what it was for."""

    class Meta:
        model = ApiToken
        fields = ("name",)


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Offers a role in the project its instance names; it never says whether anybody is meant."""

    class Meta:
        model = Invitation
        fields = ("kind",)
        labels: ClassVar = {"kind": _("Role")}

    who = forms.CharField(label=_("Username or email address"), max_length=254)
    field_order = ("who", "kind")
