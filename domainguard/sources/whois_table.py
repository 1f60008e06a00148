"""The reviewed table of port-43 servers: who is asked, how, and in which layout they answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from .whois_layout import Layout, layout

_PORT = 43
_QUERY = "{domain}"


class WhoisTableRefused(ValueError):
    """A table of WHOIS servers cannot be used; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoisServer:
    """One registry's server. `query` is its own form of the question, with `{domain}` in it."""

    host: str
    port: int
    query: str
    layout: Layout

    def question(self, domain: str) -> bytes:
        """Give the one line that is sent."""
        return self.query.replace(_QUERY, domain).encode("ascii") + b"\r\n"


@dataclass(frozen=True)
class WhoisTable:
    """The servers by TLD, or by longer suffix where a registry has one server for each."""

    published: str
    servers: Mapping[str, WhoisServer]

    @classmethod
    def shipped(cls) -> WhoisTable:
        """Give the table that ships with this release."""
        return cls.from_json((files("domainguard") / "data" / "whois.json").read_bytes())

    @classmethod
    def from_file(cls, path: Path | str) -> WhoisTable:
        """Read an operator's own table; raises OSError and WhoisTableRefused."""
        return cls.from_json(Path(path).read_bytes())

    @classmethod
    def from_json(cls, document: bytes | str) -> WhoisTable:
        """Read a table in the form of `data/whois.json`; raises WhoisTableRefused."""
        try:
            parsed = json.loads(document)
            servers = {suffix: _server(suffix, row) for suffix, row in parsed["tlds"].items()}
            return cls(str(parsed.get("published", "")), servers)
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            if isinstance(error, WhoisTableRefused):
                raise
            raise WhoisTableRefused("the document is no table of WHOIS servers") from None

    def server_for(self, domain: str) -> WhoisServer | None:
        """Give the server for a registrable domain by the longest suffix listed."""
        labels = domain.split(".")
        suffixes = (".".join(labels[start:]) for start in range(1, len(labels)))
        return next((self.servers[suffix] for suffix in suffixes if suffix in self.servers), None)

    def host_for(self, domain: str) -> str | None:
        """Give the host of that server, whose rate limit counts."""
        server = self.server_for(domain)
        return server.host if server else None

    def without(self, has_rdap: Callable[[str], bool]) -> WhoisTable:
        """Give the table less the suffixes that RDAP covers: port 43 is the last resort."""
        kept = {suffix: row for suffix, row in self.servers.items() if not has_rdap(suffix)}
        return WhoisTable(self.published, kept)


def _server(suffix: str, row: Mapping[str, Any]) -> WhoisServer:
    host, port = row["server"], row.get("port", _PORT)
    query, name = row.get("query", _QUERY), row["format"]
    if not isinstance(host, str) or type(port) is not int or not 0 < port < 65536:
        raise WhoisTableRefused(f".{suffix} has no server that could be asked")
    if not isinstance(query, str) or query.count(_QUERY) != 1 or not query.isprintable():
        raise WhoisTableRefused(f".{suffix} has a query without {_QUERY} in one printable line")
    try:
        return WhoisServer(host=host, port=port, query=query, layout=layout(name))
    except KeyError:
        raise WhoisTableRefused(f".{suffix} has the unknown format {name!r}") from None
