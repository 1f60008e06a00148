"""The settings of allauth's own test project, with our adapter and generator plugged in."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.conformance import plugged

vars().update(
    {
        name: value
        for name, value in vars(import_module("tests.projects.account_only.settings")).items()
        if name.isupper()
    }
)
INSTALLED_APPS: tuple[str, ...] = (*vars()["INSTALLED_APPS"], "domainguard")
ACCOUNT_ADAPTER = "benchmarks.conformance.allauth_adapter.Adapter"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "domainguard.integrations.late_tokens.LateTokenGenerator"  # noqa: S105
DOMAINGUARD: dict[str, Any] = {
    **plugged.DOMAINGUARD,
    "ADDRESS_BOOK": "domainguard.addressbooks.allauth.AllauthAddressBook",
}
