"""Which RDAP server answers for a TLD: IANA's bootstrap registry (RFC 9224) and our overrides.

An update is believed only within bounds (`accept_update`): whoever could replace this table could
answer for every domain there is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from domainguard.core.names import NameRefused, parse_host

from .base import Refused
from .egress import Target, is_public_name, read_url
from .rfc3339 import read_date_time

LARGEST_UPDATE = 1_000_000  # bytes; too small an update fails for what it leaves out
_MOST_CHANGED = 0.5
_ALWAYS_THERE = ("com", "net", "org")
_BOOTSTRAP_FILE = "rdap-bootstrap.json"
_OVERRIDES_FILE = "rdap-overrides.json"


class BootstrapRefused(ValueError):
    """A bootstrap document cannot be used; the text says why."""


@dataclass(frozen=True)
class Bootstrap:
    """The RDAP base URLs by TLD or longer suffix, each with its final slash.

    `published` is the registry's own publication time as written there (RFC 3339).
    """

    published: str
    servers: Mapping[str, str]

    @classmethod
    def from_file(cls, path: Path | str) -> Bootstrap:
        """Read a bootstrap file; raises OSError and BootstrapRefused."""
        return cls.from_json(Path(path).read_bytes())

    @classmethod
    def from_json(cls, document: bytes | str) -> Bootstrap:
        """Read a bootstrap document as IANA publishes it; raises BootstrapRefused."""
        try:
            parsed = json.loads(document)
            return cls(str(parsed.get("publication") or ""), dict(_services(parsed["services"])))
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            if isinstance(error, BootstrapRefused):
                raise
            raise BootstrapRefused("the document is no RDAP bootstrap (RFC 9224)") from None

    def as_json(self) -> str:
        """Give a bootstrap document with what was understood of the one that was read."""
        suffixes: dict[str, list[str]] = {}
        for suffix, url in sorted(self.servers.items()):
            suffixes.setdefault(url, []).append(suffix)
        services = [[names, [url]] for url, names in sorted(suffixes.items())]
        document = {"version": "1.0", "publication": self.published, "services": services}
        return json.dumps(document, indent=1) + "\n"

    def with_overrides(self, table: Mapping[str, str]) -> Bootstrap:
        """Add servers for suffixes that are not listed; where both know one, IANA wins."""
        return Bootstrap(self.published, {**table, **self.servers})

    def server_for(self, name: str) -> str | None:
        """Give the base URL for a TLD or domain by the longest suffix listed (RFC 9224)."""
        labels = name.split(".")
        suffixes = (".".join(labels[start:]) for start in range(len(labels)))
        return next((self.servers[suffix] for suffix in suffixes if suffix in self.servers), None)

    @property
    def published_at(self) -> datetime | None:
        """The publication time, None where the document states none that can be read."""
        return read_date_time(self.published)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The hosts of all servers: where a redirect may lead."""
        return frozenset(read_url(url).host for url in self.servers.values())


def published_copy() -> Bootstrap:
    """Give the copy of IANA's registry that ships with this release."""
    return Bootstrap.from_json((files("domainguard") / "data" / _BOOTSTRAP_FILE).read_bytes())


def shipped() -> Bootstrap:
    """Give the table that ships with this release, overrides included."""
    return published_copy().with_overrides(overrides())


def overrides() -> dict[str, str]:
    """Give our own table of RDAP servers that IANA does not list."""
    text = (files("domainguard") / "data" / _OVERRIDES_FILE).read_text("utf-8")
    return {row["tld"]: row["url"] for row in json.loads(text)["overrides"]}


def accept_update(
    old: Bootstrap, new_bytes: bytes, *, allow: frozenset[tuple[str, int]] = frozenset()
) -> Bootstrap:
    """Read an update if it is plausible beside the old table; raises BootstrapRefused.

    The caller keeps the old one otherwise. Compare like with like: without overrides on either
    side. `allow` holds the (host, port) pairs of the egress allow-list.
    """
    if len(new_bytes) > LARGEST_UPDATE:
        raise BootstrapRefused(f"an update of {len(new_bytes)} bytes is not plausible")
    new = Bootstrap.from_json(new_bytes)
    if new.published < old.published:
        raise BootstrapRefused("the update was published before what we have")
    missing = [tld for tld in _ALWAYS_THERE if tld not in new.servers]
    if missing:
        raise BootstrapRefused(f"the update has no server for {', '.join(missing)}")
    _check_servers(old, new, allow)
    _check_difference(old, new)
    return new


def _check_servers(old: Bootstrap, new: Bootstrap, allow: frozenset[tuple[str, int]]) -> None:
    for suffix, url in new.servers.items():
        target = read_url(url)
        if (target.host, target.port) in allow:
            continue
        known = old.servers.get(suffix) == url  # two ccTLDs have plain http; no more may follow
        if not is_public_name(target.host) or not (target.scheme == "https" or known):
            raise BootstrapRefused(
                f"the update sends .{suffix} to a server that is not public https"
            )


def _check_difference(old: Bootstrap, new: Bootstrap) -> None:
    suffixes = {*old.servers, *new.servers}
    changed = sum(old.servers.get(suffix) != new.servers.get(suffix) for suffix in suffixes)
    if changed > _MOST_CHANGED * len(old.servers):
        raise BootstrapRefused(
            f"the update changes {changed} entries of {len(old.servers)}, more than half"
        )


def _services(services: Any) -> Iterator[tuple[str, str]]:
    """Give each suffix with its best server: https where there is one."""
    for suffixes, urls in services:
        targets = [_server(url) for url in urls]
        best = min(targets, key=lambda target: target.scheme != "https", default=None)
        if best is not None:
            yield from ((_suffix(suffix), _base_url(best)) for suffix in suffixes)


def _server(url: str) -> Target:
    try:
        return read_url(url)
    except Refused as refused:
        raise BootstrapRefused(f"the document lists {refused}") from None


def _suffix(text: str) -> str:
    try:
        return parse_host(text)
    except NameRefused as refused:
        raise BootstrapRefused(f"the document lists a suffix that is no name: {refused}") from None


def _base_url(target: Target) -> str:
    slash = "" if target.path.endswith("/") else "/"
    return f"{target.scheme}://{target.authority}{target.path}{slash}"
