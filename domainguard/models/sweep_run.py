"""One row per sweep: what it did, and how far the enrolment of addresses has come."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .fields import InstantField


class SweepRun(models.Model):
    """A sweep without `finished_at` still runs, or was killed. `cursor` is the address book's."""

    started_at = InstantField(_("started"), db_index=True)
    finished_at = InstantField(_("finished"), null=True, blank=True)
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    trouble = models.CharField(_("trouble"), max_length=300, blank=True)
    cursor = models.CharField(_("enrolled up to"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("sweep")
        verbose_name_plural = _("sweeps")
        ordering: ClassVar = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
