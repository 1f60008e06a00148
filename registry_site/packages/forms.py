"""The two forms with which people publish."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _

from .models import Project, Release, normalized


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
