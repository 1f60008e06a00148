"""Fuzz the reading of addresses: python -m benchmarks.fuzz_names [--count 1000000] [--seed 0].

Prints crashes, mismatches between the domain we look up and the domain that others mail or
resolve, and how long refusals take. Exits with 1 when there is a crash or a mismatch.
"""

from __future__ import annotations

import argparse
import sys
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from time import perf_counter_ns

import dns.exception
import dns.name
from django.core.mail.message import sanitize_address

from domainguard.core.names import Address, NameRefused, parse_address

LOCAL_PARTS = ("alice", "Bob.Smith", "a+tag", "x_y-z", "o'hara", "a=b", "=?utf-8?q?a=40b.com?=")
DOMAINS = (
    "example.com",
    "dept.univ.edu",
    "provider.co.uk",
    "foo.github.io",
    "github.io",
    "b.c.kobe.jp",
    "city.kobe.jp",
    "www.ck",
    "stra\u00dfe.de",
    "b\u00fccher.example.org",
    "\u98df\u72ee.\u516c\u53f8.cn",
    "xn--85x722f.xn--55qx5d.cn",
    "xn--strae-oqa.de",
    "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2.gr",
    "[127.0.0.1]",
    "mail.localhost",
)
PIECES = (
    *("@", "..", ".", '"', "\\", "(", ")", "<", ">", ",", ";", ":", "[", "]", " ", "=?", "?=", "%"),
    *(
        "\0",
        "\n",
        "\r\n",
        "\x7f",
        "\x85",
        "\ud800",
        "\udfff",
        "\ufffe",
        "xn--",
        "XN--",
        "--",
        "-",
        "_",
    ),
    *("\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u202e", "\u034f", "\u0301"),
    *("\u3002", "\uff0e", "\uff61", "\u2024", "\uff20", "\ufe6b", "\uff5f", "\u2100", "\u2488"),
    *("\u00df", "\u1e9e", "\u03c2", "\u0130", "\u0131", "\u212a", "\u017f", "\u0430", "\u05d0"),
    *("\uff10", "\u0660", "\U0001d41a", "\U0001f600", "\U000e0061", "\u0b95", "\u30fb", "\u00b7"),
)


@dataclass
class Tally:
    """What came of a run. Texts are kept as ASCII escapes, times are in nanoseconds."""

    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    mismatches: list[str] = field(default_factory=list)
    refusal_times: array[int] = field(default_factory=lambda: array("Q"))

    def refusal_time(self, share: float) -> float:
        """Give the time in milliseconds within which this share of the refusals came."""
        times = sorted(self.refusal_times)
        return times[min(len(times) - 1, int(len(times) * share))] / 1e6 if times else 0.0


def texts(random: Random) -> Iterator[str]:
    """Give texts that look like addresses, damaged in up to six places, without end."""
    while True:
        text = f"{random.choice(LOCAL_PARTS)}@{random.choice(DOMAINS)}"
        for _ in range(random.randrange(7)):
            text = _damaged(text, random)
        yield text


def _damaged(text: str, random: Random) -> str:
    start = random.randrange(len(text) + 1)
    end = min(len(text), start + random.randrange(4))
    before, cut, after = text[:start], text[start:end], text[end:]
    match random.randrange(9):
        case 0:
            return before + after
        case 1 | 2 | 3:
            return before + random.choice(PIECES) + after
        case 4:
            return before + chr(random.randrange(0x110000)) + after
        case 5:
            return before + chr(random.randrange(0x3100)) + after
        case 6:
            return before + cut.swapcase() + after
        case 7:
            return before + random.choice(DOMAINS) + after
        case _:
            return before + (cut or "a.") * random.choice((2, 3, 20, 64, 500, 10_000)) + after


def disagreement(text: str, address: Address) -> str:
    """Say who reads the address differently than we do; empty when nobody does.

    Whoever mails or resolves the text itself may refuse it, but not read another domain.
    """
    if sanitize_address(address.mailed, "utf-8") != address.mailed:
        return "Django mails something else than we hand it"
    if dns.name.from_text(address.mail_domain).to_text(omit_final_dot=True) != address.mail_domain:
        return "dnspython resolves something else than we hand it"
    if parse_address(address.mailed) != address:
        return "reading what is mailed gives another address"
    if _as_django_mails(text) not in (None, address.mail_domain):
        return "Django mails the text to another domain"
    if _as_dnspython_resolves(text) not in (None, address.mail_domain):
        return "dnspython resolves the text to another domain"
    return ""


def _as_django_mails(text: str) -> str | None:
    try:
        mailed = sanitize_address(text, "utf-8")
    except ValueError:
        return None
    return mailed.rpartition("@")[2].lower().removesuffix(".")


def _as_dnspython_resolves(text: str) -> str | None:
    try:
        name = dns.name.from_text(text.rpartition("@")[2])
    except (dns.exception.DNSException, UnicodeError):
        return None
    return name.to_text(omit_final_dot=True).lower()


def fuzz(count: int, seed: int) -> Tally:
    """Read this many damaged addresses; the same seed gives the same ones."""
    tally = Tally()
    source = texts(Random(seed))  # noqa: S311 (a seed makes a run repeatable)
    for _ in range(count):
        text = next(source)
        try:
            _read(text, tally)
        except Exception as error:
            tally.crashes.append(f"{type(error).__name__}: {text!a}")
    return tally


def _read(text: str, tally: Tally) -> None:
    began = perf_counter_ns()
    try:
        address = parse_address(text)
    except NameRefused as refused:
        tally.refusal_times.append(perf_counter_ns() - began)
        tally.refused[refused.reason] += 1
        return
    tally.accepted += 1
    if found := disagreement(text, address):
        tally.mismatches.append(f"{found}: {text!a}")


def main() -> int:
    """Run, print, and give the exit code."""
    parser = argparse.ArgumentParser(description="Fuzz the reading of addresses.")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    tally = fuzz(options.count, options.seed)
    print(f"addresses   {options.count} (seed {options.seed}), accepted {tally.accepted}")
    for reason, number in tally.refused.most_common():
        print(f"  refused   {number:>8} {reason}")
    print(f"crashes     {len(tally.crashes)}", *tally.crashes[:5], sep="\n  ")
    print(f"mismatches  {len(tally.mismatches)}", *tally.mismatches[:5], sep="\n  ")
    print(
        f"refusals    p50 {tally.refusal_time(0.5):.3f} ms, p99 {tally.refusal_time(0.99):.3f} ms"
    )
    return 1 if tally.crashes or tally.mismatches else 0


if __name__ == "__main__":
    sys.exit(main())
