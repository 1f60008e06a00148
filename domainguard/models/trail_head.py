"""How long the audit trail's chain is and in which seal it ends: the lock of whoever seals."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TrailHead(models.Model):
    """At most one row, with key 1. Its signature shows when the end of the chain was cut off."""

    count = models.BigIntegerField(_("sealed rows"), default=0)
    last = models.CharField(_("last seal"), max_length=64, blank=True)
    signature = models.CharField(_("signature"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("end of the audit trail")
        verbose_name_plural = _("end of the audit trail")

    def __str__(self) -> str:
        return f"{self.count} sealed rows"
