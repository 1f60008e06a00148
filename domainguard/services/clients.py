"""Names the client class a request came from; an address is believed only from a known proxy."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from domainguard.conf import settings

_HOUSEHOLD = 64  # bits of an IPv6 address that one customer is given at least (RFC 6177)


def client_of(request: HttpRequest | None) -> str:
    """Give a keyed hash of the address a request came from, or of its IPv6 network.

    Empty where nobody can say: without TRUSTED_PROXY_COUNT the nearest address may be a proxy's,
    and a limit on it would shut everybody out.
    """
    proxies = settings().trusted_proxy_count
    if request is None or proxies is None:
        return ""
    try:
        address = ip_address(_address_behind(proxies, request))
    except ValueError:
        return ""
    return salted_hmac("domainguard.client", _class(address), algorithm="sha256").hexdigest()[:32]


def _address_behind(proxies: int, request: HttpRequest) -> str:
    # Each proxy appends whom it heard; whatever stands further left is the client's own word.
    heard = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    if proxies and len(heard) >= proxies and heard[-proxies].strip():
        return heard[-proxies].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _class(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address.packed, _HOUSEHOLD), strict=False))
