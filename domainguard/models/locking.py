"""The one lock: what an answer of the gate rests on cannot change until the transaction ends."""

from __future__ import annotations

from django.db import connections, router, transaction

from .address_standing import AddressStanding

_FOR_SHARE = """
    SELECT s.id FROM domainguard_addressstanding s
    JOIN domainguard_maildomain m ON m.id = s.mail_domain_id
    JOIN domainguard_domainstatus d ON d.id = m.trust_key_id
    WHERE s.id = %s FOR SHARE
"""
_WRITE_LOCK = "UPDATE domainguard_addressstanding SET id = id WHERE id = %s"


def lock_standing(standing_id: int) -> None:
    """Hold off every change to a standing and its domain until the transaction ends.

    PostgreSQL shares the rows' locks; SQLite, which has one lock for all, takes that. Call it
    first in the transaction; raises TransactionManagementError outside of one.
    """
    using = router.db_for_write(AddressStanding)
    connection = connections[using]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("lock_standing() needs a transaction.")
    with connection.cursor() as cursor:
        sql = _FOR_SHARE if connection.vendor == "postgresql" else _WRITE_LOCK
        cursor.execute(sql, [standing_id])
