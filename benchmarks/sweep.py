"""Sweeps of a large registry: python -m benchmarks.sweep [--domains 200000] [--addresses 1000000].

On PostgreSQL and Valkey, with two worker processes, answers of the outside world taking 20 ms over
DNS and 50 ms over RDAP: enrolment, a first full pass with DNS and RDAP, the next day's pass over
DNS, and beside it, in the same run against the same servers, the loop that looks up one address
after the other at a vendor's status service, as the two large package registries publish it.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from time import monotonic, perf_counter
from typing import Any

from benchmarks.sweep_town import join, settle, town

WORKERS = 2
_LOOP_SECONDS = 20.0


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count the statements sent to the database."""
    from django.db import connection

    count: Counter[str] = Counter()

    def wrap(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        count["queries"] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrap):
        yield count


def work() -> None:
    """Be one worker: look at what is due, then say what it took."""
    join()
    from domainguard.services import batch

    looks = Counter[str]()
    with counted() as count:
        for _, looked in batch.look_at_due():
            looks["domains"] += 1
            looks["failed"] += looked is None
            if looked is not None:
                looks["held"] += looked.row.held
                looks["inconclusive"] += bool(looked.verdict and not looked.verdict.conclusive)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    took = {"cpu": usage.ru_utime + usage.ru_stime, "mib": usage.ru_maxrss / 1024}
    print(json.dumps({**looks, **count, **took}))


def look_at_all() -> dict[str, float]:
    """Let the workers look at all that is due; give their counts together, and the seconds."""
    start = perf_counter()
    command = [sys.executable, "-m", "benchmarks.sweep", "--worker"]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(WORKERS)]
    said = [json.loads(worker.communicate()[0]) for worker in workers]
    together = {key: sum(each.get(key, 0) for each in said) for key in set().union(*said)}
    together["mib"] = max(each["mib"] for each in said)
    return {**together, "seconds": perf_counter() - start}


def enrol() -> float:
    """Enrol the whole address book; give the seconds."""
    from domainguard.services import enroll

    start = perf_counter()
    enroll.enroll_all()
    return perf_counter() - start


def make_due() -> None:
    """Make it the next day for every domain."""
    from domainguard.models import DomainStatus

    rows = DomainStatus.objects.all()
    first = rows.order_by("next_check_at").values_list("next_check_at", flat=True)[0]
    rows.update(next_check_at=first - timedelta(days=2))


def loop_over_addresses(port: int) -> dict[str, float]:
    """Look up one verified address after the other, the longest unchecked first, for a while.

    One question to the vendor for each address, also when the last one had the same domain; one
    row written for each.
    """
    import requests
    from allauth.account.models import EmailAddress

    session, asked, start = requests.Session(), 0, monotonic()
    rows = EmailAddress.objects.filter(verified=True).order_by("pk").iterator(chunk_size=1000)
    for row in rows:
        domain = row.email.rpartition("@")[2]
        answer = session.get(
            f"http://127.0.0.1:{port}/status", params={"domain": domain}, timeout=5
        )
        row.verified = answer.json()["status"].split()[-1] not in ("undelegated", "inactive")
        row.save(update_fields=["verified"])
        asked += 1
        if monotonic() - start > _LOOP_SECONDS:
            break
    return {"addresses": asked, "seconds": monotonic() - start}


def say(name: str, took: dict[str, float], addresses: int) -> None:
    """Print one pass."""
    domains, seconds = took["domains"], took["seconds"]
    print(
        f"{name}: {domains:.0f} domains in {seconds:.1f} s, {domains / seconds:.0f} domains/s, "
        f"{addresses / seconds:.0f} addresses/s, {took['cpu'] / domains * 1e3:.2f} ms CPU and "
        f"{took['queries'] / domains:.2f} statements a domain, {took['mib']:.0f} MiB at most, "
        f"{took.get('failed', 0):.0f} failed, {took.get('inconclusive', 0):.0f} inconclusive, "
        f"{took.get('held', 0):.0f} held",
        flush=True,
    )


def main() -> None:
    """Run all passes and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--domains", type=int, default=200_000)
    parser.add_argument("--addresses", type=int, default=1_000_000)
    parser.add_argument("--dns", type=float, default=20, help="ms of each DNS answer")
    parser.add_argument("--http", type=float, default=50, help="ms of each HTTP answer")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        work()
        return
    with town(dns_delay=chosen.dns / 1000, http_delay=chosen.http / 1000) as port:
        compare(chosen.domains, chosen.addresses, port)


def compare(domains: int, addresses: int, port: int) -> None:
    """Settle the town, and let both look at it."""
    from domainguard.models import Deverification, Observation

    settle(domains, addresses)
    seconds = enrol()
    print(f"enrolment: {addresses / seconds:.0f} addresses/s, {seconds:.0f} s", flush=True)
    full = look_at_all()
    say("first full pass", full, addresses)
    questions = Observation.objects.values_list("source", flat=True)
    print("observations:", dict(Counter(islice(questions.iterator(), 10**7))))
    make_due()
    daily = look_at_all()
    say("daily pass", daily, addresses)
    loop = loop_over_addresses(port)
    rate = loop["addresses"] / loop["seconds"]
    print(f"one address after the other: {rate:.1f} addresses/s")
    print(f"ratio, daily pass: {addresses / daily['seconds'] / rate:.0f}")
    print(f"ratio, full pass: {addresses / full['seconds'] / rate:.0f}")
    print(f"de-verified: {Deverification.objects.count()}")


if __name__ == "__main__":
    main()
