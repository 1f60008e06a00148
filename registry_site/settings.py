"""The site's settings; everything an operator may change comes from the environment."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse_lazy

from domainguard.environment import settings_from
from registry_site import environment
from registry_site.environment import env

BASE_DIR = Path(__file__).resolve().parent.parent

# A checkout nobody has configured is a developer's: Django then answers to loopback names only.
# As soon as one of these is set the site is a deployment, and DEBUG has to be asked for.
_configured = any(environment.secret(n) for n in ("SECRET_KEY", "PUBLIC_ORIGIN", "ALLOWED_HOSTS"))
DEBUG = env.bool("DEBUG", default=not _configured)

SECRET_KEY = environment.required(
    "SECRET_KEY",
    environment.secret("SECRET_KEY"),
    debug=DEBUG,
    made_up="django-insecure-for-development-only",
)
PUBLIC_ORIGIN = environment.origin(
    environment.required(
        "PUBLIC_ORIGIN",
        env.str("PUBLIC_ORIGIN", default=""),
        debug=DEBUG,
        made_up="http://127.0.0.1:8000",
    )
)
_behind_tls = PUBLIC_ORIGIN.startswith("https://")
_public_host = urlsplit(PUBLIC_ORIGIN).hostname or ""
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if DEBUG else [_public_host])
CSRF_TRUSTED_ORIGINS = [PUBLIC_ORIGIN]

INSTALLED_APPS = [
    "registry_site.accounts",
    "registry_site.packages",
    "domainguard",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "registry_site.middleware.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "registry_site.urls"
WSGI_APPLICATION = "registry_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
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
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Rows
DATABASES = {"default": environment.database(BASE_DIR / "registry.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="")
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "registry_site.cache.SharedOrLocal", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# Words and times
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "registry_site" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# Mail
vars().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:1025"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = f"Cairn <no-reply@{_public_host}>"

# Static files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "registry_site" / "static"]
if not DEBUG and find_spec("whitenoise"):
    MIDDLEWARE.insert(1, "whitenoise.middleware.WhiteNoiseMiddleware")
    WHITENOISE_USE_FINDERS = True

# Accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["registry_site.accounts.even.EvenBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
ACCOUNT_ADAPTER = "registry_site.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "registry_site.accounts.forms.SignInForm",
    "reauthenticate": "registry_site.accounts.forms.ReauthenticateForm",
    "signup": "registry_site.accounts.even.SignUpForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL = reverse_lazy("account_email")
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "domainguard.integrations.late_tokens.LateTokenGenerator"  # noqa: S105
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "registry_site.accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Cairn"
# No tolerance: allauth remembers a used code for one period, so a code must not live longer.
MFA_TOTP_TOLERANCE = 0
MFA_RECOVERY_CODES_SHOW_ONCE = True
# allauth would let nobody with a second factor add an address, which is the way out of a lost
# domain. What it guards against cannot happen: nobody is signed in here before a first proof.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# Safety on the wire. How many proxies stand in front decides whose word on client and scheme counts
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "domainguard.admin.csrf.csrf_refused"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = SECURE_SSL_REDIRECT = _behind_tls
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # asked from inside, where there is no TLS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _behind_tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _behind_tls
# Not "no-referrer": browsers then send `Origin: null` with a form, which no CSRF check can pass.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "redacted": {
            "()": "registry_site.logs.RedactingFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "redacted"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"level": "INFO", "handlers": [], "propagate": True},
        "django.server": {"level": "INFO", "handlers": ["console"], "propagate": False},
    },
}

# Celery (THREATS.md 5.2). The database knows what is due and every effect is idempotent, so a task
# that was lost is due again within a minute, and one that comes twice does nothing twice.
_visibility = {"visibility_timeout": 900}
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = _visibility
CELERY_VISIBILITY_TIMEOUT = _visibility["visibility_timeout"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker that is away for an hour ends no worker
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_QUEUES = {
    name: {"exchange": name, "routing_key": name} for name in ("jit", "mail", "sweep")
}
CELERY_TASK_CREATE_MISSING_QUEUES = False  # a queue that nobody works on is an error at once
CELERY_TASK_DEFAULT_QUEUE = "sweep"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # a sweep needs no broker
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300 * 1024  # KiB; looked at between tasks
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30  # then what still runs goes back to its queue at once
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
HEARTBEAT_FILE = env.str("HEARTBEAT_FILE", default="")

# Read by domainguard/conf.py and by nothing else
DOMAINGUARD: dict[str, Any] = {
    "DEVERIFY": "enforce",
    **settings_from(os.environ),
    "PUBLIC_ORIGIN": PUBLIC_ORIGIN,
    "ADDRESS_BOOK": "domainguard.addressbooks.allauth.AllauthAddressBook",
    "ADDRESSES_URL": "account_email",
    "SITE_FACTS": "registry_site.accounts.facts.RegistrySiteFacts",
    "TRUSTED_PROXY_COUNT": ALLAUTH_TRUSTED_PROXY_COUNT,
    "LETTERS": {
        "account_changed": "registry_site.accounts.notices.account_changed_letter",
        "invitation": "registry_site.packages.invitations.invitation_letter",
    },
}
