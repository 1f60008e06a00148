"""What was done, when, by whom and why: rows that are only ever added."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .fields import InstantField


class AuditEvent(models.Model):
    """One event. Addresses appear only as keyed hashes.

    `mark` says that this site wrote the row. `digest` chains it to the row at the `place` before;
    both are null until the sealer has come past.
    """

    at = InstantField(_("time"), db_index=True)
    actor = models.CharField(_("actor"), max_length=80, db_index=True)
    action = models.CharField(_("action"), max_length=40, db_index=True)
    domain = models.CharField(_("domain"), max_length=253, blank=True, db_index=True)
    address_hash = models.CharField(_("address"), max_length=64, blank=True, db_index=True)
    detail = models.JSONField(_("detail"), default=dict)
    mark = models.CharField(_("mark"), max_length=64, default="")
    # Rows become visible in another order than that of their keys, so the chain has its own.
    place = models.BigIntegerField(_("place"), null=True, unique=True)
    digest = models.CharField(_("seal"), max_length=64, null=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit trail")
        ordering: ClassVar = ["-id"]
        permissions: ClassVar = [("export_trail", _("Can export the audit trail"))]
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=models.Q(digest=None), name="domainguard_unsealed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"
