"""What the operator says in the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from registry_site import environment

LEFT_OUT = ("SECRET_KEY", "PUBLIC_ORIGIN", "ALLOWED_HOSTS", "DEBUG")


def start(code: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own, with only this said in the environment."""
    kept = {key: value for key, value in os.environ.items() if key not in LEFT_OUT}
    kept |= {"DJANGO_SETTINGS_MODULE": "registry_site.settings", **given}
    command = [sys.executable, "-c", f"from django.conf import settings; {code}"]
    return subprocess.run(command, env=kept, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"DEBUG": "off"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": "registry.example.org"}, "SECRET_KEY"),
        ({"SECRET_KEY": "x" * 60}, "PUBLIC_ORIGIN"),
    ],
)
def test_a_deployment_that_lacks_a_setting_ends_in_one_line_that_names_it(given, missing):
    done = start("settings.DEBUG", **given)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode != 0
    assert last.endswith(f"{missing} is not set in the environment, and DEBUG is off.")


def test_a_checkout_nobody_configured_is_a_developers():
    done = start("print(settings.DEBUG, settings.PUBLIC_ORIGIN, settings.ALLOWED_HOSTS)")
    assert done.stdout.split() == ["True", "http://127.0.0.1:8000", "[]"]


def test_a_deployment_behind_tls_sends_its_cookies_over_tls_only():
    done = start(
        "print(settings.DEBUG, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE,"
        " settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS)",
        SECRET_KEY="x" * 60,
        PUBLIC_ORIGIN="https://registry.example.org",
    )
    assert done.stdout.split() == ["False", "True", "True", "True", "['registry.example.org']"]


def test_a_secret_may_begin_with_a_dollar_sign(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "$not_a_reference")
    assert environment.secret("SECRET_KEY") == "$not_a_reference"


@pytest.mark.parametrize("text", ["https://registry.example.org", "http://127.0.0.1:8000/"])
def test_an_origin_is_kept_without_its_trailing_slash(text):
    assert environment.origin(text) == text.rstrip("/")


@pytest.mark.parametrize(
    "text", ["registry.example.org", "ftp://registry.example.org", "https://", "https://a.org/x"]
)
def test_what_is_no_origin_is_refused_with_the_value_that_came(text):
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_ORIGIN must read like"):
        environment.origin(text)


def test_sqlite_takes_its_write_lock_at_the_start_of_a_transaction(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert environment.database(Path("rows"))["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_postgresql_gets_no_option_of_sqlites(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://u@db.example.org/registry")
    assert "transaction_mode" not in environment.database(Path("rows")).get("OPTIONS", {})
