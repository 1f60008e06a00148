"""What the generator of lives draws from: windows by TLD class and shares, as data with sources.

Marks: measured, published (by the registry or in a paper), reported (second hand), assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from .outages import How, Where
from .windows import Windows

Days = tuple[int, int]
_NONE: Days = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TldClass:
    """TLDs whose lapses go alike. `share` is of all domains; each pair is a range of days.

    `parked` is None where the name stays on its owner's hosts while it is in the DNS.
    """

    tlds: tuple[str, ...]
    share: float
    grace: Days = _NONE
    parked: Days | None = None
    suspended: Days = _NONE
    redemption: Days = _NONE
    pending_delete: Days = _NONE
    auto_renews: bool = False
    source: str

    def windows(self, rng: Random) -> Windows:
        """Draw how long each stage lasts for one domain."""
        return Windows(
            grace=rng.randint(*self.grace),
            parked_after=rng.randint(*self.parked) if self.parked else None,
            suspended=rng.randint(*self.suspended),
            redemption=rng.randint(*self.redemption),
            pending_delete=rng.randint(*self.pending_delete),
            auto_renews=self.auto_renews,
        )


def _gtld(tlds: tuple[str, ...], share: float) -> TldClass:
    return TldClass(
        tlds=tlds,
        share=share,
        grace=(25, 45),
        parked=(3, 8),
        redemption=(30, 30),
        pending_delete=(5, 5),
        auto_renews=True,
        source="ICANN ERRP and consensus policy, published; 25-45 days of grace assumed",
    )


TLD_CLASSES: tuple[TldClass, ...] = (
    _gtld(("com", "net"), 0.45),
    _gtld(("org", "info"), 0.15),
    _gtld(("app", "dev"), 0.05),
    _gtld(("blog", "online", "shop", "site", "top", "xyz"), 0.10),
    TldClass(
        tlds=("io", "me"),
        share=0.01,
        grace=(25, 45),
        parked=(3, 8),
        redemption=(30, 30),
        pending_delete=(5, 5),
        auto_renews=True,
        source="Identity Digital's standard life cycle, from memory",
    ),
    TldClass(
        tlds=("uk",),
        share=0.03,
        grace=(30, 30),
        suspended=(45, 45),
        redemption=(15, 17),
        source="Nominet: suspended about day 30, cancelled day 90-92, reported",
    ),
    TldClass(tlds=("de",), share=0.03, redemption=(30, 30), source="DENIC: RGP of 30, published"),
    TldClass(tlds=("fr",), share=0.02, redemption=(30, 30), source="AFNIC: 30, recorded answer"),
    TldClass(tlds=("nl",), share=0.02, redemption=(40, 40), source="SIDN: 40, published"),
    TldClass(
        tlds=("cz",), share=0.01, grace=(30, 30), suspended=(30, 30), source="CZ.NIC: 60, reported"
    ),
    TldClass(tlds=("pl",), share=0.01, suspended=(30, 30), source="NASK: 30 blocked, reported"),
    TldClass(
        tlds=("au",), share=0.01, pending_delete=(3, 3), source="auDA: client delete 3, reported"
    ),
    TldClass(
        tlds=("ca",),
        share=0.01,
        suspended=(30, 30),
        pending_delete=(7, 7),
        source="CIRA: 30 and about a week, reported and old",
    ),
    TldClass(tlds=("ru",), share=0.03, suspended=(30, 30), source="nic.ru: 30, published"),
    TldClass(tlds=("eu",), share=0.02, redemption=(40, 40), source="EURid: 40, reported"),
    TldClass(tlds=("be",), share=0.015, redemption=(40, 40), source="DNS Belgium: 40, published"),
    TldClass(
        tlds=("se",), share=0.015, grace=(10, 10), suspended=(60, 60), source="registry.se: 70"
    ),
    TldClass(tlds=("it",), share=0.01, redemption=(30, 30), source="Registro.it: 30, assumed"),
    TldClass(
        tlds=("ws",), share=0.01, grace=(0, 30), source="no redemption at all, reported and old"
    ),
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
