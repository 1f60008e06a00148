"""Database triggers for what a constraint cannot say: epochs never fall, the audit never changes.

They are installed by a migration and again after every `migrate`, because SQLite drops them with
the old table whenever a later migration rebuilds it.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

_SQLITE = (
    """
    CREATE TRIGGER domainguard_epoch_never_falls
    BEFORE UPDATE OF control_epoch ON domainguard_domainstatus
    WHEN NEW.control_epoch < OLD.control_epoch
    BEGIN SELECT RAISE(ABORT, 'domainguard: a control epoch never goes down'); END
    """,
    """
    CREATE TRIGGER domainguard_audit_is_append_only
    BEFORE UPDATE ON domainguard_auditevent
    WHEN OLD.digest IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at
      OR NEW.actor IS NOT OLD.actor OR NEW.action IS NOT OLD.action
      OR NEW.domain IS NOT OLD.domain OR NEW.address_hash IS NOT OLD.address_hash
      OR NEW.detail IS NOT OLD.detail
    BEGIN SELECT RAISE(ABORT, 'domainguard: the audit trail is append-only'); END
    """,
)
_SQLITE_DROP = (
    "DROP TRIGGER IF EXISTS domainguard_epoch_never_falls",
    "DROP TRIGGER IF EXISTS domainguard_audit_is_append_only",
)
_POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION domainguard_epoch_never_falls() RETURNS trigger AS $$
    BEGIN
      IF NEW.control_epoch < OLD.control_epoch THEN
        RAISE EXCEPTION 'domainguard: a control epoch never goes down'
          USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$ LANGUAGE plpgsql
    """,
    """
    CREATE OR REPLACE FUNCTION domainguard_audit_is_append_only() RETURNS trigger AS $$
    BEGIN
      IF TG_OP = 'DELETE' OR OLD.digest IS NOT NULL
         OR (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.domain, NEW.address_hash, NEW.detail)
            IS DISTINCT FROM
            (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.domain, OLD.address_hash, OLD.detail)
      THEN
        RAISE EXCEPTION 'domainguard: the audit trail is append-only'
          USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$ LANGUAGE plpgsql
    """,
    """
    CREATE TRIGGER domainguard_epoch_never_falls
    BEFORE UPDATE OF control_epoch ON domainguard_domainstatus
    FOR EACH ROW EXECUTE FUNCTION domainguard_epoch_never_falls()
    """,
    """
    CREATE TRIGGER domainguard_audit_is_append_only
    BEFORE UPDATE OR DELETE ON domainguard_auditevent
    FOR EACH ROW EXECUTE FUNCTION domainguard_audit_is_append_only()
    """,
)
_POSTGRESQL_DROP = (
    "DROP TRIGGER IF EXISTS domainguard_epoch_never_falls ON domainguard_domainstatus",
    "DROP TRIGGER IF EXISTS domainguard_audit_is_append_only ON domainguard_auditevent",
)
_SQL = {
    "sqlite": (_SQLITE_DROP, _SQLITE),
    "postgresql": (_POSTGRESQL_DROP, _POSTGRESQL),
}


def install_guards(connection: Any) -> None:
    """Put the triggers in place; a database that already has them is left as it should be.

    SQLite keeps deletion possible, because Django empties tables that way between tests; there a
    missing row shows when the chain of digests is verified.
    """
    drop, create = _SQL.get(connection.vendor, ((), ()))
    _execute(connection, drop + create)


def remove_guards(connection: Any) -> None:
    """Take the triggers away, for the way back of the migration."""
    drop, _ = _SQL.get(connection.vendor, ((), ()))
    _execute(connection, drop)


def _execute(connection: Any, statements: tuple[str, ...]) -> None:
    # All or nothing: a migrate beside a running site must leave no moment without guards.
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
