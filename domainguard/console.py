"""The program `domainguard`: looks at names and lists where there is no Django site.

Its settings are the environment's, in the words of the operations contract. No database is
configured, so nothing can be read from one or written to it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from domainguard.environment import KEYS, settings_from

_HELP = """\
usage: domainguard check [NAME ...] [--json]
       domainguard check --file LIST [--column NAME] [--csv OUT] [--json]
       domainguard --version

Looks at domains, or at the domains of e-mail addresses, with every source there is: DNS, the domain
registries' RDAP and WHOIS, and Fastly's service with a key. `domainguard check --help` says more.

exit status: 0  all conclusive
             1  somebody who could know gave no usable answer about a name
             2  a name, a line, a file or a setting cannot be used
           130  stopped; with --csv, the same command goes on

environment: DOMAINGUARD_RESOLVERS, DOMAINGUARD_RDAP_BOOTSTRAP, DOMAINGUARD_RDAP_CA,
             DOMAINGUARD_WHOIS_SERVERS, DOMAINGUARD_EGRESS_ALLOW, DOMAINGUARD_TRUSTED_DOMAINS,
             DOMAINGUARD_RATES, DOMAINGUARD_FASTLY_URL, FASTLY_KEY, REDIS_URL
"""
_OF_A_PROJECT = {"--settings", "--pythonpath", "--skip-checks", "--traceback", "--version"}
_REFUSED = 2
_BROKEN_PIPE = 141  # as the shell says of whom SIGPIPE ends


def main() -> None:
    """Run the program; leaves by SystemExit with the status that the help explains."""
    words = sys.argv[1:]
    if words[:1] == ["--version"]:
        sys.stdout.write(f"domainguard {version('django-domainguard')}\n")
    elif not words or words[0] in ("--help", "-h", "help"):
        sys.stdout.write(_HELP)
    elif words[0] == "check":
        _check(words)
    else:
        _refuse(f"there is no {words[0]!r}; see domainguard --help")


def _check(words: Sequence[str]) -> None:
    _configure()
    from domainguard.management.commands.domainguard_check import Command
    from domainguard.wiring import assemble

    class Check(Command):
        knows_rows = False
        requires_system_checks = ()
        suppressed_base_arguments = _OF_A_PROJECT

    try:
        if not {"-h", "--help"} & set(words):
            assemble()  # so that a wrong setting is told before anything is done
    except (OSError, ValueError, ImproperlyConfigured) as error:
        _refuse(str(error))
    try:
        Check().run_from_argv(["domainguard", *words])
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_BROKEN_PIPE)


def _configure() -> None:
    try:
        chosen = settings_from(os.environ, KEYS)
    except ImproperlyConfigured as error:
        _refuse(str(error))
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "domainguard"],
        DATABASES={},  # Django raises for whatever asks one
        USE_TZ=True,
        DOMAINGUARD=chosen,
    )
    django.setup()


def _refuse(sentence: str) -> NoReturn:
    sys.stderr.write(f"domainguard: {sentence}\n")
    sys.exit(_REFUSED)
