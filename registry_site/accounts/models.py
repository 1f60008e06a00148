"""The account of a person, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# No "@": a name that looks like an address would be taken for one at sign-in.
USERNAME: Final = RegexValidator(
    r"\A[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z",
    _("Use letters, digits, dots, hyphens and underscores; begin and end with a letter or digit."),
)


class User(AbstractUser):
    """A person who signs in, and who may own projects.

    `email` is the primary address as django-allauth keeps it; all of them are EmailAddress rows.
    Raising `session_generation` ends every session of the account at once. `language` is that of
    the last sign-in: mail is written in it.
    """

    username = models.CharField(
        _("username"),
        max_length=40,
        unique=True,
        validators=[USERNAME],
        error_messages={"unique": _("A user with that username already exists.")},
    )
    session_generation = models.PositiveIntegerField(default=0, editable=False)
    publishing_frozen_at = models.DateTimeField(
        _("publishing frozen at"),
        null=True,
        blank=True,
        help_text=_("While this is set the account cannot publish. Clear it to let it go on."),
    )

    language = models.CharField(max_length=10, blank=True, editable=False)
    recovered_at = models.DateTimeField(null=True, editable=False)

    class Meta(AbstractUser.Meta):
        constraints = (
            models.UniqueConstraint(Lower("username"), name="accounts_user_username_any_case"),
        )

    def get_absolute_url(self) -> str:
        """Give the path of the public page."""
        return reverse("user", args=[self.username])

    def get_session_auth_hash(self) -> str:
        """Bind a session to the password and to the session generation."""
        return self._of_this_generation(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Give the same for each retired SECRET_KEY."""
        yield from map(self._of_this_generation, super().get_session_auth_fallback_hash())

    def _of_this_generation(self, digest: str) -> str:
        return f"{digest}.{self.session_generation}"


class AccountEvent(models.Model):
    """One thing that happened to an account at this site. `about` names what it concerned.

    `network` is where the request came from, shortened; rows older than 400 days are deleted.
    """

    class What(models.TextChoices):
        """What happened, in words for the owner."""

        SIGNED_IN = "signed_in", _("You signed in.")
        PASSWORD_CHANGED = "password_changed", _("The password was changed.")
        ADDRESS_ADDED = "address_added", _("An address was added.")
        ADDRESS_REMOVED = "address_removed", _("An address was removed.")
        ADDRESS_PREFERRED = "address_preferred", _("Another address became the primary one.")
        FACTOR_ADDED = "factor_added", _("The second factor was turned on.")
        FACTOR_REMOVED = "factor_removed", _("The second factor was turned off.")
        CODES_RENEWED = "codes_renewed", _("New recovery codes were made.")
        CODE_USED = "code_used", _("A recovery code was used.")
        WRONG_CODE = "wrong_code", _("The password was right, and the code was wrong.")
        TOKEN_MADE = "token_made", _("An API token was made.")
        TOKEN_REVOKED = "token_revoked", _("An API token was revoked.")
        ROLE_GIVEN = "role_given", _("You were given a role in a project.")
        ROLE_TAKEN = "role_taken", _("A role in a project was taken from you.")

    user = models.ForeignKey(User, models.CASCADE, related_name="events")
    at = models.DateTimeField(db_index=True)
    what = models.CharField(max_length=20, choices=What)
    about = models.CharField(max_length=254, blank=True)
    network = models.CharField(max_length=50, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["user", "-at"], name="accounts_event_of_user"),)

    def __str__(self) -> str:
        return f"{self.what} {self.pk}"
