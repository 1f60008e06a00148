"""Runs Django's auth_tests of password resets: `python -m benchmarks.conformance.auth TESTS`.

Our views take the place of Django's before its test URLs name them; the form and the generator
come with them. Prints the names of the tests that did not pass, as JSON.
"""

from __future__ import annotations

import importlib
import json
import sys
import unittest
from typing import Any

from benchmarks.conformance import plugged

TESTS = (
    "auth_tests.test_views.PasswordResetTest",
    "auth_tests.test_views.CustomUserPasswordResetTest",
    "auth_tests.test_views.CustomUserCompositePrimaryKeyPasswordResetTest",
    "auth_tests.test_views.UUIDUserPasswordResetTest",
    "auth_tests.test_views.AuthViewNamedURLTests",
    "auth_tests.test_forms.PasswordResetFormTest",
    "auth_tests.test_tokens.TokenGeneratorTest",
)
_SQLITE = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {"transaction_mode": "IMMEDIATE"}}


def main(tests: str) -> None:
    """Run them all and print what did not pass."""
    sys.path.insert(0, tests)
    _start()
    from django.test.runner import DiscoverRunner

    plugged.drain_after_each_post()
    runner = DiscoverRunner(verbosity=1, interactive=False)
    runner.setup_test_environment()
    suite = runner.build_suite(list(TESTS))
    databases = runner.setup_databases(aliases={"default"})
    result = runner.run_suite(suite)
    runner.teardown_databases(databases)
    plugged.stop()
    print(json.dumps({"ran": result.testsRun, "failed": _names(result)}))


def _start() -> None:
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="made up",  # noqa: S106
        DATABASES={"default": _SQLITE},
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sites",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.admin",
            "domainguard",
            "auth_tests",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        # As Django's own runner does: its test models stand beside these without migrations.
        MIGRATION_MODULES={"auth": None, "contenttypes": None, "sessions": None},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        SITE_ID=1,
        ROOT_URLCONF="auth_tests.urls",
        DOMAINGUARD=plugged.DOMAINGUARD,
    )
    django.setup()
    _plug()


def _plug() -> None:
    from django.contrib.auth import forms, tokens, views

    from domainguard.integrations import auth
    from domainguard.integrations.tokens import RecoveryTokenGenerator

    places: list[tuple[Any, str, Any]] = [
        (views, "PasswordResetView", auth.PasswordResetView),
        (views, "PasswordResetConfirmView", auth.PasswordResetConfirmView),
        (forms, "PasswordResetForm", plugged.draining(auth.PasswordResetForm)),
        (tokens, "PasswordResetTokenGenerator", RecoveryTokenGenerator),
    ]
    for module, name, ours in places:
        setattr(module, name, ours)
    importlib.import_module("auth_tests.urls")


def _names(result: unittest.TestResult) -> list[str]:
    failed = [*result.failures, *result.errors]
    whole = [getattr(test, "test_case", test) for test, _ in failed]  # subtests count as their test
    return sorted({".".join(test.id().split(".")[-2:]) for test in whole})


if __name__ == "__main__":
    main(sys.argv[1])
