"""Reads the operations contract's words in the environment into what settings.DOMAINGUARD holds.

Read as they stand: a secret may begin with a `$`. Lists are split at their commas by `conf`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

KEYS = {
    "DOMAINGUARD_RESOLVERS": "RESOLVERS",
    "DOMAINGUARD_RDAP_BOOTSTRAP": "RDAP_BOOTSTRAP",
    "DOMAINGUARD_RDAP_CA": "RDAP_CA",
    "DOMAINGUARD_WHOIS_SERVERS": "WHOIS_SERVERS",
    "DOMAINGUARD_FASTLY_URL": "FASTLY_URL",
    "FASTLY_KEY": "FASTLY_KEY",
    "DOMAINGUARD_EGRESS_ALLOW": "EGRESS_ALLOW",
    "DOMAINGUARD_TRUSTED_DOMAINS": "TRUSTED_DOMAINS",
    "DOMAINGUARD_RATES": "RATES",
    "DOMAINGUARD_CLOCK": "CLOCK",
    "REDIS_URL": "REDIS_URL",
}
"""What a look needs, by the name of its variable."""
OF_A_SITE = {
    "DOMAINGUARD_DEVERIFY": "DEVERIFY",
    "DOMAINGUARD_TRAIL_KEYS": "TRAIL_KEYS",
    "DOMAINGUARD_METRICS_TOKEN": "METRICS_TOKEN",
}
"""What only a site has a use for."""


def settings_from(
    environ: Mapping[str, str], keys: Mapping[str, str] = KEYS | OF_A_SITE
) -> dict[str, Any]:
    """Give what the environment says; what it leaves out, or empty, is not in the answer.

    Raises ImproperlyConfigured for a rate that is none.
    """
    said: dict[str, Any] = {
        key: environ[name].strip() for name, key in keys.items() if environ.get(name, "").strip()
    }
    if "RATES" in said:
        said["RATES"] = dict(map(_rate, filter(None, said["RATES"].split(","))))
    return said


def _rate(word: str) -> tuple[str, int]:
    host, _, number = word.strip().rpartition("=")
    if not host or not number.isdecimal():
        raise ImproperlyConfigured(
            f"DOMAINGUARD_RATES has {word!r}; write host=questions a minute, and * for others."
        )
    return host.strip(), int(number)
