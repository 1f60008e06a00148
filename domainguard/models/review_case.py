"""Something a person has to decide."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .domain_status import DomainStatus
from .fields import InstantField


class ReviewCase(models.Model):
    """One open question about one domain. At most one of each kind is open for it."""

    class Kind(models.TextChoices):
        """Why a person is asked."""

        BREAKER = "breaker", _("too many at once")
        UNOBSERVED = "unobserved", _("long hold on a domain no registry source covers")
        EXEMPT = "exempt", _("a mailbox provider looks bad")
        MOVED = "moved", _("the public suffix list moved the domain")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    domain = models.ForeignKey(DomainStatus, models.PROTECT, related_name="cases")
    opened_at = InstantField(_("opened"))
    reason = models.CharField(_("reason"), max_length=300)
    detail = models.JSONField(_("detail"), default=dict)
    closed_at = InstantField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=80, blank=True)
    ruling = models.CharField(_("ruling"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("review case")
        verbose_name_plural = _("review cases")
        ordering: ClassVar = ["closed_at", "-opened_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "domain"],
                condition=models.Q(closed_at=None),
                name="domainguard_one_open_case",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-opened_at"],
                condition=models.Q(closed_at=None),
                name="domainguard_open_cases",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.domain}"
