"""What the generator of lives draws from: classes of TLDs and shares, as data with sources.

Marks: measured, published (by the registry or in a paper), reported (second hand), assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from domainguard.core.windows import TldWindows, windows_of

from .outages import How, Where
from .windows import Windows

Days = tuple[int, int]
_PARKED: Days = (3, 8)  # ERRP: the old hosts are interrupted some days after expiry; assumed


@dataclass(frozen=True, slots=True, kw_only=True)
class TldClass:
    """TLDs whose lapses go alike, as `data/tld-windows.json` has it. `share` is of all domains.

    `parked` is None where the name stays on its owner's hosts while it is in the DNS.
    """

    tlds: tuple[str, ...]
    share: float
    parked: Days | None = None
    auto_renews: bool = False

    @property
    def stages(self) -> TldWindows:
        """What the TLDs of this class have in common; KeyError for one without known windows."""
        stages = windows_of(self.tlds[0])
        if stages is None:
            raise KeyError(f"no windows are known for .{self.tlds[0]}")
        return stages

    def windows(self, rng: Random) -> Windows:
        """Draw how long each stage lasts for one domain."""
        stages = self.stages
        return Windows(
            grace=rng.randint(*stages.grace),
            parked_after=rng.randint(*self.parked) if self.parked else None,
            suspended=rng.randint(*stages.suspended),
            redemption=rng.randint(*stages.redemption),
            pending_delete=rng.randint(*stages.pending_delete),
            auto_renews=self.auto_renews,
        )


def _as_icann_wants(tlds: tuple[str, ...], share: float) -> TldClass:
    return TldClass(tlds=tlds, share=share, parked=_PARKED, auto_renews=True)


# Shares are assumed.
TLD_CLASSES: tuple[TldClass, ...] = (
    _as_icann_wants(("com", "net"), 0.45),
    _as_icann_wants(("org", "info"), 0.15),
    _as_icann_wants(("app", "dev"), 0.05),
    _as_icann_wants(("blog", "online", "shop", "site", "top", "xyz"), 0.10),
    _as_icann_wants(("io", "me"), 0.01),
    TldClass(tlds=("uk",), share=0.03),
    TldClass(tlds=("de",), share=0.03),
    TldClass(tlds=("fr",), share=0.02),
    TldClass(tlds=("nl",), share=0.02),
    TldClass(tlds=("cz",), share=0.01),
    TldClass(tlds=("pl",), share=0.01),
    TldClass(tlds=("au",), share=0.01),
    TldClass(tlds=("ca",), share=0.01),
    TldClass(tlds=("ru",), share=0.03),
    TldClass(tlds=("eu",), share=0.02),
    TldClass(tlds=("be",), share=0.015),
    TldClass(tlds=("se",), share=0.015),
    TldClass(tlds=("it",), share=0.01),
    TldClass(tlds=("ws",), share=0.01),
)

# What happens to a domain within a year, in shares of all domains. What is left over is healthy.
_LAPSES = 0.02  # assumed
_RENEWED_LATE = 0.55  # of lapses; assumed
_LOST = _LAPSES * (1 - _RENEWED_LATE)
_SOLD = 0.15  # of the lost, without a drop; assumed
_TAKEN = 0.5  # of those dropped; assumed

AS_IN_A_YEAR: Mapping[str, float] = {
    "renewed_in_grace": _LAPSES * _RENEWED_LATE * 0.9,
    "restored_from_redemption": _LAPSES * _RENEWED_LATE * 0.1,  # a fee deters; assumed
    "aftermarket_sale": _LOST * _SOLD,
    "registered_by_a_stranger": _LOST * (1 - _SOLD) * _TAKEN,
    "lapsed": _LOST * (1 - _SOLD) * (1 - _TAKEN),
    "host_moved": 0.08,  # assumed
    "transferred": 0.03,  # assumed
    "dnssec_rollover": 0.02,  # assumed
    "suspended": 0.002,  # assumed
    "mail_host_lapse": 0.0005,  # assumed
    "delegated_subdomain": 0.0002,  # assumed
}
# The 18,000 events by which wrong holds and wrong de-verifications are counted.
HEALTHY_EVENTS: Mapping[str, float] = {
    "transferred": 5 / 18,
    "host_moved": 5 / 18,
    "auto_renewed": 5 / 18,
    "dnssec_rollover": 2 / 18,
    "suspended": 1 / 18,
}
LAPSES: Mapping[str, float] = {"lapsed": 0.4, "registered_by_a_stranger": 0.6}
# What the resurrection benchmark replays: far more losses than a year brings, and all that only
# looks like one beside them. Assumed; the rest is healthy.
RESURRECTIONS: Mapping[str, float] = {
    "registered_by_a_stranger": 0.25,
    "aftermarket_sale": 0.10,
    "mail_host_lapse": 0.05,
    "delegated_subdomain": 0.03,
    "lapsed": 0.07,
    "renewed_in_grace": 0.08,
    "restored_from_redemption": 0.04,
    "transferred": 0.10,
    "host_moved": 0.10,
    "auto_renewed": 0.08,
    "dnssec_rollover": 0.04,
    "suspended": 0.03,
}
OUTAGES_A_YEAR = 52  # assumed
EVERY_KIND: Mapping[str, float] = dict.fromkeys((*AS_IN_A_YEAR, "auto_renewed"), 1 / 12)

SALES_WITH_A_TRACE = 0.6  # assumed: nobody publishes how many buyers keep the name servers

# How long a dropped name stays free: (share, longest wait in seconds), then exponential.
CAUGHT_AT_ONCE = 0.095  # Lauinger et al., IMC 2018, measured for .com
CAUGHT_WITHIN_A_MINUTE = 0.5  # assumed, with .org's 50 % in 30 s (USENIX Security 2017) in mind
MEAN_DAYS_UNTIL_CAUGHT = 10.0  # of the rest; assumed
MAIL_AT_ONCE = 0.7  # of the taken; the others switch mail on within a week; assumed

# How parts of the internet fail, and how often each way among a thousand outages; assumed.
OUTAGES: Mapping[tuple[Where, How], int] = {
    (Where.RESOLVERS, How.SILENT): 150,
    (Where.RESOLVERS, How.ERROR): 150,
    (Where.RESOLVERS, How.DOWN): 50,
    (Where.RESOLVERS, How.BOGUS): 100,  # .de on 5 May 2026: a whole TLD for three hours
    (Where.RESOLVERS, How.NO_SUCH_NAME): 50,
    (Where.RDAP, How.SILENT): 75,
    (Where.RDAP, How.DOWN): 75,
    (Where.RDAP, How.ERROR): 75,
    (Where.RDAP, How.LIMITED): 75,
    (Where.RDAP, How.FORBIDDEN): 25,
    (Where.RDAP, How.QUOTA_NOTICE): 25,
    (Where.RDAP, How.NO_SUCH_NAME): 50,
    (Where.WHOIS, How.SILENT): 20,
    (Where.WHOIS, How.LIMITED): 30,
    (Where.FASTLY, How.UNKNOWN): 30,
    (Where.FASTLY, How.ERROR): 20,
}
