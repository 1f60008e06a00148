"""What may be reached: one strict reading of URLs, and which addresses count as public.

Whatever is not plainly a public host on https is refused, unless the operator allowed exactly that
`host:port`. Nothing here opens a connection.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from .base import Refused

_LONGEST_URL = 2048
_DEFAULT_PORTS = {"https": 443, "http": 80}
# RFC 3986 without what fools parsers: no user information, no fragment, no backslash, ASCII only.
_URL = re.compile(
    r"(https?)://"
    r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::([1-9][0-9]{0,4}))?"
    r"(/[!$-;=?-\[\]_a-z~]*)?"
)
_HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# The IANA special-purpose registries (RFC 6890) and the transition ranges that smuggle an IPv4
# address. Spelled out: `ipaddress.is_global` differs between releases of Python 3.11.
_NOT_PUBLIC_V4 = [
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
]
_GLOBAL_UNICAST_V6 = ip_network("2000::/3")
_NOT_PUBLIC_V6 = [
    ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL points: `host` is lower case, an IPv6 address stands without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        """Say what is asked for; the query may hold what is nobody's business."""
        return self.url.partition("?")[0]

    @property
    def url(self) -> str:
        """Give the whole URL."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """Give the value of the Host header (RFC 9110 section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.has_default_port else f"{host}:{self.port}"

    @property
    def has_default_port(self) -> bool:
        """Say whether the port is the one its scheme implies."""
        return self.port == _DEFAULT_PORTS[self.scheme]


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressPolicy:
    """Exact (host, port) pairs that may be reached although they are not public, and whom to trust.

    `ca_file` holds the certificates trusted in place of the system's.
    """

    allow: frozenset[tuple[str, int]] = frozenset()
    ca_file: str | None = None

    def allows(self, host: str, port: int) -> bool:
        """Say whether the operator named exactly this host and port."""
        return (host, port) in self.allow

    def check_host(self, host: str, port: int) -> None:
        """Refuse a host that is not spelled as a public name is; raises Refused."""
        if not self.allows(host, port) and not is_public_name(host):
            raise Refused(f"{host}:{port} is no public host name and not in the egress allow-list")

    def check_address(self, host: str, port: int, address: str) -> None:
        """Refuse an address that is not public; raises Refused."""
        if not self.allows(host, port) and not is_public_address(address):
            raise Refused(f"{host} has the address {address[:60]}, which is not public")


def read_url(text: str) -> Target:
    """Read an absolute http or https URL in its plainest form; raises Refused."""
    match = _URL.fullmatch(text) if len(text) <= _LONGEST_URL else None
    if match is None:
        raise Refused("a URL that is not in the plain form scheme://host/path")
    scheme, host, port, path = match.groups()
    number = int(port) if port else _DEFAULT_PORTS[scheme]
    if number > 65535:
        raise Refused("a URL with an impossible port")
    return Target(scheme, host.strip("[]").lower(), number, path or "/")


def is_public_name(host: str) -> bool:
    """Say whether this is a dotted name of LDH labels and no spelling of an address."""
    labels = host.split(".")
    if len(labels) < 2 or not all(_HOST_LABEL.fullmatch(label) for label in labels):
        return False
    # "0x7f.1", "0177.0.0.1" and "1.1" are addresses to inet_aton(3): no TLD begins with a digit.
    return not labels[-1][0].isdigit()


def is_literal(host: str) -> bool:
    """Say whether the host is an address in its plain form."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_public_address(text: str) -> bool:
    """Say whether the address is global unicast and hides no other address in it."""
    if not is_literal(text):
        return False
    address = ip_address(text)
    return _is_public_v4(address) if isinstance(address, IPv4Address) else _is_public_v6(address)


def _is_public_v4(address: IPv4Address) -> bool:
    return not any(address in network for network in _NOT_PUBLIC_V4)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in _GLOBAL_UNICAST_V6:
        return False
    return not any(address in network for network in _NOT_PUBLIC_V6)
