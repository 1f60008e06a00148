"""What each of the other sites says in its settings; nothing here may import Django's parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_OURS = "domainguard.integrations"
_APPS = [
    "domainguard",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]
_REST = ["rest_framework", "dj_rest_auth", "djoser"]
_SESSIONS = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
_CONTEXT = ("request", "auth", "messages")
_BOTH = ["default", "people"]

_PLAIN: dict[str, Any] = {
    "SECRET_KEY": "made up",
    "ALLOWED_HOSTS": ["testserver"],
    "INSTALLED_APPS": _APPS,
    "MIDDLEWARE": _SESSIONS,
    "ROOT_URLCONF": "tests.sites.elsewhere.urls",
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "PASSWORD_RESET_TIMEOUT": 3600,
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                    "domainguard.context_processors.domainguard",
                ]
            },
        }
    ],
    "USE_TZ": True,
    "DOMAINGUARD": {
        "PUBLIC_ORIGIN": "https://registry.test",
        "TRUSTED_PROXY_COUNT": 0,
        "ADDRESSES_URL": "/guard/addresses/",
        "DEVERIFY": "enforce",
    },
    "DEFAULT_FROM_EMAIL": "no-reply@registry.test",
    "REST_FRAMEWORK": {
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"]
    },
    "REST_AUTH": {
        "TOKEN_MODEL": None,
        "SESSION_LOGIN": True,
        "PASSWORD_RESET_SERIALIZER": f"{_OURS}.dj_rest_auth.PasswordResetSerializer",
        "PASSWORD_RESET_CONFIRM_SERIALIZER": f"{_OURS}.dj_rest_auth.PasswordResetConfirmSerializer",
    },
    "DJOSER": {
        "TOKEN_MODEL": None,
        "PASSWORD_RESET_CONFIRM_URL": "set/{uid}/{token}",
        "USERNAME_RESET_CONFIRM_URL": "name/{uid}/{token}",
        "ACTIVATION_URL": "activate/{uid}/{token}",
        "SEND_ACTIVATION_EMAIL": True,
        "EMAIL": {"activation": f"{_OURS}.djoser.ActivationEmail"},
    },
}
_ALLAUTH: dict[str, Any] = {
    "INSTALLED_APPS": ["allauth", "allauth.account", "allauth.mfa", *_APPS],
    "MIDDLEWARE": [*_SESSIONS, "allauth.account.middleware.AccountMiddleware"],
    "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
    "ACCOUNT_ADAPTER": "tests.sites.elsewhere.adapter.Adapter",
    "ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR": f"{_OURS}.late_tokens.LateTokenGenerator",
    "ACCOUNT_LOGIN_BY_CODE_ENABLED": True,
    "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
    "ACCOUNT_RATE_LIMITS": False,
    "DOMAINGUARD": {
        **_PLAIN["DOMAINGUARD"],
        "ADDRESS_BOOK": "domainguard.addressbooks.allauth.AllauthAddressBook",
    },
    "LOGIN_REDIRECT_URL": "/",
}
_DATABASE = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {"transaction_mode": "IMMEDIATE"}}

# A site's name: its settings, and the doors it has.
SITES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "Django's own people, no time zones": ({"USE_TZ": False}, ["DjangoForm"]),
    "REST without allauth": (
        {"INSTALLED_APPS": [*_APPS, *_REST]},
        ["DjangoForm", "DjRestAuth", "DjoserPassword", "DjoserUsername"],
    ),
    "UUIDs and an address field of another name": (
        {
            "INSTALLED_APPS": ["tests.sites.elsewhere.uuid_people", *_APPS, *_REST],
            "AUTH_USER_MODEL": "uuid_people.Person",
            "USE_TZ": False,
            "TIME_ZONE": "America/St_Johns",
        },
        ["DjangoForm", "DjRestAuth", "DjoserPassword", "DjoserUsername"],
    ),
    "keys of two columns": (
        {
            "INSTALLED_APPS": ["tests.sites.elsewhere.pair_people", *_APPS],
            "AUTH_USER_MODEL": "pair_people.Person",
        },
        ["DjangoForm"],
    ),
    "people in a database of their own": (
        {"DATABASE_ROUTERS": ["tests.sites.elsewhere.router.PeopleApart"]},
        ["DjangoForm"],
    ),
    "allauth beside Django's routes, with UUIDs and a second factor": (
        {
            **_ALLAUTH,
            "INSTALLED_APPS": ["tests.sites.elsewhere.uuid_people", *_ALLAUTH["INSTALLED_APPS"]],
            "AUTH_USER_MODEL": "uuid_people.Person",
            "ACCOUNT_USER_MODEL_EMAIL_FIELD": "contact",
        },
        ["DjangoForm", "AllauthLink", "AllauthLoginCode"],
    ),
}
# Sites that left one hook out: the checks have to say so, and a cell has to come out wrong.
_REST_AUTH = _PLAIN["REST_AUTH"]


def _without(name: str) -> dict[str, Any]:
    kept = {key: value for key, value in _REST_AUTH.items() if key != name}
    return {"INSTALLED_APPS": [*_APPS, *_REST], "REST_AUTH": kept}


LEFT_OUT: dict[str, tuple[dict[str, Any], list[str]]] = {
    "dj-rest-auth's serializer": (_without("PASSWORD_RESET_SERIALIZER"), ["DjRestAuth"]),
    "dj-rest-auth's confirm serializer": (
        _without("PASSWORD_RESET_CONFIRM_SERIALIZER"),
        ["DjRestAuth"],
    ),
    "allauth's generator": (
        {key: _ALLAUTH[key] for key in _ALLAUTH if "GENERATOR" not in key},
        ["AllauthLink"],
    ),
    "allauth's adapter": (
        {key: _ALLAUTH[key] for key in _ALLAUTH if "ADAPTER" not in key},
        ["AllauthLink"],
    ),
}

# Where a door exists only elsewhere its whole matrix is played there; else these cells will do.
WHOLE = [("REST without allauth", "DjRestAuth")]
SOME = [("healthy", "BEFORE"), ("held", "BEFORE"), ("registered_anew", "ISSUE"),
        ("lapsed", "REDEEM"), ("deverified", "REDEEM"), ("changed", "REDEEM")]  # fmt: skip


def settings_of(site: str, folder: str) -> dict[str, Any]:
    """Give the whole settings of a site that keeps its rows in a folder."""
    own = {**SITES, **LEFT_OUT}[site][0]
    aliases = _BOTH if "DATABASE_ROUTERS" in own else _BOTH[:1]
    rows = {alias: {**_DATABASE, "NAME": f"{folder}/{alias}"} for alias in aliases}
    return {**_PLAIN, "DATABASES": rows, **own}
