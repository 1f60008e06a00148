"""Who hosts the domains of the small internet: made-up hosters and registrars, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hosting:
    """What a customer of one hoster gets: registrar (IANA id), name servers, mail hosts."""

    registrar: int
    ns: tuple[str, ...]
    mx: tuple[str, ...]

    @property
    def domains(self) -> frozenset[str]:
        """The registrable domains of its hosts, which must exist as well."""
        return frozenset(host.split(".", 1)[1] for host in (*self.ns, *self.mx))


def _hosting(registrar: int, domain: str, mail_domain: str = "") -> Hosting:
    return Hosting(
        registrar,
        (f"ns1.{domain}", f"ns2.{domain}"),
        (f"mx1.{mail_domain or domain}", f"mx2.{mail_domain or domain}"),
    )


NORTHWIND = _hosting(9101, "northwind-hosting.net")
HARBOUR = _hosting(9102, "harbourdns.org", "harbourmail.org")
LANTERN = _hosting(9103, "lantern-cloud.com")
MEADOW = _hosting(9104, "meadowhost.net", "meadow-mail.com")
CUSTOMERS_CHOICE = (NORTHWIND, HARBOUR, LANTERN, MEADOW)

# Whoever registers what others let lapse.
CATCHER = _hosting(9201, "quick-catch-dns.com", "anymail-relay.net")

# Where registrars park what was not paid. The first host is one that is known as parking.
PARKING = Hosting(
    9301,
    ("ns1.pendingrenewaldeletion.com", "ns2.pendingrenewaldeletion.com"),
    ("mx1.pendingrenewaldeletion.com",),
)
# A registrar's own parking page that stands on no public list.
QUIET_PARKING = _hosting(9302, "unpaid-name-page.net")
MARKET = Hosting(9303, ("ns1.afternic.com", "ns2.afternic.com"), ("mx1.afternic.com",))

EVERY_HOSTING = (*CUSTOMERS_CHOICE, CATCHER, PARKING, QUIET_PARKING, MARKET)
EVERY_HOST_DOMAIN = tuple(sorted({name for each in EVERY_HOSTING for name in each.domains}))
