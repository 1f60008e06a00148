"""An account whose owner asked for no early notices; security notices go on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .fields import InstantField


class QuietAccount(models.Model):
    """No row means that early notices are wanted."""

    account = models.CharField(_("account"), max_length=255, unique=True)
    since = InstantField(_("since"))

    class Meta:
        verbose_name = _("account without early notices")
        verbose_name_plural = _("accounts without early notices")

    def __str__(self) -> str:
        return self.account
