"""One try to bring a lost address back: by which way, how far it has come, how it ended."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .address_standing import AddressStanding
from .fields import InstantField


class WayBack(models.Model):
    """At most one is open for an address. It counts only at the epoch at which it began.

    `helper` is the other address of a saved code. `record` is the text that a DNS proof wants to
    see, `seen_since` the begin of the time in which it was never missing, and `sightings` how
    often it was seen in it. `proofs` is what the owner wrote to the admins. `before` is the epoch
    at which the address was verified, to which a withdrawal takes it back.
    """

    class Kind(models.TextChoices):
        """The ways that a person walks; the same registration comes back without a row."""

        SIGNED_IN = "signed_in", _("signed in with a second factor")
        SAVED_CODE = "saved_code", _("another address and a saved code")
        DNS_PROOF = "dns_proof", _("proof in the DNS")
        CASE = "case", _("a case for the admins")

    class End(models.TextChoices):
        """How it ended. OVERTAKEN: the domain's epoch went up again meanwhile."""

        DONE = "done", _("trust came back")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("ran out")
        OVERTAKEN = "overtaken", _("the domain changed again")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("taken back: it was not the owner")

    standing = models.ForeignKey(
        AddressStanding, models.PROTECT, related_name="ways_back", verbose_name=_("address")
    )
    account = models.CharField(_("account"), max_length=255, db_index=True)
    kind = models.CharField(_("way"), max_length=16, choices=Kind.choices)
    epoch = models.PositiveIntegerField(_("epoch"))
    before = models.PositiveIntegerField(_("verified at epoch before"))
    helper = models.ForeignKey(
        AddressStanding, models.PROTECT, null=True, related_name="+", verbose_name=_("by way of")
    )
    record = models.CharField(_("text in the DNS"), max_length=80, blank=True)
    seen_since = InstantField(_("seen since"), null=True, blank=True)
    last_seen_at = InstantField(_("last seen"), null=True, blank=True)
    sightings = models.PositiveSmallIntegerField(_("times seen"), default=0)
    proofs = models.TextField(_("what the owner says"), max_length=4000, blank=True)
    begun_at = InstantField(_("begun"), db_index=True)
    dies_at = InstantField(_("runs out"))
    next_look_at = InstantField(_("next step"), null=True, db_index=True)
    ended_at = InstantField(_("ended"), null=True, blank=True)
    end = models.CharField(_("how"), max_length=12, choices=End.choices, blank=True)

    class Meta:
        verbose_name = _("way back")
        verbose_name_plural = _("ways back")
        ordering: ClassVar = ["-begun_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["standing"],
                condition=models.Q(ended_at=None),
                name="domainguard_one_open_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.standing_id}"
