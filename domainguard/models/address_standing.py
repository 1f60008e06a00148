"""What an account's address is worth: the epoch of its domain at which it was proven."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .fields import InstantField
from .mail_domain import MailDomain


class AddressStanding(models.Model):
    """One address of one account. The row outlives the removal of the address.

    `account` is the user's primary key as text, so that it fits every user model.
    `verified_epoch` null means never proven; `verified_at` is never guessed. `proof_void_since` is
    when the public suffix list moved it: the site's word from before then proves nothing any more.
    """

    book = models.CharField(_("address book"), max_length=64)
    account = models.CharField(_("account"), max_length=255)
    address = models.CharField(_("address as mailed"), max_length=320)
    canonical = models.CharField(_("canonical address"), max_length=320)
    mail_domain = models.ForeignKey(
        MailDomain, models.PROTECT, related_name="standings", verbose_name=_("mail domain")
    )
    verified_epoch = models.PositiveIntegerField(_("verified at epoch"), null=True, blank=True)
    verified_at = InstantField(_("verified at"), null=True, blank=True)
    proof_void_since = InstantField(_("earlier proofs count no more since"), null=True, blank=True)
    recovery_from = InstantField(_("usable for recovery from"), null=True, blank=True)
    first_seen_at = InstantField(_("first seen"))
    removed_at = InstantField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering: ClassVar = ["canonical"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["book", "account", "canonical"], name="domainguard_one_standing"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["book", "canonical"], name="domainguard_by_address"),
            models.Index(
                fields=["mail_domain", "verified_epoch"], name="domainguard_by_domain_epoch"
            ),
        ]

    def __str__(self) -> str:
        return self.address
