"""Registers the packages app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PackagesConfig(AppConfig):
    """Projects and releases."""

    name = "registry_site.packages"
    verbose_name = _("packages")
