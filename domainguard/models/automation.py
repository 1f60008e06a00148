"""The kill switch: one row that says whether automation may act."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .fields import InstantField


class Automation(models.Model):
    """At most one row, with key 1. No row means: running."""

    paused = models.BooleanField(_("paused"), default=False)
    since = InstantField(_("since"))
    by = models.CharField(_("by"), max_length=80)

    class Meta:
        verbose_name = _("automation")
        verbose_name_plural = _("automation")

    def __str__(self) -> str:
        return "paused" if self.paused else "running"

    @classmethod
    def is_paused(cls) -> bool:
        """Say whether automation is paused now."""
        return cls.objects.filter(pk=1, paused=True).exists()

    @classmethod
    def may_act(cls) -> bool:
        """Say whether automation may act, in a transaction until its end: the switch waits for it.

        One step of automation at a time, since a crowd of them would let the switch wait too long.
        """
        return not any(row.paused for row in cls.objects.select_for_update().filter(pk=1))
