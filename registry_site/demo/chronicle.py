"""What happened to one domain and its people, in a line each: rows, looks, and mail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max

from domainguard.models import AddressStanding, AuditEvent, DomainStatus, Observation
from domainguard.testing import Delivered

from .acts import Act, Kind
from .findings import sentence_of
from .inbox import READERS
from .stage import Stage

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "domain_hold": ("On hold: nothing that opens an account goes there.", "bad"),
    "domain_release": ("The hold ends.", "good"),
    "epoch_raised": ("Two looks agree: the epoch goes up, and its addresses count no more.", "bad"),
    "address_deverified": ("An address there loses its trust.", "bad"),
    "address_restored": ("The same registration came back: an address is trusted again.", "good"),
    "mail_refused": (
        "A reset was asked for. Refused; the page said what it says to everybody.",
        "",
    ),
    "mail_dropped": ("A mail was given up before it was handed over.", ""),
    "recovery_completed": ("A new password was set by mail.", ""),
    "case_opened": ("A case is opened for staff.", ""),
}
_DEEDS: Final[Mapping[Kind, str]] = {
    Kind.LAPSE: "Its registrar deletes the domain: nobody has paid.",
    Kind.TAKE: "A stranger registers the domain, and reads its mail from now on.",
    Kind.RENEW: "Its owner renews the domain.",
    Kind.LINK_TAKEN: "The link from the newest mail is opened. It asks for a new password.",
    Kind.LINK_REFUSED: "The link from the newest mail is opened. Refused.",
}
_QUIET: Final = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened; `tone` is good, bad or empty."""

    at: datetime
    text: str
    tone: str = ""


class Watcher:
    """Tells what is new about a domain since it was asked last."""

    def __init__(self, stage: Stage, domain: str) -> None:
        self._stage, self._domain = stage, domain
        self._row = self._look = 0
        self._mails = self._looks = self._acts = 0
        self._said = ""
        self._spoke_at = stage.net.clock.now()
        self._skip()

    def news(self, at: datetime) -> list[Line]:
        """Give what happened since, the oldest first; a quiet while is a line every five days."""
        found = [*self._deeds(), *self._looked(at), *self._rows(), *self._mail()]
        if not found and at - self._spoke_at >= _QUIET:
            found = [Line(at, f"Looked at {self._looks} times since, with nothing new.")]
        if found:
            self._spoke_at, self._looks = at, 0
        return found

    def _skip(self) -> None:
        self._row = AuditEvent.objects.aggregate(last=Max("pk"))["last"] or 0
        self._look = Observation.objects.aggregate(last=Max("pk"))["last"] or 0
        self._mails = len(self._stage.net.sink.messages)
        self._acts = len(self._stage.story.acts)
        row = DomainStatus.objects.filter(domain=self._domain).first()
        self._said = conclusion(row) if row else ""

    def _looked(self, at: datetime) -> Iterator[Line]:
        seen = Observation.objects.filter(pk__gt=self._look, domain__domain=self._domain)
        looks = seen.values("look").distinct().count()
        if not looks:
            return
        self._looks += looks
        self._look = seen.aggregate(last=Max("pk"))["last"]
        said = conclusion(DomainStatus.objects.get(domain=self._domain))
        if said != self._said:
            self._said = said
            yield Line(at, f"A look. {said}")

    def _deeds(self) -> Iterator[Line]:
        new = self._stage.story.acts[self._acts :]
        self._acts += len(new)
        yield from deeds(new, self._domain)

    def _rows(self) -> Iterator[Line]:
        for row in AuditEvent.objects.filter(pk__gt=self._row, domain=self._domain).order_by("pk"):
            self._row = row.pk
            if row.action in _WORDS:
                yield Line(row.at, *_WORDS[row.action])

    def _mail(self) -> Iterator[Line]:
        messages = self._stage.net.sink.messages[self._mails :]
        self._mails += len(messages)
        mine = addresses_around(self._domain)
        yield from (delivery(each) for each in messages if each.rcpt_to.lower() in mine)


def history(stage: Stage, domain: str, since: datetime) -> list[Line]:
    """Give what happened since then, the newest first."""
    rows = AuditEvent.objects.filter(domain=domain, at__gte=since, action__in=_WORDS)
    mine = addresses_around(domain)
    acts = (each for each in stage.story.acts if each.at >= since)
    found = [
        *deeds(acts, domain),
        *(Line(row.at, *_WORDS[row.action]) for row in rows.order_by("pk")),
        *(
            delivery(each)
            for each in stage.net.sink.messages
            if each.at >= since and each.rcpt_to.lower() in mine
        ),
    ]
    return sorted(found, key=lambda line: line.at)[::-1]


def deeds(acts: Iterable[Act], domain: str) -> Iterator[Line]:
    """Say what was done to a domain."""
    for act in acts:
        if act.domain == domain:
            yield Line(act.at, _DEEDS[act.kind])


def conclusion(row: DomainStatus) -> str:
    """Say what the last look concluded."""
    holds = row.active_holds
    why = sentence_of(holds) if holds else row.sentence
    return f"State: {row.state.replace('_', ' ')}. {why}"


def addresses_around(domain: str) -> set[str]:
    """Give every address of everybody who has one at this domain."""
    there = AddressStanding.objects.filter(mail_domain__trust_key__domain=domain)
    everybody = AddressStanding.objects.filter(account__in=there.values("account"))
    return set(everybody.values_list("canonical", flat=True))


def delivery(mail: Delivered) -> Line:
    """Say what arrived where, and who read it."""
    tone = "good" if READERS[mail.holder] == "its owner" else "bad"
    reader = READERS[mail.holder]
    return Line(
        mail.at, f"“{mail.message['subject']}” goes to {mail.rcpt_to}, read by {reader}.", tone
    )
