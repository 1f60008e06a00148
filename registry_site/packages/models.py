"""Projects, the roles people have in them, and releases."""

from __future__ import annotations

import re
from typing import Final

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

PROJECT_NAME: Final = RegexValidator(
    r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z",
    _("Use lower-case letters and digits, parted by single hyphens."),
)
VERSION: Final = RegexValidator(
    r"\A[0-9]+(?:\.[0-9]+)*(?:[a-z]+[0-9]+)?\Z",
    _("Use numbers parted by dots, such as 1.4.2 or 2.0rc1."),
)


def normalized(name: str) -> str:
    """Write a project's name the one way it is stored: `My_Lib` and `my-lib` are one project."""
    return re.sub(r"[-_.\s]+", "-", name.strip()).lower()


class Project(models.Model):
    """A package under a name that nobody else can take."""

    name = models.CharField(_("name"), max_length=80, unique=True, validators=[PROJECT_NAME])
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    description = models.TextField(_("description"), max_length=20_000, blank=True)
    dependents = models.PositiveIntegerField(
        _("dependents"), default=0, help_text=_("How many other projects depend on this one.")
    )
    downloads = models.PositiveBigIntegerField(
        _("downloads"), default=0, help_text=_("How often it was downloaded in the last 30 days.")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    people = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Role", related_name="projects"
    )

    class Meta:
        ordering = ("name",)
        verbose_name = _("project")
        verbose_name_plural = _("projects")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Give the path of the public page."""
        return reverse("project", args=[self.name])


class Role(models.Model):
    """What one person may do in one project."""

    class Kind(models.TextChoices):
        """Owners decide about the project; maintainers publish."""

        OWNER = "owner", _("owner")
        MAINTAINER = "maintainer", _("maintainer")

    project = models.ForeignKey(Project, models.CASCADE, related_name="roles")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="roles")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OWNER)

    class Meta:
        ordering = ("-kind", "user__username")
        constraints = (
            models.UniqueConstraint(
                fields=["project", "user"], name="packages_role_once_per_person"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["owner", "maintainer"]), name="packages_role_kind"
            ),
        )
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return f"{self.user} ({self.kind}, {self.project})"


class Release(models.Model):
    """One published version; it stays when the account that published it goes."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="releases")
    version = models.CharField(_("version"), max_length=40, validators=[VERSION])
    notes = models.TextField(_("notes"), max_length=20_000, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="releases"
    )
    published_at = models.DateTimeField(_("published at"), default=timezone.now, editable=False)

    class Meta:
        ordering = ("-published_at", "-pk")
        indexes = (models.Index(fields=["-published_at"], name="packages_release_newest"),)
        constraints = (
            models.UniqueConstraint(
                fields=["project", "version"], name="packages_release_version_once"
            ),
        )
        verbose_name = _("release")
        verbose_name_plural = _("releases")

    def __str__(self) -> str:
        return f"{self.project} {self.version}"


class ApiToken(models.Model):
    """What a machine publishes with. Only a hash is kept: 256 random bits need no slow one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    kept_at = models.DateTimeField(_("kept at"), null=True, editable=False)

    class Meta:
        ordering = ("created_at", "pk")
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"


class Invitation(models.Model):
    """An offer of a role. Whom it reached is known to nobody who looks here, nor to the inviter."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="invitations")
    kind = models.CharField(_("kind"), max_length=10, choices=Role.Kind, default=Role.Kind.OWNER)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"{self.project} ({self.kind})"
