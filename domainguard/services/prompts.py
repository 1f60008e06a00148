"""What an owner should know of their addresses now, in words: for mails, banners and pages.

For the signed-in owner and their own eligible addresses alone: nobody else may learn of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.db import router
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.text import format_lazy

from domainguard.addressbooks.keys import account_of
from domainguard.core.early import Trouble, Warning, held_since, warning_of
from domainguard.core.names import NameRefused, canonical_address
from domainguard.core.reasons import Hold
from domainguard.gate import Purpose, Reason, may_receive
from domainguard.models import AddressStanding
from domainguard.models.domain_status import holds_of
from domainguard.wiring import address_book, is_exempt, is_trusted, now

from .evidence_words import day_in_words
from .prompt_words import WORDS, Words

LOST: Final = "lost"
ONE_DOMAIN: Final = "one_domain"
_KEPT: Final = "_domainguard_prompts"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to know about one address. `day` is when something ends, or began.

    `fallback` is another address of the account that still works, on another domain.
    """

    kind: str
    address: str
    day: date | None = None
    fallback: str = ""

    @property
    def words(self) -> Words:
        """What its owner reads."""
        return WORDS[self.kind]

    @property
    def headline(self) -> str | Promise:
        """The matter in a few words."""
        return format_lazy("{}: {}", self.address, self.words.headline)

    @property
    def when(self) -> str:
        """The day in words; empty where none is known."""
        return day_in_words(self.day) if self.day else ""


@dataclass(frozen=True, slots=True)
class _Known:
    standing: AddressStanding
    prompt: Prompt | None
    key: str
    eligible: bool


def prompts_of(account: str) -> list[Prompt]:
    """Give what an account's owner should know now, in the order of the addresses.

    Three queries, and two more for each address that is on hold.
    """
    known = [_known(standing, verified) for standing, verified in _standings(account)]
    # Of those that work, one of which there is nothing to say comes first.
    order = sorted(known, key=lambda each: each.prompt is not None)
    working = {each.key: each.standing.address for each in order if each.eligible}
    prompts = [
        replace(each.prompt, fallback=_other(working, each.key)) for each in known if each.prompt
    ]
    return prompts + _hangs_on_one(working)


def prompts_for(request: HttpRequest) -> list[Prompt]:
    """Give what the person who sent this request should know, asked once a request.

    Empty for whoever is not signed in. A page that shows it is for that person alone: it must not
    be kept by a shared cache.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, prompts_of(account_of(user)))
    found: list[Prompt] = getattr(request, _KEPT)
    return found


def _standings(account: str) -> list[tuple[AddressStanding, bool]]:
    """Give the addresses an account once proved and still has, and what the site says of each."""
    book = address_book()
    verified = {}
    for stored in book.addresses_of(account):
        try:
            verified[canonical_address(stored.text)] = stored.verified
        except NameRefused:
            continue
    rows = AddressStanding.objects.using(router.db_for_write(AddressStanding))
    mine = rows.filter(
        book=book.name, account=account, removed_at=None, verified_epoch__isnull=False
    )
    related = mine.select_related("mail_domain__trust_key__parent")
    standings = related.prefetch_related("mail_domain__dependencies").order_by("pk")
    return [(each, verified[each.canonical]) for each in standings if each.canonical in verified]


def _known(standing: AddressStanding, verified: bool) -> _Known:
    key = standing.mail_domain.trust_key
    prompt = None if is_trusted(standing.mail_domain.name) else _prompt(standing, verified)
    current = standing.verified_epoch == key.control_epoch
    works = verified and current and (prompt is None or prompt.kind in (Trouble.EXPIRY, "grace"))
    return _Known(standing, prompt, key.domain, works)


def _prompt(standing: AddressStanding, verified: bool) -> Prompt | None:
    key = standing.mail_domain.trust_key
    if standing.verified_epoch != key.control_epoch:
        return Prompt(LOST, standing.address)
    if not verified:
        return None
    warning = _warning(standing)
    return Prompt(warning.trouble, standing.address, warning.day) if warning else None


def _warning(standing: AddressStanding) -> Warning | None:
    key = standing.mail_domain.trust_key
    if holds := _holds_over(standing):
        answer = may_receive(standing.pk, Purpose.NOTICE)
        since = min(hold.since for hold in holds)
        return held_since(since, now=now()) if answer.reason is Reason.HELD else None
    record = replace(key.record(exempt=is_exempt(key.domain, key.exempt_by_staff)), holds=())
    return warning_of(record, now=now())


def _holds_over(standing: AddressStanding) -> list[Hold]:
    mail_domain = standing.mail_domain
    key = mail_domain.trust_key
    above = [mail_domain.holds, key.holds, key.parent.holds if key.parent else None]
    kept = [*above, *(each.holds for each in mail_domain.dependencies.all())]
    return [hold for each in kept for hold in holds_of(each)]


def _other(working: dict[str, str], key: str) -> str:
    return next((address for other, address in working.items() if other != key), "")


def _hangs_on_one(working: dict[str, str]) -> list[Prompt]:
    """Say when one domain carries the account; a mailbox provider's does not lapse."""
    if len(working) != 1:
        return []
    ((key, address),) = working.items()
    return [] if is_exempt(key) or is_trusted(key) else [Prompt(ONE_DOMAIN, address)]
