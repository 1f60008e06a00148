"""What is wrong with settings.DOMAINGUARD and with how long tokens live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings as django_settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from domainguard.conf import Settings, settings
from domainguard.wiring import canary_names, exempt_providers, trusted_domains


def check_settings(app_configs: Sequence[Any] | None, **_: Any) -> list[checks.CheckMessage]:
    """Check settings.DOMAINGUARD."""
    try:
        chosen = settings()
        trusted = trusted_domains()
        exempt_providers()
        canary_names()
    except (ImproperlyConfigured, OSError) as wrong:
        return [checks.Error(str(wrong), id="domainguard.E001")]
    return [
        *_no_source(chosen),
        *_unsafe(chosen),
        *_origin(chosen),
        *_token_life(chosen),
        *_proxies(chosen),
        *_trusted(trusted),
    ]


def _no_source(chosen: Settings) -> list[checks.CheckMessage]:
    if chosen.sources:
        return []
    return [
        checks.Error(
            "DOMAINGUARD['SOURCES'] is empty: nobody would be asked about any domain.",
            hint="Remove the key to ask DNS and RDAP.",
            id="domainguard.E002",
        )
    ]


def _unsafe(chosen: Settings) -> list[checks.CheckMessage]:
    if "UnsafeAlwaysActive" not in chosen.sources:
        return []
    level = checks.Warning if django_settings.DEBUG else checks.Error
    return [
        level(
            "DOMAINGUARD['SOURCES'] has UnsafeAlwaysActive: every domain is believed healthy.",
            hint="Remove it before anybody relies on this site.",
            id="domainguard.E003",
        )
    ]


def _origin(chosen: Settings) -> list[checks.CheckMessage]:
    if chosen.public_origin.startswith(("https://", "http://")):
        return []
    return [
        checks.Error(
            "DOMAINGUARD['PUBLIC_ORIGIN'] is missing: mailed links would have nowhere to start.",
            hint="Set it to your site's address, such as 'https://registry.example.org'.",
            id="domainguard.E004",
        )
    ]


def _token_life(chosen: Settings) -> list[checks.CheckMessage]:
    return [*_our_tokens(chosen), *_djangos_tokens()]


def _djangos_tokens() -> list[checks.CheckMessage]:
    if django_settings.PASSWORD_RESET_TIMEOUT <= 24 * 60 * 60:
        return []
    return [
        checks.Warning(
            f"PASSWORD_RESET_TIMEOUT is {django_settings.PASSWORD_RESET_TIMEOUT} seconds: "
            "tokens of Django's own generators live longer than 24 hours.",
            hint="PASSWORD_RESET_TIMEOUT = 60 * 60",
            id="domainguard.W007",
        )
    ]


def _our_tokens(chosen: Settings) -> list[checks.CheckMessage]:
    if 1 <= chosen.token_life_minutes <= 24 * 60:
        return []
    return [
        checks.Error(
            "DOMAINGUARD['TOKEN_LIFE_MINUTES'] must lie between 1 and 1440.",
            hint="Remove the key for 60 minutes.",
            id="domainguard.E005",
        )
    ]


def _proxies(chosen: Settings) -> list[checks.CheckMessage]:
    if chosen.trusted_proxy_count is not None:
        return []
    return [
        checks.Warning(
            "DOMAINGUARD['TRUSTED_PROXY_COUNT'] is missing: no limit holds for a single client.",
            hint="Set it to how many proxies append to X-Forwarded-For before your site is "
            "reached, and 0 when clients reach it themselves.",
            id="domainguard.W013",
        )
    ]


def _trusted(trusted: frozenset[str]) -> list[checks.CheckMessage]:
    if not trusted:
        return []
    return [
        checks.Info(
            f"DOMAINGUARD['TRUSTED_DOMAINS'] are never looked at: {', '.join(sorted(trusted))}.",
            hint="List only what the operator itself controls.",
            id="domainguard.I006",
        )
    ]
