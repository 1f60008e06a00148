"""Reads what the operator said in the environment and turns it into Django's settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

# Words of PRODUCT.md's operations contract on the left, keys of settings.DOMAINGUARD on the right.
_TEXTS = {
    "DOMAINGUARD_RDAP_BOOTSTRAP": "RDAP_BOOTSTRAP",
    "DOMAINGUARD_RDAP_CA": "RDAP_CA",
    "DOMAINGUARD_FASTLY_URL": "FASTLY_URL",
    "DOMAINGUARD_WHOIS_SERVERS": "WHOIS_SERVERS",
    "DOMAINGUARD_CLOCK": "CLOCK",
    "REDIS_URL": "REDIS_URL",
}
_LISTS = {
    "DOMAINGUARD_RESOLVERS": "RESOLVERS",
    "DOMAINGUARD_EGRESS_ALLOW": "EGRESS_ALLOW",
    "DOMAINGUARD_TRUSTED_DOMAINS": "TRUSTED_DOMAINS",
}


def secret(name: str) -> str:
    """Read a secret as it stands; django-environ would take a leading `$` for a reference."""
    return os.environ.get(name, "")


def required(name: str, value: str, *, debug: bool, made_up: str) -> str:
    """Give the value, or the one for development; raise ImproperlyConfigured without DEBUG."""
    if value:
        return value
    if debug:
        return made_up
    raise ImproperlyConfigured(f"{name} is not set in the environment, and DEBUG is off.")


def origin(text: str) -> str:
    """Give `scheme://host[:port]` without a trailing slash; raise ImproperlyConfigured if not."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ImproperlyConfigured(
            f"PUBLIC_ORIGIN must read like https://registry.example.org, but it is {text!r}."
        )
    return f"{parts.scheme}://{parts.netloc}"


def database(default: Path) -> dict[str, Any]:
    """Read DATABASE_URL; SQLite gets what several processes need to share one file."""
    config: dict[str, Any] = dict(env.db_url("DATABASE_URL", default=f"sqlite:///{default}"))
    if config["ENGINE"].endswith(".sqlite3"):
        config["OPTIONS"] = {
            # A transaction that reads first and writes later must not fail half-way as "locked",
            # and a gate that asks inside it must hold the lock while it asks (RULES.md 6).
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        }
    else:
        config |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    return config


def domainguard() -> dict[str, Any]:
    """Gather what the environment says to DomainGuard; what it leaves out is not in the answer."""
    said: dict[str, Any] = {key: env.str(name, default="") for name, key in _TEXTS.items()}
    said |= {key: env.list(name, default=[]) for name, key in _LISTS.items()}
    said["FASTLY_KEY"] = secret("FASTLY_KEY")
    said["RATES"] = _rates(env.list("DOMAINGUARD_RATES", default=[]))
    said["TRAIL_KEYS"] = secret("DOMAINGUARD_TRAIL_KEYS")
    said["METRICS_TOKEN"] = secret("DOMAINGUARD_METRICS_TOKEN")
    said["DEVERIFY"] = env.str("DOMAINGUARD_DEVERIFY", default="enforce")
    return {key: value for key, value in said.items() if value}


def _rates(words: list[str]) -> dict[str, int]:
    """Read `host=number` pairs; raise ImproperlyConfigured for anything else."""
    rates = {}
    for word in words:
        host, _, number = word.strip().rpartition("=")
        if not host or not number.isdecimal():
            raise ImproperlyConfigured(
                f"DOMAINGUARD_RATES has {word!r}; write host=questions a minute, and * for others."
            )
        rates[host.strip()] = int(number)
    return rates
