"""Why a domain is distrusted: signals, the classes of hold they raise, a sentence for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from .evidence import SourceClass


class HoldClass(StrEnum):
    """What kind of suspicion a hold rests on. It decides how the hold may end."""

    CHANGE_OF_HANDS = "change_of_hands"
    LAPSE = "lapse"
    SUSPENSION = "suspension"
    UNDELEGATED = "undelegated"
    HOSTS_CHANGED = "hosts_changed"
    DEPENDENCY = "dependency"
    STAFF = "staff"

    @property
    def ends_by_itself(self) -> bool:
        """Whether clean looks end such a hold; the others end by people or by a way back."""
        return self not in (HoldClass.CHANGE_OF_HANDS, HoldClass.STAFF)


class Code(StrEnum):
    """One machine word for each thing that can be wrong, or worth a remark."""

    # adverse
    REDEMPTION = "redemption"
    PENDING_DELETE = "pending_delete"
    NOT_REGISTERED = "not_registered"
    DENIED = "denied"
    NXDOMAIN = "nxdomain"
    NEW_HANDLE = "new_handle"
    LATER_REGISTRATION = "later_registration"
    LAPSE_SEEN = "lapse_seen"
    CHANGED_TOGETHER = "changed_together"
    HOSTS_CHANGED_TOGETHER = "hosts_changed_together"
    REGISTRY_HOLD = "registry_hold"
    UNDELEGATED = "undelegated"
    LAME = "lame"
    FREE_BY_VENDOR = "free_by_vendor"
    MAIL_HOST_FREE = "mail_host_free"
    MAIL_HOST_YOUNG = "mail_host_young"
    HELD_BY_STAFF = "held_by_staff"
    # remarks: recorded, never adverse
    NO_BASELINE = "no_baseline"
    REGISTERED_AFTER_VERIFIED = "registered_after_verified"
    PENDING_RESTORE = "pending_restore"
    AUTO_RENEW = "auto_renew"
    EXPIRY_PASSED = "expiry_passed"
    TRANSFERRED = "transferred"
    NS_CHANGED = "ns_changed"
    MX_CHANGED = "mx_changed"
    DS_CHANGED = "ds_changed"
    NULL_MX = "null_mx"
    NO_MX = "no_mx"
    NO_NS = "no_ns"
    FOR_SALE = "for_sale"
    PARKED = "parked"
    SKIPPED_STAGE = "skipped_stage"
    REGISTRY_SILENT = "registry_silent"
    DNS_SILENT = "dns_silent"
    DEGRADED = "degraded"
    EXEMPT = "exempt"


# Signs that the object at the registry is not the one it was.
REGISTRATION_SIGNS = frozenset({Code.NEW_HANDLE, Code.LATER_REGISTRATION, Code.LAPSE_SEEN})

SENTENCES = {
    Code.REDEMPTION: "The registrar has deleted the domain; it is in its redemption period.",
    Code.PENDING_DELETE: "The domain is about to be deleted and released.",
    Code.NOT_REGISTERED: "The domain registry knows no such domain.",
    Code.DENIED: "The domain registry denies a domain that it cannot have released yet.",
    Code.NXDOMAIN: "The domain has gone from the DNS.",
    Code.NEW_HANDLE: "The domain registry gives the domain a new handle: it was created anew.",
    Code.LATER_REGISTRATION: "The domain was registered after the address was verified.",
    Code.LAPSE_SEEN: "The domain had lapsed before.",
    Code.CHANGED_TOGETHER: "Registrar, name servers and mail servers changed together.",
    Code.HOSTS_CHANGED_TOGETHER: "Name servers and mail servers changed together.",
    Code.REGISTRY_HOLD: "The domain is suspended by its registrar or registry.",
    Code.UNDELEGATED: "The domain is not in the DNS.",
    Code.LAME: "None of the domain's name servers has answered for a week.",
    Code.FREE_BY_VENDOR: "A status service reports that anyone can register the domain.",
    Code.MAIL_HOST_FREE: "A domain that handles this domain's mail or names is not registered.",
    Code.MAIL_HOST_YOUNG: "A domain that handles this domain's mail or names was registered anew.",
    Code.HELD_BY_STAFF: "Staff put the domain on hold.",
    Code.NO_BASELINE: "First look: nothing to compare with yet.",
    Code.REGISTERED_AFTER_VERIFIED: "At first sight the domain was younger than an address on it.",
    Code.PENDING_RESTORE: "The domain's owner is restoring it.",
    Code.AUTO_RENEW: "The registry renewed the domain by itself; this alone is usual.",
    Code.EXPIRY_PASSED: "The recorded expiry date has passed.",
    Code.TRANSFERRED: "The registrar changed; an ordinary transfer looks like this.",
    Code.NS_CHANGED: "The name servers changed.",
    Code.MX_CHANGED: "The mail servers changed.",
    Code.DS_CHANGED: "The DNSSEC keys changed.",
    Code.NULL_MX: "The domain declares that it takes no mail.",
    Code.NO_MX: "The domain names no mail server.",
    Code.NO_NS: "The domain exists in the DNS without name servers of its own.",
    Code.FOR_SALE: "The domain is offered for sale.",
    Code.PARKED: "The domain's name servers belong to a parking service.",
    Code.SKIPPED_STAGE: "The domain skipped a stage of its life between two looks.",
    Code.REGISTRY_SILENT: "The domain registry gave no usable answer.",
    Code.DNS_SILENT: "The resolvers gave no usable answer.",
    Code.DEGRADED: "Concluded without a fresh answer of the domain registry.",
    Code.EXEMPT: "A mailbox provider that only people may change.",
}


class Weight(IntEnum):
    """Which of several classes names a look that raises more than one; the heaviest does."""

    DEPENDENCY = 1
    HOSTS_CHANGED = 2
    UNDELEGATED = 3
    SUSPENSION = 4
    LAPSE = 5
    CHANGE_OF_HANDS = 6
    STAFF = 7


@dataclass(frozen=True, slots=True, order=True)
class Signal:
    """One adverse sign: its word, the class of hold it raises, and the witness who gave it."""

    code: Code
    hold_class: HoldClass
    source_class: SourceClass
    source: str

    def as_json(self) -> dict[str, Any]:
        """Give the signal as JSON values."""
        return {
            "code": self.code.value,
            "hold_class": self.hold_class.value,
            "source_class": self.source_class.value,
            "source": self.source,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Signal:
        """Read back what `as_json` gave."""
        return cls(
            Code(kept["code"]),
            HoldClass(kept["hold_class"]),
            SourceClass(kept["source_class"]),
            kept["source"],
        )


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason to refuse. `t0` is when the change is known to have begun, if it is known.

    `sources` are the classes of the witnesses who raised it; the same must clear it. Until
    `waived_until` staff have overridden it: it is kept, and refuses nobody.
    """

    hold_class: HoldClass
    code: Code
    since: datetime
    sources: frozenset[SourceClass]
    t0: datetime | None = None
    waived_until: datetime | None = None

    def is_waived(self, at: datetime) -> bool:
        """Say whether staff have overridden it at this moment."""
        return self.waived_until is not None and at < self.waived_until


def heaviest(signals: frozenset[Signal]) -> Signal:
    """Pick the signal that names the look; raises ValueError when there is none.

    Among signals of one class the code that `Code` lists first says most.
    """
    codes = list(Code)
    return min(
        sorted(signals),
        key=lambda each: (-Weight[each.hold_class.name], codes.index(each.code)),
    )
