"""What is to be said to an account, once: told, put off, or let go when it is no longer so."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .fields import InstantField


class DueNotice(models.Model):
    """One thing to tell one account at all its eligible addresses.

    `about` is the key of the occasion, so that each is told once. `due_at` is null when it is
    settled; `told_at` stays null where there was nothing to tell any more.
    """

    class Reason(models.TextChoices):
        """Why somebody is written to; at most one mail a week for each."""

        EXPIRY = "expiry", _("the domain runs out")
        GRACE = "grace", _("the domain is past its expiry date")
        HOLD = "hold", _("the domain is on hold")
        ONE_DOMAIN = "one_domain", _("the account hangs on one domain")
        CO_OWNER = "co_owner", _("a co-owner's recovery is on hold")

    account = models.CharField(_("account"), max_length=255)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason.choices)
    about = models.CharField(_("occasion"), max_length=320)
    created_at = InstantField(_("created"), db_index=True)
    due_at = InstantField(_("due"), null=True)
    told_at = InstantField(_("told"), null=True)

    class Meta:
        verbose_name = _("due notice")
        verbose_name_plural = _("due notices")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "reason", "about"], name="domainguard_told_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="domainguard_notice_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.pk}"
