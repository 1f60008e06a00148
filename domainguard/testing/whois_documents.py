"""Port-43 answers (RFC 3912) written from facts, in the layouts of a few domain registries.

Each writer's layout is one that the registry documents for its users; the words are those of
`domainguard/data/whois-formats.json`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from domainguard.core.epp import HOLDS, Status
from domainguard.simulation.lives import Facts

Writer = Callable[[str, Facts], str]


def _rdds(domain: str, facts: Facts) -> str:
    """Write the labels of ICANN's registry agreement, which many ccTLDs took over."""
    if not facts.registered:
        return f"No match for {domain}.\n"
    lines = [
        f"Domain Name: {domain}",
        f"Registry Domain ID: {facts.handle}",
        f"Creation Date: {_moment(facts.registered_at)}",
        f"Registry Expiry Date: {_moment(facts.expires_at)}",
        f"Registrar: Registrar {facts.registrar} Ltd",
        f"Registrar IANA ID: {facts.registrar}",
        *(f"Domain Status: {_epp(status)}" for status in sorted(facts.statuses)),
        *(f"Name Server: {host}" for host in facts.ns),
        f"DNSSEC: {'signedDelegation' if facts.ds else 'unsigned'}",
    ]
    return "\n".join(lines) + "\n"


def _eurid(domain: str, facts: Facts) -> str:
    """Write as EURid does: a registered name has no status line, and there are no dates."""
    lines = [f"Domain: {domain}", "Script: LATIN", ""]
    if not facts.registered:
        return "\n".join([*lines[:2], "Status: AVAILABLE", ""])
    if Status.REDEMPTION_PERIOD in facts.statuses or Status.PENDING_DELETE in facts.statuses:
        return "\n".join([*lines[:2], "Status: QUARANTINE", ""])
    if facts.statuses & HOLDS:
        lines.insert(2, "Status: SUSPENDED")
    lines += ["Registrar:", f"        Name: Registrar {facts.registrar} Ltd", ""]
    lines += ["Name servers:", *(f"        {host}" for host in facts.ns), ""]
    return "\n".join(lines)


def _dnsbe(domain: str, facts: Facts) -> str:
    """Write as DNS Belgium does: the first day of registration, but no date of expiry."""
    if not facts.registered:
        return f"Domain:\t{domain}\nStatus:\tAVAILABLE\n"
    if Status.PENDING_DELETE in facts.statuses:
        return f"Domain:\t{domain}\nStatus:\tQUARANTINE\n"
    registered = facts.registered_at
    lines = [
        f"Domain:\t{domain}",
        "Status:\tNOT AVAILABLE",
        f"Registered:\t{registered:%a %b %-d %Y}" if registered else "",
        "",
        "Registrar:",
        f"\tName:\tRegistrar {facts.registrar} Ltd",
        "",
        "Nameservers:",
        *(f"\t{host}" for host in facts.ns),
    ]
    return "\n".join(lines) + "\n"


def _nicit(domain: str, facts: Facts) -> str:
    """Write as Registro.it does, with EPP words in one status line."""
    if not facts.registered:
        return f"Domain:             {domain}\nStatus:             AVAILABLE\n"
    words = " / ".join(_epp(status) for status in sorted(facts.statuses))
    lines = [
        f"Domain:             {domain}",
        f"Status:             {words}",
        f"Signed:             {'yes' if facts.ds else 'no'}",
        f"Created:            {_day(facts.registered_at, '%Y-%m-%d %H:%M:%S')}",
        f"Expire Date:        {_day(facts.expires_at)}",
        "",
        "Registrar",
        f"  Organization:     Registrar {facts.registrar} S.r.l.",
        f"  Name:             REG{facts.registrar}-IT",
        "",
        "Nameservers",
        *(f"  {host}" for host in facts.ns),
    ]
    return "\n".join(lines) + "\n"


def _tcinet(domain: str, facts: Facts) -> str:
    """Write as TCI does for .ru, .su and .рф: a state of several words, paid-till."""
    if not facts.registered:
        return "No entries found for the selected source(s).\n"
    delegated = "DELEGATED" if facts.delegated else "NOT DELEGATED"
    lines = [
        f"domain:        {domain.upper()}",
        *(f"nserver:       {host}." for host in facts.ns),
        f"state:         REGISTERED, {delegated}, VERIFIED",
        f"registrar:     REGISTRAR{facts.registrar}-RU",
        f"created:       {_moment(facts.registered_at)}",
        f"paid-till:     {_moment(facts.expires_at)}",
        "source:        TCI",
    ]
    return "\n".join(lines) + "\n"


def _iis(domain: str, facts: Facts) -> str:
    """Write as Internetstiftelsen does for .se and .nu: state and status are two lines."""
    if not facts.registered:
        return f'domain "{domain}" not found.\n'
    lapsed = Status.PENDING_DELETE in facts.statuses
    held = bool(facts.statuses & HOLDS)
    lines = [
        f"state:            {'deactivated' if lapsed or held else 'active'}",
        f"domain:           {domain}",
        f"created:          {_day(facts.registered_at)}",
        f"expires:          {_day(facts.expires_at)}",
        *(f"nserver:          {host}" for host in facts.ns),
        f"dnssec:           {'signed' if facts.ds else 'unsigned'} delegation",
        f"status:           {'pendingDelete' if lapsed else 'serverHold' if held else 'ok'}",
        f"registrar:        Registrar {facts.registrar} AB",
    ]
    return "\n".join(lines) + "\n"


WRITERS: Mapping[str, Writer] = {
    "plain": _rdds,
    "cocca": _rdds,
    "eurid": _eurid,
    "dnsbe": _dnsbe,
    "nicit": _nicit,
    "tcinet": _tcinet,
    "iis": _iis,
}


def _epp(status: Status) -> str:
    if status is Status.ACTIVE:
        return "ok"
    first, *rest = status.value.split(" ")
    return first + "".join(word.capitalize() for word in rest)


def _moment(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _day(moment: datetime | None, form: str = "%Y-%m-%d") -> str:
    return moment.strftime(form) if moment else ""
