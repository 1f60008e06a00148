"""Name servers of parking services: a weak sign that a domain is between two owners."""

from __future__ import annotations

# Registrable domains of the hosts that registrars and aftermarket services park names on,
# as these services document them for their customers. Reviewed November 2026. Hosts that serve
# a registrar's paying customers as well (dnsowl.com, namebrightdns.com) prove nothing.
PARKING_HOSTS = frozenset(
    {
        "above.com",
        "afternic.com",
        "bodis.com",
        "brainydns.com",
        "dan.com",
        "expirenotification.com",
        "hugedomains.com",
        "parkingcrew.net",
        "parklogic.com",
        "pendingrenewaldeletion.com",
        "renewyourname.net",
        "sedoparking.com",
        "uniregistrymarket.link",
        "voodoo.com",
    }
)


def is_parked(ns: frozenset[str] | None) -> bool:
    """Say whether every name server belongs to a parking service; no name servers are not."""
    return bool(ns) and all(_belongs(host) for host in ns or ())


def _belongs(host: str) -> bool:
    return any(host == park or host.endswith(f".{park}") for park in PARKING_HOSTS)
