"""Who wants no early notices: a signed link that only a POST acts on (RFC 8058)."""

from __future__ import annotations

from django.core import signing
from django.urls import NoReverseMatch, reverse

from domainguard import audit
from domainguard.conf import settings
from domainguard.models import QuietAccount
from domainguard.models.locking import atomic
from domainguard.wiring import now

_SALT = "domainguard.quiet"


def link_for(account: str) -> str | None:
    """Give the address of the page that stops early notices; None where the site has none."""
    token = signing.Signer(salt=_SALT).sign_object({"account": account})
    try:
        return settings().public_origin + reverse("domainguard:early_notices", args=[token])
    except NoReverseMatch:
        return None


def account_in(token: str) -> str | None:
    """Give the account a link is for; None when the signature does not hold. Links do not age."""
    try:
        said = signing.Signer(salt=_SALT).unsign_object(token)
    except signing.BadSignature:
        return None
    return str(said["account"])


def is_quiet(account: str) -> bool:
    """Say whether an account's owner asked for no early notices."""
    return QuietAccount.objects.filter(account=account).exists()


def set_quiet(account: str, quiet: bool) -> bool:
    """Stop early notices, or have them again; say whether that changed anything."""
    with atomic():
        rows = QuietAccount.objects.filter(account=account)
        if quiet:
            _, changed = rows.get_or_create(account=account, defaults={"since": now()})
        else:
            changed = bool(rows.delete()[0])
        if changed:
            action = "early_notices_stopped" if quiet else "early_notices_resumed"
            audit.record(action, at=now(), actor="owner", account=account)
    return changed
