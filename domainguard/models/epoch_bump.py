"""One rise of a domain's control epoch: why, on which evidence, and how far it is carried out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from domainguard.core.record import Cause

from .domain_status import DomainStatus
from .fields import InstantField


class EpochBump(models.Model):
    """One per domain and epoch; `epoch` is the epoch after the rise.

    `evidence` holds the two looks it rests on, so that anybody can check it later without asking
    again. `healed_at`: the same registration came back, and what this bump took is given back.
    """

    domain = models.ForeignKey(DomainStatus, models.PROTECT, related_name="bumps")
    epoch = models.PositiveIntegerField(_("epoch"))
    cause = models.CharField(
        _("cause"),
        max_length=16,
        choices=[(Cause.LAPSE.value, _("lapse")), (Cause.CHANGE_OF_HANDS.value, _("new hands"))],
    )
    sentence = models.CharField(_("in words"), max_length=200)
    evidence = models.JSONField(_("evidence"))
    fingerprint_before = models.JSONField(_("fingerprint before"), null=True)
    t0 = InstantField(_("change began"), null=True, blank=True)
    at = InstantField(_("raised"))
    projected_at = InstantField(_("carried out"), null=True, blank=True, db_index=True)
    healed_at = InstantField(_("same registration came back"), null=True, blank=True)
    restored_at = InstantField(_("trust given back"), null=True, blank=True)

    class Meta:
        verbose_name = _("epoch bump")
        verbose_name_plural = _("epoch bumps")
        ordering: ClassVar = ["-at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["domain", "epoch"], name="domainguard_one_bump"),
        ]

    def __str__(self) -> str:
        return f"{self.domain} > {self.epoch}"
