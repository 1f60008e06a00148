"""Which of the site's doors are open: reset routes without a guard, and what stands around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.conf import settings as django_settings
from django.core import checks
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string

from domainguard.conf import settings

_DJANGO = "django.contrib.auth.views"
_CACHES = (
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
)
_ALLAUTH_DOORS = ("password_reset", "passwordreset", "resetpassword", "login_code", "logincode")
_DJOSER_DOORS = {"reset_password", "reset_password_confirm", "reset_username"}
_DJOSER_MAILS = {
    "SEND_ACTIVATION_EMAIL": ("activation", "ActivationEmail"),
    "SEND_CONFIRMATION_EMAIL": ("confirmation", "ConfirmationEmail"),
    "PASSWORD_CHANGED_EMAIL_CONFIRMATION": (
        "password_changed_confirmation",
        "PasswordChangedConfirmationEmail",
    ),
    "USERNAME_CHANGED_EMAIL_CONFIRMATION": (
        "username_changed_confirmation",
        "UsernameChangedConfirmationEmail",
    ),
}
_INCLUDE = "domainguard.integrations"


def check_doors(app_configs: Sequence[Any] | None, **_: Any) -> list[checks.CheckMessage]:
    """Name each reset route that has no guard, or no mail to send; one line for each kind."""
    found: dict[str, checks.CheckMessage] = {}
    for route, pattern in _routes():
        for ask in (_django, _templates, _allauth, _dj_rest_auth, _djoser, _admin):
            message = ask(route, pattern)
            if message is not None:
                found.setdefault(f"{message.id}{ask.__name__}", message)
    return list(found.values())


def check_surroundings(app_configs: Sequence[Any] | None, **_: Any) -> list[checks.CheckMessage]:
    """Warn of a cache for whole pages: it would keep pages that hold a token's form."""
    kept = [name for name in _CACHES if name in django_settings.MIDDLEWARE]
    if not kept or not django_settings.ROOT_URLCONF:
        return []
    return [
        checks.Warning(
            f"{kept[0]} caches whole pages, and recovery pages with them.",
            hint="Remove it from MIDDLEWARE and put cache_page() on the views that want it.",
            id="domainguard.W010",
        )
    ]


def _django(route: str, pattern: URLPattern) -> checks.CheckMessage | None:
    view = _class(pattern)
    given = getattr(pattern.callback, "view_initkwargs", {})
    if _descends(view, f"{_DJANGO}.PasswordResetView"):
        guard: Any = given.get("form_class", view.form_class)
    elif _descends(view, f"{_DJANGO}.PasswordResetConfirmView"):
        guard = given.get("token_generator", view.token_generator)
        if _all_tokens_are_guarded():
            return None
    else:
        return None
    if _guarded(guard) or _guarded(view):
        return None
    return _open(route, f'path("", include("{_INCLUDE}.auth"))')


def _templates(route: str, pattern: URLPattern) -> checks.CheckMessage | None:
    """Find a template without which our mail could not be written: only a worker would notice."""
    view = _class(pattern)
    if not _descends(view, f"{_DJANGO}.PasswordResetView"):
        return None
    given = getattr(pattern.callback, "view_initkwargs", {})
    if not (_guarded(given.get("form_class", view.form_class)) or _guarded(view)):
        return None
    kinds = ("subject_template_name", "email_template_name", "html_email_template_name")
    names = [given.get(kind, getattr(view, kind)) for kind in kinds]
    missing = [name for name in names if name and not _exists(name)]
    if not missing:
        return None
    return checks.Error(
        f"The template {missing[0]} of the route {route} is not found: no reset could be mailed.",
        hint="Write it into a templates folder of the site, or add 'django.contrib.admin', which"
        " brings Django's own, to INSTALLED_APPS.",
        id="domainguard.E015",
    )


def _allauth(route: str, pattern: URLPattern) -> checks.CheckMessage | None:
    view = _class(pattern)
    module = getattr(view or pattern.callback, "__module__", "")
    name = getattr(view or pattern.callback, "__name__", "").lower()
    is_door = module.startswith(("allauth.account", "allauth.headless.account"))
    if not is_door or not any(word in name for word in _ALLAUTH_DOORS):
        return None
    adapter = getattr(django_settings, "ACCOUNT_ADAPTER", "")
    if not adapter or not _guarded(import_string(adapter)):
        return _open(route, f"class Adapter({_INCLUDE}.allauth.AccountAdapterMixin, ...)")
    generator = getattr(django_settings, "ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR", "")
    if not generator or not _guarded(import_string(generator)):
        wanted = f"{_INCLUDE}.late_tokens.LateTokenGenerator"
        return _open(route, f'ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "{wanted}"')
    return None


def _dj_rest_auth(route: str, pattern: URLPattern) -> checks.CheckMessage | None:
    view = _class(pattern)
    for name, key in (
        ("PasswordResetView", "PASSWORD_RESET_SERIALIZER"),
        ("PasswordResetConfirmView", "PASSWORD_RESET_CONFIRM_SERIALIZER"),
    ):
        if _descends(view, f"dj_rest_auth.views.{name}") and not _guarded(view.serializer_class):
            wanted = key.title().replace("_", "")
            return _open(route, f'REST_AUTH["{key}"] = "{_INCLUDE}.dj_rest_auth.{wanted}"')
    return None


def _djoser(route: str, pattern: URLPattern) -> checks.CheckMessage | None:
    view = _class(pattern)
    actions = set(getattr(pattern.callback, "actions", {}).values())
    if not _descends(view, "djoser.views.UserViewSet"):
        return None
    if _guarded(view):
        return _djoser_mails(route) if "activation" in actions else None
    if not any(name in _DJOSER_DOORS or name.startswith("reset_") for name in actions):
        return None
    return _open(route, f'router.register("users", {_INCLUDE}.djoser.UserViewSet)')


def _djoser_mails(route: str) -> checks.CheckMessage | None:
    """Find a mail that djoser is told to send past the gate."""
    from djoser.conf import settings as chosen

    for switch, (key, name) in _DJOSER_MAILS.items():
        if getattr(chosen, switch) and not _guarded(getattr(chosen.EMAIL, key)):
            return _open(route, f'DJOSER["EMAIL"] = {{"{key}": "{_INCLUDE}.djoser.{name}"}}')
    return None


def _admin(route: str, pattern: URLPattern) -> checks.CheckMessage | None:
    view: Any = pattern.callback
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    if getattr(view, "__name__", "") != "user_change_password":
        return None
    return checks.Warning(
        f"At {route} staff set another person's password, past every mail and every gate.",
        hint="In your UserAdmin: get_urls = lambda self: [u for u in super(UserAdmin, self)"
        '.get_urls() if not (u.name or "").endswith("_password_change")]',
        id="domainguard.W009",
    )


def _open(route: str, hint: str) -> checks.CheckMessage:
    return checks.Error(
        f"The route {route} is not guarded: it serves held and lapsed addresses.",
        hint=hint,
        id="domainguard.E008",
    )


def _exists(template: str) -> bool:
    try:
        get_template(template)
    except TemplateDoesNotExist:
        return False
    return True


def _all_tokens_are_guarded() -> bool:
    return settings().guard_all_tokens


def _class(pattern: URLPattern) -> Any:
    callback: Callable[..., Any] = pattern.callback
    return getattr(callback, "view_class", None) or getattr(callback, "cls", None)


def _descends(view: Any, dotted: str) -> bool:
    ancestors = getattr(view, "__mro__", ())
    return any(f"{each.__module__}.{each.__qualname__}" == dotted for each in ancestors)


def _guarded(thing: Any) -> bool:
    return getattr(thing, "domainguard_guarded", False) is True


def _routes() -> Iterator[tuple[str, URLPattern]]:
    if django_settings.ROOT_URLCONF:
        yield from _walk("/", get_resolver().url_patterns)


def _walk(
    prefix: str, patterns: Sequence[URLPattern | URLResolver]
) -> Iterator[tuple[str, URLPattern]]:
    for each in patterns:
        route = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from _walk(route, each.url_patterns)
        else:
            yield route, each
