"""A mail on its way. Whether its address may have it is decided again when it is handed over."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .address_standing import AddressStanding
from .fields import InstantField
from .intent import Intent


class OutboxMail(models.Model):
    """One mail to one standing. `epoch` and `handed_over_at` are set by the commit of SENDING.

    `key` makes a notice unique: the same fact is told once. A capability mail is unique by
    intent and account.
    """

    class Status(models.TextChoices):
        """How far the mail has come. UNCERTAIN: we crashed while SMTP was under way."""

        PENDING = "pending", _("pending")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        DROPPED = "dropped", _("dropped")
        UNCERTAIN = "uncertain", _("uncertain")

    intent = models.ForeignKey(Intent, models.CASCADE, null=True, related_name="mails")
    standing = models.ForeignKey(AddressStanding, models.PROTECT, related_name="mails")
    account = models.CharField(_("account"), max_length=255)
    purpose = models.CharField(_("purpose"), max_length=16)
    letter = models.CharField(_("letter"), max_length=32)
    payload = models.JSONField(_("payload"), default=dict)
    key = models.CharField(_("said once"), max_length=120, null=True, unique=True)
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.PENDING
    )
    reason = models.CharField(_("reason"), max_length=64, blank=True)
    epoch = models.PositiveIntegerField(_("epoch at hand-over"), null=True)
    created_at = InstantField(_("created"))
    expires_at = InstantField(_("dies"))
    next_try_at = InstantField(_("next try"), null=True, db_index=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    handed_over_at = InstantField(_("handed over"), null=True)
    used_at = InstantField(_("link used"), null=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["intent", "account"], name="domainguard_one_mail_per_intent"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "purpose", "-id"], name="domainguard_last_mail")
        ]

    def __str__(self) -> str:
        return f"{self.letter} {self.pk}"
