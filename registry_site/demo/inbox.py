"""Reads the sink of the small internet as mailboxes: what arrived, and who reads it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress

from domainguard.audit import address_hash
from domainguard.core.names import parse_address
from domainguard.models import AuditEvent, MailDomain
from domainguard.testing import Delivered, Holder
from domainguard.testing.clock import clock
from domainguard.testing.smtp_sink import read_deliveries
from domainguard.testing.world import World

from .findings import objection
from .state import State
from .story import Story

READERS: Final = {
    Holder.OWNER: "its owner",
    Holder.STRANGER: "a stranger",
    Holder.REGISTRAR: "a registrar, at its parking page",
    Holder.NOBODY: "nobody, because no mail arrives at the domain",
}
_LINK: Final = re.compile(r"(http://127\.0\.0\.1:\d+(?:/\S*)?)")
_REFUSALS: Final = ("mail_refused", "mail_dropped")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a mail's text; `path` is where it leads on this site, if it is a link."""

    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail that arrived, and who read the mailbox at that time."""

    at: datetime
    subject: str
    reader: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address: who reads its mail now, what arrived and when mail was refused, newest first.

    `objection` says what stands against its domain now; empty where nothing does.
    """

    address: str
    holder: Holder
    letters: tuple[Letter, ...]
    refused: tuple[datetime, ...]
    objection: str

    @property
    def reader(self) -> str:
        """Who reads its mail now, in words."""
        return READERS[self.holder]

    @property
    def is_worth_a_line(self) -> bool:
        """Whether anything arrived or was refused, or somebody else reads it."""
        somebody_else = self.holder in (Holder.STRANGER, Holder.REGISTRAR)
        return bool(self.letters or self.refused) or somebody_else


class PostOffice:
    """All mailboxes of a demo, as they are at this moment."""

    def __init__(self, state: State) -> None:
        self._arrived: dict[str, list[Delivered]] = defaultdict(list)
        for each in reversed(read_deliveries(state.mail)):
            self._arrived[each.rcpt_to.lower()].append(each)
        self._world = World(clock)
        story = Story.from_json(state.story())
        for life in story.lives() if story else ():
            self._world.add(life)

    def mailboxes(self) -> list[Mailbox]:
        """Give those worth a line: strangers' first, then those with the newest mail."""
        found = [self._mailbox(address) for address in self._addresses]
        return sorted(filter(lambda box: box.is_worth_a_line, found), key=_order)

    def mailbox(self, address: str) -> Mailbox | None:
        """Give one mailbox, also an empty one; None for an address that nobody has here."""
        return self._mailbox(address) if address in self._addresses else None

    @cached_property
    def _addresses(self) -> list[str]:
        known = EmailAddress.objects.values_list("email", flat=True)
        return sorted({*known, *self._arrived})

    @cached_property
    def _refused(self) -> dict[str, list[datetime]]:
        found = defaultdict(list)
        rows = AuditEvent.objects.filter(action__in=_REFUSALS).order_by("-pk")
        for hashed, at in rows.values_list("address_hash", "at"):
            found[hashed].append(at)
        return found

    def _mailbox(self, address: str) -> Mailbox:
        parsed = parse_address(address)
        row = MailDomain.objects.select_related("trust_key").filter(name=parsed.mail_domain).first()
        return Mailbox(
            address=address,
            holder=self._world.mailbox(parsed.mail_domain),
            letters=tuple(_letter(each) for each in self._arrived.get(address, ())),
            refused=tuple(self._refused.get(address_hash(parsed.canonical), ())),
            objection=objection(row) if row else "",
        )


def _order(box: Mailbox) -> tuple[bool, bool, float, str]:
    newest = box.letters[0].at.timestamp() if box.letters else 0.0
    return box.holder is not Holder.STRANGER, not box.refused, -newest, box.address


def _letter(delivered: Delivered) -> Letter:
    return Letter(
        at=delivered.at,
        subject=str(delivered.message["subject"]),
        reader=READERS[delivered.holder],
        parts=tuple(_parts(delivered.text)),
    )


def _parts(text: str) -> Iterator[Part]:
    for number, piece in enumerate(_LINK.split(text.strip())):
        is_link = number % 2 == 1  # what the group matched stands between what it did not
        yield Part(piece, (urlsplit(piece).path or "/") if is_link else "")
