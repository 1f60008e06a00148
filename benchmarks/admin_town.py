"""A registry with very many rows of all that the admin's lists show, made by the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

_BIG = 50  # mail domains that share 60 % of the addresses
_DAYS = 90


def fill(domains: int, addresses: int, cases: int) -> None:
    """Make healthy domains and their addresses, then accounts and cases that wait for people."""
    _copies(_user(), addresses * 4 // 5, {"username": "'person-' || n", "email": "''"})
    _copies(_domain(), domains, {"domain": "'name-' || n || '.com'", **_watched(domains)})
    _run(
        "INSERT INTO domainguard_maildomain (name, trust_key_id, holds, null_mx)"
        " SELECT domain, id, '[]', false FROM domainguard_domainstatus"
    )
    _addresses(domains, addresses)
    _lapsed(cases)
    _past(domains)
    _run("ANALYZE")


def _run(sql: str, *values: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def _copies(row: Any, count: int, changes: dict[str, str]) -> None:
    """Copy a row so many times, with some columns made from the copy's number `n`."""
    fields = [each for each in row._meta.concrete_fields if not each.primary_key]
    names = [str(each.column) for each in fields]
    picked = ", ".join(changes.get(name, name) for name in names)
    table = row._meta.db_table
    quoted = ", ".join(f'"{name}"' for name in names)
    _run(
        f"INSERT INTO {table} ({quoted}) SELECT {picked} FROM {table},"  # noqa: S608
        f" generate_series(1, {count}) AS n WHERE {table}.id = {row.pk}"
    )


def _user() -> Any:
    from registry_site.accounts.models import User

    return User.objects.create_user("person-0", "person-0@name-0.com", None)


def _domain() -> Any:
    from domainguard.core.fingerprint import Fingerprint
    from domainguard.core.lifecycle import State
    from domainguard.core.record import Record
    from domainguard.models import DomainStatus
    from domainguard.wiring import now

    at = now()
    seen = Fingerprint(
        handle="D1-BENCH",
        registered_at=at - timedelta(days=4000),
        registrar="iana:9101",
        ns=frozenset({"ns1.name-host.net", "ns2.name-host.net"}),
        mx=frozenset({"mx1.name-mail.org"}),
    )
    row = DomainStatus(domain="name-0.com", created_at=at, next_check_at=at)
    row.keep(
        Record(
            state=State.ACTIVE,
            fingerprint=seen,
            observed=seen,
            baseline_at=at,
            last_look_at=at,
            last_conclusive_at=at,
            expires_at=at,
        )
    )
    row.save()
    return row


def _watched(domains: int) -> dict[str, str]:
    return {
        "next_check_at": f"now() + n * interval '1 day' / {domains}",
        "last_conclusive_at": "now() - (mod(n, 6)) * interval '1 day'",
        "triaged_at": "now() - mod(n, 1000) * interval '1 minute'",
        "expires_at": "now() + (mod(n, 365)) * interval '1 day'",
        "hot": "mod(n, 5) = 0",
        "impact": "mod(n, 1000)",
    }


def _addresses(domains: int, addresses: int) -> None:
    _run(
        "INSERT INTO domainguard_addressstanding"
        " (book, account, address, canonical, mail_domain_id, verified_epoch, first_seen_at)"
        " SELECT 'allauth', u.id::text, 'p' || n || '@x', 'p' || n || '@x', m.id, 1,"
        " now() - interval '400 days'"
        " FROM generate_series(1, %s) AS n"
        " JOIN accounts_user u ON u.username = 'person-' || (mod(n, %s) + 1)"
        " JOIN domainguard_maildomain m ON m.name = 'name-' ||"
        " (CASE WHEN mod(n, 5) < 3 THEN mod(n, %s) ELSE mod(n, %s) END) || '.com'",
        addresses,
        addresses * 4 // 5,
        _BIG,
        domains,
    )


def _lapsed(cases: int) -> None:
    """Let every other domain from the hundredth on lapse; half of the cases wait at each end."""
    lapsed = "SELECT id FROM domainguard_domainstatus WHERE id > 100 ORDER BY id LIMIT %s"
    _run(
        f"UPDATE domainguard_domainstatus SET held = true, state = 'redemption',"  # noqa: S608
        f" control_epoch = 2, under_review = true WHERE id IN ({lapsed})",
        cases,
    )
    _run(
        "INSERT INTO domainguard_epochbump (domain_id, epoch, cause, sentence, evidence, at)"  # noqa: S608
        " SELECT id, 2, 'lapse', 'The domain has gone from the DNS.', '{\"looks\": []}',"
        " now() - mod(id, 90) * interval '1 day'"
        f" FROM domainguard_domainstatus WHERE id IN ({lapsed})",
        cases,
    )
    _run(
        "INSERT INTO domainguard_deverification (standing_id, bump_id, epoch, enforced, created_at,"
        " flag_taken, account_name, impact, projects, downloads, sole_owner, second_factor,"
        " assigned_to, restored_at)"
        " SELECT s.id, b.id, 2, true, b.at, true, 'person-' || s.id, mod(s.id, 977), mod(s.id, 12),"
        " mod(s.id * 31, 900000), mod(s.id, 3) = 0, mod(s.id, 4) = 0, '',"
        " CASE WHEN row_number() OVER (ORDER BY s.id) > %s THEN now() END"
        " FROM domainguard_epochbump b"
        " JOIN domainguard_maildomain m ON m.trust_key_id = b.domain_id"
        " JOIN domainguard_addressstanding s ON s.mail_domain_id = m.id",
        cases,
    )
    _run(
        "INSERT INTO domainguard_reviewcase"  # noqa: S608
        " (kind, domain_id, opened_at, reason, detail, closed_by, ruling)"
        " SELECT 'breaker', id, now() - mod(id, 30) * interval '1 day', 'Too many at once.',"
        ' \'{"group": "sweep", "source": "rdap", "counts": true}\', \'\', \'\''
        f" FROM domainguard_domainstatus WHERE id IN ({lapsed})",
        cases,
    )


def _past(domains: int) -> None:
    """Write a day of observations, an audit row for every domain, and what sweeps have counted."""
    from domainguard.models import SweepRun, Tally
    from domainguard.services.tally import tally
    from domainguard.wiring import now

    _run(
        "INSERT INTO domainguard_observation (domain_id, look, purpose, at, source, source_class,"
        " outcome, asked, note, evidence) SELECT id, gen_random_uuid(), 'sweep',"
        " now() - mod(id, 1440) * interval '1 minute', 'dns', 'dns', 'answered', '', '', '{}'"
        " FROM domainguard_domainstatus"
    )
    _run(
        "INSERT INTO domainguard_auditevent"
        " (at, actor, action, domain, address_hash, detail, mark)"
        " SELECT now() - n * interval '1 minute', 'automation', 'mail_sent',"
        " 'name-' || n || '.com', '', '{}', '' FROM generate_series(1, %s) AS n",
        domains,
    )
    at = now()
    SweepRun.objects.bulk_create(
        SweepRun(started_at=at - timedelta(minutes=number), finished_at=at, counts={"checked": 9})
        for number in range(1000)
    )
    Tally.objects.bulk_create(
        Tally(day=at.date() - timedelta(days=day), at=at - timedelta(days=day), domains=domains,
              held=day, deverified=day)
        for day in range(1, _DAYS)
    )  # fmt: skip
    tally()
