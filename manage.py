#!/usr/bin/env python
"""Runs the commands of registry_site."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    site = "registry_site.demo" if sys.argv[1:2] == ["demo"] else "registry_site"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"{site}.settings")
    execute_from_command_line(sys.argv)
