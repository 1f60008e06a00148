"""What the watch has come to, counted now and then, so that no page counts a million rows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .fields import InstantField


class Tally(models.Model):
    """One row per day in UTC, the last count of the day; a line in a chart is made of them.

    `figures` has what only the newest day's page shows: states, lapses to come, tiers, sources.
    """

    day = models.DateField(_("day"), unique=True)
    at = InstantField(_("counted"))
    domains = models.PositiveIntegerField(_("domains"))
    held = models.PositiveIntegerField(_("domains on hold"))
    deverified = models.PositiveIntegerField(_("de-verified accounts"))
    figures = models.JSONField(_("figures"), default=dict)

    class Meta:
        verbose_name = _("dashboard")
        verbose_name_plural = _("dashboard")
        ordering: ClassVar = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
