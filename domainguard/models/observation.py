"""What one source said about one domain in one look, kept as it was weighed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from domainguard.core.evidence import Evidence, Outcome, SourceClass, evidence_as_json

from .domain_status import DomainStatus
from .fields import InstantField


class Observation(models.Model):
    """One piece of evidence. `look` ties together what was weighed in one verdict."""

    domain = models.ForeignKey(DomainStatus, models.CASCADE, related_name="observations")
    look = models.UUIDField(_("look"))
    purpose = models.CharField(_("purpose"), max_length=16)
    at = InstantField(_("time"))
    source = models.CharField(_("source"), max_length=16)
    source_class = models.CharField(
        _("class"), max_length=16, choices=[(each.value, each.value) for each in SourceClass]
    )
    outcome = models.CharField(
        _("outcome"),
        max_length=16,
        choices=[(each.value, each.value.replace("_", " ")) for each in Outcome],
    )
    asked = models.CharField(_("asked"), max_length=255, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    evidence = models.JSONField(_("evidence"))

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["domain", "-at"], name="domainguard_obs_by_domain"),
            # How each source fares is read from the index alone.
            models.Index(fields=["at", "source", "outcome"], name="domainguard_obs_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.outcome}"

    @classmethod
    def of(cls, evidence: Evidence, **kept: object) -> Observation:
        """Make the unsaved row for a piece of evidence."""
        return cls(
            at=evidence.at,
            source=evidence.source,
            source_class=evidence.source_class.value,
            outcome=evidence.outcome.value,
            asked=evidence.asked[:255],
            note=evidence.note[:300],
            evidence=evidence_as_json(evidence),
            **kept,
        )
