"""The RDAP bootstrap file (RFC 9224) of the small internet."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

_NEITHER = ("edu", "gov", "es", "gr", "ph", "ws")  # TLDs whose registries answer no stranger


@cache
def tlds_with_rdap() -> tuple[str, ...]:
    """Name every TLD whose registry answers RDAP, by the tables that ship with the app."""
    listed = {tld for tlds, _ in _shipped("rdap-bootstrap.json")["services"] for tld in tlds}
    overrides = {row["tld"] for row in _shipped("rdap-overrides.json")["overrides"]}
    return tuple(sorted(listed | overrides))


@cache
def every_tld() -> frozenset[str]:
    """Name every TLD of the small internet, also those whose registry has no RDAP."""
    by_whois = {suffix.rpartition(".")[2] for suffix in _shipped("whois.json")["tlds"]}
    return frozenset((*tlds_with_rdap(), *by_whois, *_NEITHER))


def _shipped(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((files("domainguard") / "data" / name).read_text())
    return document


def bootstrap_document(url: str, *, published: datetime) -> str:
    """Write a bootstrap file that sends every one of these TLDs to one server."""
    return json.dumps(
        {
            "description": "RDAP bootstrap file of a small internet on loopback",
            "publication": published.isoformat(),
            "version": "1.0",
            "services": [[list(tlds_with_rdap()), [url]]],
        }
    )
