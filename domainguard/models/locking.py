"""Transactions, and the one lock: what the gate's answer rests on cannot change until the end."""

from __future__ import annotations

from django.db import connections, router, transaction

from .address_standing import AddressStanding

# Domains first, in the order of their keys, then what stands below them: whoever looks or raises
# an epoch locks in the same order, so nobody waits in a circle.
_FOR_SHARE = (
    """
    SELECT id FROM domainguard_domainstatus WHERE id IN (
      SELECT m.trust_key_id FROM domainguard_maildomain m
        JOIN domainguard_addressstanding s ON s.mail_domain_id = m.id WHERE s.id = %(id)s
      UNION SELECT d.parent_id FROM domainguard_domainstatus d
        JOIN domainguard_maildomain m ON m.trust_key_id = d.id
        JOIN domainguard_addressstanding s ON s.mail_domain_id = m.id WHERE s.id = %(id)s
      UNION SELECT b.domain_id FROM domainguard_maildependency b
        JOIN domainguard_addressstanding s ON s.mail_domain_id = b.mail_domain_id
        WHERE s.id = %(id)s
    ) ORDER BY id FOR SHARE
    """,
    """
    SELECT id FROM domainguard_maildomain WHERE id IN (
      SELECT mail_domain_id FROM domainguard_addressstanding WHERE id = %(id)s
    ) FOR SHARE
    """,
    "SELECT id FROM domainguard_addressstanding WHERE id = %(id)s FOR SHARE",
)
_WRITE_LOCK = ("UPDATE domainguard_addressstanding SET id = id WHERE id = %(id)s",)


def atomic() -> transaction.Atomic:
    """Open a transaction in the database that holds domainguard's rows, wherever a router says."""
    return transaction.atomic(using=router.db_for_write(AddressStanding))


def lock_standing(standing_id: int) -> None:
    """Hold off every change to a standing, and every hold over it, until the transaction ends.

    PostgreSQL shares the rows' locks; SQLite, which has one lock for all, takes that. Call it
    first in the transaction; raises TransactionManagementError outside of one.
    """
    using = router.db_for_write(AddressStanding)
    connection = connections[using]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("lock_standing() needs a transaction.")
    with connection.cursor() as cursor:
        for sql in _FOR_SHARE if connection.vendor == "postgresql" else _WRITE_LOCK:
            cursor.execute(sql, {"id": standing_id})
