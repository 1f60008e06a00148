"""Registers the accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Accounts, under the label that AUTH_USER_MODEL names."""

    name = "registry_site.accounts"
    verbose_name = _("people")

    def ready(self) -> None:
        """Listen for changes to accounts."""
        from . import events, languages, notices, second_factor

        events.listen()
        languages.listen()
        notices.listen()
        second_factor.listen()
