"""What an account should keep in order before a domain is ever lost; any site may ask this.

Nothing here locks anybody out: what is refused can be had by adding a second factor or an address.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.db import connections, router
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from domainguard.addressbooks.base import StoredAddress, same_mailbox
from domainguard.core.lifecycle import State
from domainguard.core.names import DomainName, NameRefused
from domainguard.core.reasons import Code
from domainguard.gate import Purpose, may_receive
from domainguard.models import AddressStanding, DomainStatus
from domainguard.services import check
from domainguard.services.enroll import standing_of
from domainguard.services.known import has_registry
from domainguard.services.ways.loss import facts_of_recovery
from domainguard.services.ways.rows import lock_account
from domainguard.wiring import address_book, is_exempt, is_trusted, now, read_domain, site_facts

YOUNG: Final = timedelta(days=60)
_SECONDS = 5.0


class Caution(StrEnum):
    """What is worth knowing of a domain before an account rests on an address there."""

    LAPSED = "lapsed"
    YOUNG = "young"
    UNOBSERVABLE = "unobservable"
    NO_MAIL = "no_mail"
    UNSEEN = "unseen"


WORDS: Final[dict[Caution, str | Promise]] = {
    Caution.LAPSED: _(
        "The domain of this address has lapsed, is suspended or is not in the DNS, as anybody can"
        " look up. Nothing goes there that could open your account until that is settled."
    ),
    Caution.YOUNG: _(
        "The domain of this address was registered less than 60 days ago. That is fine if it is"
        " yours; let it renew by itself, and keep another address as well."
    ),
    Caution.UNOBSERVABLE: _(
        "Nobody outside can see who the domain of this address belongs to: its registry tells"
        " nothing. A change of hands may go unnoticed there, so keep another address as well."
    ),
    Caution.NO_MAIL: _("The domain of this address declares that it takes no mail."),
    Caution.UNSEEN: _(
        "We could not look at the domain of this address just now. We go on trying, and mail goes"
        " there as soon as we know."
    ),
}


def cautions_of(text: str) -> list[Caution]:
    """Say what adding an address means, from a look that takes 5 s at most.

    It rests on what everybody may look up today, and never on what is remembered of the domain:
    whoever types somebody else's address learns nothing that this site knows.
    """
    try:
        name = read_domain(text.rpartition("@")[2])
    except NameRefused:
        return []
    if is_trusted(name.mail_domain) or is_exempt(name.trust_key):
        return []
    if name.parent is not None:
        return [Caution.UNOBSERVABLE]
    return list(_seen(name))


def may_remove(account: str, text: str) -> bool:
    """Say whether an account may give up an address: another must be worth as much to it.

    In a transaction two who ask at once for one account are told one after the other. A stolen
    session cannot take the owner's address away while its own still rests.
    """
    using = router.db_for_write(AddressStanding)
    if connections[using].in_atomic_block:
        lock_account(account, address_book().name)
    given_up = kept = 0
    for stored, worth in _worth_of(account):
        if same_mailbox(stored, text):
            given_up = max(given_up, worth)
        else:
            kept = max(kept, worth)
    return kept >= given_up


def better_primary(account: str) -> StoredAddress | None:
    """Give an address that should be the primary one, where that is not to be trusted now."""
    own = list(address_book().addresses_of(account))
    worth = dict(_worth_of(account))
    if any(each.primary and worth.get(each.text, 0) for each in own):
        return None
    return next((each for each in own if worth.get(each.text) == _RECOVERS), None)


def needs_second_proof(account: str) -> bool:
    """Say whether an account hangs on one custom domain, without second factor or saved codes.

    A site should ask for one of them before it gives such an account more to lose. Adding an
    address elsewhere does as well.
    """
    keys = set(_keys_of(account))
    if len(keys) != 1 or any(is_exempt(key) or is_trusted(key) for key in keys):
        return False
    facts = site_facts()
    saved = facts_of_recovery().saved_codes_since(account)
    return not facts.has_second_factor(account) and saved is None


_KNOWN, _RECOVERS = 1, 2


def _worth_of(account: str) -> Iterator[tuple[str, int]]:
    """Give for each address 2 where it may win back the account, 1 where it may hear of it."""
    for stored in address_book().addresses_of(account):
        standing = standing_of(stored)
        if standing is None:
            yield stored.text, 0
        elif may_receive(standing.pk, Purpose.RECOVER).admitted:
            yield stored.text, _RECOVERS
        else:
            yield stored.text, _KNOWN * may_receive(standing.pk, Purpose.NOTICE).admitted


def _keys_of(account: str) -> Iterator[str]:
    worth = dict(_worth_of(account))
    for text in (text for text, value in worth.items() if value):
        yield read_domain(text.rpartition("@")[2]).trust_key


def _seen(name: DomainName) -> Iterator[Caution]:
    # A row that was never saved: nothing is remembered, and nothing is written.
    row = DomainStatus(domain=name.trust_key, created_at=now(), next_check_at=now())
    if not has_registry(row):
        yield Caution.UNOBSERVABLE
    verdict = check.look_without_writing(row, purpose=check.RESET, seconds=_SECONDS).verdict
    if verdict is None or (not verdict.conclusive and not verdict.adverse):
        yield Caution.UNSEEN
        return
    if verdict.adverse or verdict.state is State.EXPIRED:
        yield Caution.LAPSED
    since = verdict.observed.registered_at
    if since is not None and now() - since < YOUNG:
        yield Caution.YOUNG
    if Code.NULL_MX in verdict.remarks:
        yield Caution.NO_MAIL
