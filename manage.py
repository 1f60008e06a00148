#!/usr/bin/env python
"""Runs the commands of registry_site."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    if sys.argv[1:2] == ["demo"]:
        os.environ["DJANGO_SETTINGS_MODULE"] = "registry_site.demo.settings"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_site.settings")
    execute_from_command_line(sys.argv)
