"""DNS questions per second: python -m benchmarks.dns [--rounds 5] [--domains 20000].

Our triage of very many domains against dnspython's asynchronous resolver, its plain resolver one
question after the other, and dnsperf where it is installed, all against one small server on
loopback: with 500 questions in flight, answers at once and after 20 ms, and with 2 % of the names
never answered. Each round asks all four in turn; the table gives medians of rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from time import perf_counter

import dns.asyncresolver
import dns.exception
import dns.resolver

from benchmarks.dns_answerer import answering
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Deadline
from domainguard.sources.dns import DnsSource
from domainguard.sources.dns_canary import ResolverCanary
from domainguard.sources.dns_wire import Resolver

IN_FLIGHT = 500
TYPES = ("NS", "SOA", "MX")
CONDITIONS = ((0.0, 0.0), (0.02, 0.0), (0.02, 0.02))
SECONDS_FOR_DEAD = 3.0  # as long as our second try


@dataclass(frozen=True)
class Measured:
    """What one contestant did in one round; `cpu` in seconds, the server's not included."""

    questions: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.questions / self.seconds

    @property
    def cpu_each(self) -> float:
        """Give the microseconds of CPU per question."""
        return self.cpu / self.questions * 1e6


def names(count: int, dead: float) -> list[str]:
    every = round(1 / dead) if dead else count + 1
    return [f"{'name' if each % every else 'mute'}-{each}.com" for each in range(1, count + 1)]


def ours(port: int, domains: list[str]) -> int:
    resolver = Resolver("127.0.0.1", port)
    source = DnsSource([resolver], canary=ResolverCanary([resolver]))
    looks = source.triage_many(
        map(RegistrableDomain, domains), now=datetime.now(UTC), deadline=Deadline.after(600)
    )
    answered = sum(each.delegation is not None for each in looks)
    assert answered == sum(each.startswith("name") for each in domains), answered
    return len(domains) * len(TYPES)


def serial(port: int, domains: list[str]) -> int:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    resolver.use_edns(0, 0, 1232)
    asked = 0
    for domain in domains:
        for rdtype in TYPES:
            asked += 1
            try:
                resolver.resolve(domain, rdtype, lifetime=SECONDS_FOR_DEAD)
            except dns.exception.Timeout:
                assert domain.startswith("mute")
    return asked


def asynchronous(port: int, domains: list[str]) -> int:
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    resolver.use_edns(0, 0, 1232)

    async def ask(domain: str, rdtype: str, room: asyncio.Semaphore) -> None:
        async with room:
            with suppress(dns.exception.Timeout):
                await resolver.resolve(domain, rdtype, lifetime=SECONDS_FOR_DEAD)

    async def ask_all() -> int:
        room = asyncio.Semaphore(IN_FLIGHT)
        questions = [ask(domain, rdtype, room) for domain in domains for rdtype in TYPES]
        await asyncio.gather(*questions)
        return len(questions)

    return asyncio.run(ask_all())


def dnsperf(port: int, domains: list[str]) -> int:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as questions:
        questions.writelines(f"{domain} {rdtype}\n" for domain in domains for rdtype in TYPES)
        questions.flush()
        command = ["dnsperf", "-s", "127.0.0.1", "-p", str(port), "-d", questions.name, "-e"]
        command += ["-n", "1", "-c", "16", "-T", "1", "-q", str(IN_FLIGHT)]
        command += ["-t", str(SECONDS_FOR_DEAD)]
        subprocess.run(command, check=True, capture_output=True)
    return len(domains) * len(TYPES)


def measure(run: Callable[[int, list[str]], int], port: int, domains: list[str]) -> Measured:
    started, cpu = perf_counter(), cpu_so_far()
    questions = run(port, domains)
    return Measured(questions, perf_counter() - started, cpu_so_far() - cpu)


def cpu_so_far() -> float:
    """Give the seconds of CPU of this process and of its ended children."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def compare(delay: float, dead: float, *, rounds: int, domains: int) -> None:
    share = {ours: 1.0, asynchronous: 0.05, serial: 0.0025 if delay else 0.025}
    if shutil.which("dnsperf"):
        share[dnsperf] = 1.0
    measured: dict[str, list[Measured]] = {each.__name__: [] for each in share}
    with answering(delay) as port:
        for _ in range(rounds):
            for contestant, part in share.items():
                asked = names(round(domains * part), dead)
                measured[contestant.__name__].append(measure(contestant, port, asked))
    print(f"\n{delay * 1000:.0f} ms, {dead:.0%} never answered, {rounds} rounds\n")
    print("| | questions/s | CPU µs per question | ours is | CPU of ours is |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, results in measured.items():
        pairs = list(zip(measured["ours"], results, strict=True))
        faster = median(mine.rate / other.rate for mine, other in pairs)
        cheaper = median(mine.cpu_each / other.cpu_each for mine, other in pairs)
        rate = median(each.rate for each in results)
        cpu = median(each.cpu_each for each in results)
        print(f"| {name} | {rate:,.0f} | {cpu:,.0f} | {faster:.2f} times | {cheaper:.2f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--domains", type=int, default=20_000)
    options = parser.parse_args()
    for delay, dead in CONDITIONS:
        compare(delay, dead, rounds=options.rounds, domains=options.domains)
