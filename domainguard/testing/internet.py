"""A small internet on loopback: every server a registry needs, answering from one set of lives."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from domainguard.simulation.lives import Life
from domainguard.simulation.outages import How, Outage, Where
from domainguard.simulation.scripts import hosts

from .bootstrap import bootstrap_document
from .clock import DOTTED_PATH, FILE_VARIABLE, VirtualClock
from .clock import clock as default_clock
from .dns_server import DnsServer
from .fastly_server import FastlyServer
from .rdap_server import RdapServer
from .smtp_sink import SmtpSink
from .whois_server import WhoisServer
from .world import World
from .zone import Zone


class SmallInternet:
    """Starts every server on free ports in threads, and stops them when the `with` block ends.

    Without a clock of your own it follows `domainguard.testing.clock.clock`, which is also what
    the app reads by `settings()["CLOCK"]`. `mail_file` keeps the mail over restarts.
    """

    def __init__(
        self,
        clock: VirtualClock | None = None,
        *,
        lives: Iterable[Life] = (),
        resolvers: int = 3,
        mail_file: Path | None = None,
    ) -> None:
        self.clock = clock or default_clock
        self.world = World(self.clock)
        self.dns_servers = [
            DnsServer(Zone(self.world, number).answer) for number in range(resolvers)
        ]
        self.rdap = RdapServer(self.world)
        self.whois = WhoisServer(self.world)
        self.fastly = FastlyServer(self.world)
        self.sink = SmtpSink(self.clock.now, self.world.mailbox, file=mail_file)
        for life in (*hosts(self.clock.now()), *lives):
            self.add(life)

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self._files = Path(starting.enter_context(TemporaryDirectory(prefix="internet-")))
            servers: list[AbstractContextManager[object]] = [
                *self.dns_servers,
                self.rdap,
                self.whois,
                self.fastly,
                self.sink,
            ]
            for server in servers:
                starting.enter_context(server)
            self._write_files()
            self._running = starting.pop_all()
        return self

    def __exit__(self, *exc: object) -> None:
        self._running.close()

    def add(self, life: Life) -> None:
        """Let a domain and the companions of its life exist."""
        self.world.add(life)

    def replace(self, life: Life) -> None:
        """Let a domain's life go another way; KeyError when there is no such domain."""
        if self.world.life(life.domain) is None:
            raise KeyError(f"there is no {life.domain} in the small internet")
        self.world.add(life)

    def life(self, domain: str) -> Life:
        """Give the life of a domain; KeyError when there is no such domain."""
        life = self.world.life(domain)
        if life is None:
            raise KeyError(f"there is no {domain} in the small internet")
        return life

    def outage(
        self,
        where: str,
        how: str = How.SILENT,
        *,
        tld: str = "",
        resolver: int | None = None,
        share: float = 1.0,
        delay: float = 0.0,
    ) -> AbstractContextManager[None]:
        """Let a part fail for a `with` block; the words are those of `Where` and `How`."""
        return self.world.failing(
            Outage(
                where=Where(where),
                how=How(how),
                tld=tld,
                resolver=resolver,
                share=share,
                delay=delay,
            )
        )

    def settings(self) -> dict[str, Any]:
        """Give what to put into `settings.DOMAINGUARD` so that the app lives in this internet."""
        return {
            "RESOLVERS": [server.resolver for server in self.dns_servers],
            "RDAP_BOOTSTRAP": str(self._files / "bootstrap.json"),
            "WHOIS_SERVERS": str(self._files / "whois.json"),
            "FASTLY_URL": self.fastly.status_url,
            "FASTLY_KEY": self.fastly.key,
            "EGRESS_ALLOW": self._endpoints(),
            "CLOCK": DOTTED_PATH,
        }

    def environ(self) -> dict[str, str]:
        """Give the same as environment variables, with EMAIL_URL, for another process.

        The other process follows this clock only when the clock has a file.
        """
        settings = self.settings()
        variables = {
            "DOMAINGUARD_RESOLVERS": ",".join(settings["RESOLVERS"]),
            "DOMAINGUARD_RDAP_BOOTSTRAP": settings["RDAP_BOOTSTRAP"],
            "DOMAINGUARD_WHOIS_SERVERS": settings["WHOIS_SERVERS"],
            "DOMAINGUARD_FASTLY_URL": settings["FASTLY_URL"],
            "FASTLY_KEY": settings["FASTLY_KEY"],
            "DOMAINGUARD_EGRESS_ALLOW": ",".join(settings["EGRESS_ALLOW"]),
            "DOMAINGUARD_CLOCK": settings["CLOCK"],
            "EMAIL_URL": self.sink.url,
        }
        if self.clock.file is not None:
            variables[FILE_VARIABLE] = str(self.clock.file)
        return variables

    def _endpoints(self) -> list[str]:
        others = (self.rdap, self.whois, self.fastly)
        return [
            *(server.resolver for server in self.dns_servers),
            *(server.endpoint for server in others),
        ]

    def _write_files(self) -> None:
        document = bootstrap_document(self.rdap.url, published=self.clock.now())
        (self._files / "bootstrap.json").write_text(document)
        (self._files / "whois.json").write_text(self.whois.table())
