"""Reads what the operator said in the environment and turns it into Django's settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


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
