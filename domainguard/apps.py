"""The Django app: registers checks, and puts the database guards back after every migrate."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DomainGuardConfig(AppConfig):
    """No query at import or in `ready()`."""

    name = "domainguard"
    verbose_name = _("DomainGuard")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks and the guards' installer, and guard all tokens if asked."""
        from . import checks

        checks.register()
        _guard_all_tokens()
        post_migrate.connect(_install_guards, sender=self)


def _guard_all_tokens() -> None:
    from .conf import settings
    from .integrations.all_tokens import guard_all_tokens

    try:
        chosen = settings()
    except ImproperlyConfigured:
        return  # check E001 says what is wrong, where a traceback would hide it
    if chosen.guard_all_tokens:
        guard_all_tokens()


def _install_guards(*, using: str, **_: Any) -> None:
    from .models.guards import install_guards

    connection = connections[using]
    if "domainguard_auditevent" in connection.introspection.table_names():
        install_guards(connection)
