"""Registers the packages app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PackagesConfig(AppConfig):
    """Projects and releases."""

    name = "registry_site.packages"
    verbose_name = _("packages")

    def ready(self) -> None:
        """Listen for resets, after which tokens are to be looked at, and for what owners read."""
        from . import events, tokens

        events.listen()
        tokens.listen()
