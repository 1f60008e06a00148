"""Registers the demo, which only its own settings install."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A command and two pages; no tables."""

    name = "registry_site.demo"
    verbose_name = "demo"
