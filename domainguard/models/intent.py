"""What somebody asked for in a reset form, kept until a worker has looked into it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .fields import InstantField


class Intent(models.Model):
    """One request, stored the same for everybody. It dies 24 h after it was made."""

    door = models.CharField(_("door"), max_length=32)
    submitted = models.CharField(_("submitted"), max_length=320)
    client = models.CharField(_("client class"), max_length=64, blank=True)
    payload = models.JSONField(_("payload"), default=dict)
    created_at = InstantField(_("asked"))
    expires_at = InstantField(_("dies"))
    next_try_at = InstantField(_("next try"), null=True, db_index=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    lease_until = InstantField(_("leased until"), null=True)
    outcome = models.CharField(_("outcome"), max_length=32, blank=True)

    class Meta:
        verbose_name = _("intent")
        verbose_name_plural = _("intents")
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["client", "-id"], name="domainguard_of_one_client"),
            models.Index(fields=["submitted", "next_try_at"], name="domainguard_of_one_text"),
        ]

    def __str__(self) -> str:
        return f"{self.door} {self.pk}"
