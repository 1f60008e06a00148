"""The Django app: registers checks, and puts the database guards back after every migrate."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DomainGuardConfig(AppConfig):
    """No query at import or in `ready()`."""

    name = "domainguard"
    verbose_name = _("DomainGuard")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks and the guards' installer."""
        from . import checks

        checks.register()
        post_migrate.connect(_install_guards, sender=self)


def _install_guards(*, using: str, **_: Any) -> None:
    from .models.guards import install_guards

    connection = connections[using]
    if "domainguard_auditevent" in connection.introspection.table_names():
        install_guards(connection)
