"""The only reader of settings.DOMAINGUARD: frozen Settings, forgotten when the settings change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any, Literal

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

OBSERVE: Literal["observe"] = "observe"
ENFORCE: Literal["enforce"] = "enforce"
SOURCES = ("dns", "rdap", "whois", "fastly", "UnsafeAlwaysActive")

# Dotted names, because a letter is written on a higher floor than the outbox that carries it.
LETTERS: Mapping[str, str] = {
    "reset": "domainguard.integrations.auth.reset_letter",
    "allauth": "domainguard.integrations.rendered.rendered_letter",
    "djoser": "domainguard.integrations.djoser.djoser_letter",
    "dj_rest_auth": "domainguard.integrations.dj_rest_auth.reset_letter",
    "deverified": "domainguard.services.notify.deverified_letter",
    "restored": "domainguard.services.notify.restored_letter",
    "refused": "domainguard.services.notify.refused_letter",
    "staff": "domainguard.services.acts.letters.staff_letter",
    "stop_act": "domainguard.services.acts.stop.stop_letter",
    "changed": "domainguard.services.notify.changed_letter",
    "way_back": "domainguard.services.ways.links.notice_letter",
    "way_back_link": "domainguard.services.ways.links.link_letter",
    "early": "domainguard.services.say.early_letter",
    "co_owner": "domainguard.services.say.co_owner_letter",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator decided. The names are the keys of settings.DOMAINGUARD in lower case.

    Endpoints are `host:port`, files are paths, dotted names are imported by `wiring`. `rates` are
    questions a minute by the host name of a registry's server, "*" for those not named.
    """

    address_book: str = "domainguard.addressbooks.auth_user.AuthUserAddressBook"
    site_facts: str = ""
    public_origin: str = ""
    addresses_url: str = ""
    resolvers: tuple[str, ...] = ()
    rdap_bootstrap: str = ""
    rdap_bootstrap_url: str = "https://data.iana.org/rdap/dns.json"
    rdap_ca: str = ""
    fastly_url: str = "https://api.fastly.com/domain-management/v1/tools/status"
    fastly_key: str = field(default="", repr=False)
    whois_servers: str = ""
    egress_allow: tuple[str, ...] = ()
    redis_url: str = field(default="", repr=False)
    metrics_token: str = field(default="", repr=False)
    trail_keys: tuple[str, ...] = field(default=(), repr=False)
    rates: Mapping[str, int] = field(default_factory=dict)
    sources: tuple[str, ...] = ("dns", "rdap", "whois", "fastly")
    deverify: str = OBSERVE
    clock: str = ""
    trusted_domains: frozenset[str] = frozenset()
    exempt_providers: str = ""
    canaries: tuple[str, ...] = ()
    token_life_minutes: int = 60
    trusted_proxy_count: int | None = None
    guard_all_tokens: bool = False
    letters: Mapping[str, str] = field(default_factory=dict)

    @property
    def enforces(self) -> bool:
        """Whether de-verifications reach the site's own flags and people's mail."""
        return self.deverify == ENFORCE


def settings() -> Settings:
    """Give the settings in force; raises ImproperlyConfigured with one clear line."""
    return _read()


@lru_cache(maxsize=1)
def _read() -> Settings:
    given: dict[str, Any] = getattr(django_settings, "DOMAINGUARD", {})
    known = {each.name: each for each in fields(Settings)}
    unknown = sorted(key for key in given if key.lower() not in known or not key.isupper())
    if unknown:
        raise ImproperlyConfigured(
            f"settings.DOMAINGUARD has unknown keys: {', '.join(unknown)}. "
            f"Known are: {', '.join(sorted(name.upper() for name in known))}."
        )
    chosen = {
        key.lower(): _frozen(known[key.lower()].type, value)
        for key, value in given.items()
        if value is not None
    }
    _refuse_words(chosen)
    return Settings(**chosen)


def _refuse_words(chosen: Mapping[str, Any]) -> None:
    """Refuse what would be passed over in silence; raises ImproperlyConfigured."""
    if chosen.get("deverify", OBSERVE) not in (OBSERVE, ENFORCE):
        raise ImproperlyConfigured(
            f"DOMAINGUARD['DEVERIFY'] is {chosen['deverify']!r}; it must be 'observe' or 'enforce'."
        )
    unknown = [word for word in chosen.get("sources", ()) if word not in SOURCES]
    if unknown:
        raise ImproperlyConfigured(
            f"DOMAINGUARD['SOURCES'] has {unknown[0]!r}; known are {', '.join(SOURCES)}."
        )
    if type(chosen.get("token_life_minutes", 1)) is not int:
        raise ImproperlyConfigured("DOMAINGUARD['TOKEN_LIFE_MINUTES'] must be a whole number.")
    if not all(type(rate) is int and rate > 0 for rate in chosen.get("rates", {}).values()):
        raise ImproperlyConfigured("DOMAINGUARD['RATES'] must be whole numbers above 0.")
    proxies = chosen.get("trusted_proxy_count", 0)
    if type(proxies) is not int or proxies < 0:
        raise ImproperlyConfigured(
            f"DOMAINGUARD['TRUSTED_PROXY_COUNT'] is {proxies!r}; it must be how many proxies stand "
            "in front of the site, 0 for none."
        )


def _frozen(wanted: Any, value: Any) -> Any:
    many = {"tuple": tuple, "frozenset": frozenset}.get(str(wanted).partition("[")[0])
    if many is None:
        return value
    words = value.split(",") if isinstance(value, str) else value
    return many(word.strip() for word in words if word.strip())


def _forget(*, setting: str, **_: Any) -> None:
    if setting == "DOMAINGUARD":
        _read.cache_clear()


setting_changed.connect(_forget)
