"""Registers the packages app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PackagesConfig(AppConfig):
    """Projects and releases."""

    name = "registry_site.packages"
    verbose_name = _("packages")

    def ready(self) -> None:
        """Listen for resets: the tokens from before are to be looked at."""
        from .tokens import listen

        listen()
