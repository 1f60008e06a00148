"""An address that lost its trust when its domain's epoch went up, and what was done about it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .address_standing import AddressStanding
from .epoch_bump import EpochBump
from .fields import InstantField


class Deverification(models.Model):
    """One per standing and epoch. The `…_at` fields say how far the projection has come.

    `assigned_to` is a member of staff, as `staff:<key of the user>`.
    From `account_name` on: what the site said hangs on the account when the domain was last looked
    at, kept here because a list is sorted and filtered by it. It decides nothing.
    """

    standing = models.ForeignKey(
        AddressStanding, models.PROTECT, related_name="deverifications", verbose_name=_("address")
    )
    bump = models.ForeignKey(EpochBump, models.PROTECT, related_name="deverifications")
    epoch = models.PositiveIntegerField(_("epoch"))
    enforced = models.BooleanField(_("enforced"))
    created_at = InstantField(_("since"))
    flag_cleared_at = InstantField(_("site told"), null=True, blank=True)
    flag_taken = models.BooleanField(_("the site had it verified"), default=False)
    noticed_at = InstantField(_("person told"), null=True, blank=True)
    restored_at = InstantField(_("restored"), null=True, blank=True)
    kept_at = InstantField(_("ruled to stay"), null=True, blank=True)
    assigned_to = models.CharField(_("assigned to"), max_length=80, blank=True, db_index=True)
    account_name = models.CharField(_("account"), max_length=255, blank=True)
    impact = models.PositiveIntegerField(_("what hangs on it"), default=0)
    projects = models.PositiveIntegerField(_("projects at stake"), null=True, blank=True)
    downloads = models.PositiveBigIntegerField(_("downloads at stake"), null=True, blank=True)
    sole_owner = models.BooleanField(_("sole owner"), default=False)
    second_factor = models.BooleanField(_("second factor"), default=False)
    last_sign_in_at = InstantField(_("last sign-in"), null=True, blank=True)

    KEPT_FACTS: ClassVar = (
        *("account_name", "impact", "projects", "downloads"),
        *("sole_owner", "second_factor", "last_sign_in_at"),
    )

    class Meta:
        verbose_name = _("de-verified account")
        verbose_name_plural = _("de-verified accounts")
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["standing", "epoch"], name="domainguard_once_per_epoch")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-impact", "-id"],
                condition=models.Q(restored_at=None),
                name="domainguard_still_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standing} @ {self.epoch}"
