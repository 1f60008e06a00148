"""Each registry's own words, as it documents them, and what we make of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Registration
from domainguard.core.names import RegistrableDomain
from domainguard.sources.whois_layout import layout
from domainguard.sources.whois_text import NOT_FOUND, NotFound, read_whois

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
REDEMPTION = frozenset({Status.PENDING_DELETE, Status.REDEMPTION_PERIOD})


def read(text: str, name: str, layout_name: str) -> Registration | NotFound:
    asked_for = RegistrableDomain(name)
    return read_whois(text.encode(), layout=layout(layout_name), asked_for=asked_for, now=NOW)


def registration(text: str, name: str, layout_name: str) -> Registration:
    found = read(text, name, layout_name)
    assert isinstance(found, Registration)
    return found


@pytest.mark.parametrize(
    ("layout_name", "name", "text"),
    [
        ("denic", "alder.de", "Domain: alder.de\nStatus: free\n"),
        ("eurid", "alder.eu", "Domain: alder\nScript: LATIN\nStatus: AVAILABLE\n"),
        ("dnsbe", "alder.be", "Domain:\talder.be\nStatus:\tAVAILABLE\n"),
        ("nicit", "alder.it", "Domain:             alder.it\nStatus:             AVAILABLE\n"),
        ("nicat", "alder.at", "% Copyright\n%\n% nothing found\n"),
        ("punktum", "alder.dk", "# Hello\n\nNo entries found for the selected source.\n"),
        ("tcinet", "alder.ru", "\nNo entries found for the selected source(s).\n\nLast updated on"),
        ("iis", "alder.se", '# terms\ndomain "alder.se" not found.\n'),
        ("jprs", "alder.jp", "[ JPRS database provides information ]\n\nNo match!!\n"),
        ("kaznic", "alder.kz", "Whois Server for the KZ\n\n*** Nothing found for this query.\n"),
        ("cnnic", "alder.cn", "No matching record.\n"),
        (
            "kisa",
            "alder.kr",
            "query : alder.kr\n\nThe requested domain was not found in the Registry or "
            "Registrar\u2019s WHOIS Server.\n",
        ),
        ("hkirc", "alder.hk", "The domain has not been registered.\n"),
        ("dnspt", "alder.pt", "alder.pt - No Match\n"),
        ("nichu", "alder.hu", "% Whois server\n\nNincs (\u00faj) tal\u00e1lat / No match\n"),
        ("iedr", "alder.ie", "Not found: alder.ie\n"),
        ("domreg", "alder.lt", "Domain:\t\t\talder.lt\nStatus:\t\t\tavailable\n"),
        (
            "niclv",
            "alder.lv",
            "[Domain]\nDomain: alder.lv\nStatus: free\n\n[Whois]\nUpdated: now\n",
        ),
        ("restena", "alder.lu", "% WHOIS alder.lu\n% No such domain\n"),
        ("tldee", "alder.ee", "Estonia .ee Top Level Domain WHOIS server\n\nDomain not found\n"),
        ("rnids", "alder.rs", "%ERROR:103: Domain is not registered\n"),
        ("carnet", "alder.hr", "%ERROR: no entries found\n"),
        ("registerbg", "alder.bg", "Domain name alder.bg does not exist in database!\n"),
        ("trabis", "alder.com.tr", 'No match found for "alder.com.tr"\n'),
        ("isocil", "alder.co.il", "% No data was found to match the request criteria.\n"),
        ("nicmx", "alder.mx", "No_Se_Encontro_El_Objeto/Object_Not_Found\n"),
        ("niccl", "alder.cl", "alder.cl: no entries found.\n"),
        ("nznic", "alder.nz", "domain_name: alder.nz\nquery_status: 220 Available\n"),
        ("zarc", "alder.co.za", "Available\nDomain: alder.co.za\n"),
        ("nictm", "alder.tm", "Domain alder.tm is available for purchase\n"),
        ("nicim", "alder.im", "The domain alder.im was not found.\n"),
        ("cocca", "alder.ki", "Domain Name: alder.ki\nDomain Status: No Object Found\n"),
        ("plain", "alder.ir", "%ERROR:101: no entries found\n"),
        ("plain", "alder.by", "Object does not exist\n"),
    ],
)
def test_a_free_name_is_recognised_by_its_registrys_own_words(
    layout_name: str, name: str, text: str
):
    assert read(text, name, layout_name) is NOT_FOUND


@pytest.mark.parametrize(
    ("layout_name", "name", "status", "statuses"),
    [
        ("denic", "alder.de", "Status: redemptionPeriod", REDEMPTION),
        ("denic", "alder.de", "Status: connect", {Status.ACTIVE}),
        ("denic", "alder.de", "Status: failed", {Status.INACTIVE}),
        ("dnsbe", "alder.be", "Status:\tNOT AVAILABLE", {Status.ACTIVE}),
        ("dnsbe", "alder.be", "Status:\tQUARANTINE", REDEMPTION),
        ("dnsbe", "alder.be", "Status:\tOUT OF SERVICE", REDEMPTION),
        ("eurid", "alder.eu", "Status: QUARANTINE", REDEMPTION),
        ("eurid", "alder.eu", "Status: SUSPENDED", {Status.SERVER_HOLD}),
        ("nicit", "alder.it", "Status: pendingDelete / redemptionPeriod", REDEMPTION),
        ("nicit", "alder.it", "Status: REDEMPTION-NO-PROVIDER", REDEMPTION),
        (
            "nicit",
            "alder.it",
            "Status: ok / autoRenewPeriod",
            {Status.ACTIVE, Status.AUTO_RENEW_PERIOD},
        ),
        ("nicit", "alder.it", "Status: UNASSIGNABLE", {Status.RESERVED}),
        ("tcinet", "alder.ru", "state: REGISTERED, DELEGATED, VERIFIED", {Status.ACTIVE}),
        (
            "tcinet",
            "alder.ru",
            "state: REGISTERED, NOT DELEGATED",
            {Status.ACTIVE, Status.INACTIVE},
        ),
        (
            "iis",
            "alder.se",
            "state: active\nstatus: pendingDelete",
            {Status.ACTIVE, Status.PENDING_DELETE},
        ),
        ("iis", "alder.se", "state: deactivated", {Status.SERVER_HOLD}),
        ("jprs", "alder.jp", "[Status]          Suspended", REDEMPTION),
        ("jprs", "alder.co.jp", "[State]           Deleted (2026/10/31)", REDEMPTION),
        ("jprs", "alder.co.jp", "g. [Organization]  Suspended Domain Name", REDEMPTION),
        ("jprs", "alder.co.jp", "[State]           Connected (2027/03/31)", {Status.ACTIVE}),
        ("nznic", "alder.nz", "query_status: 210 PendingRelease", REDEMPTION),
        ("tldee", "alder.ee", "status: expired\nstatus: serverHold", {Status.SERVER_HOLD}),
        ("sknic", "alder.sk", "Domain-status   DOM_EXP", set()),
        ("sknic", "alder.sk", "EPP Status: serverHold", {Status.SERVER_HOLD}),
        ("rnids", "alder.rs", "Domain status: Locked", {Status.LOCKED}),
        ("domreg", "alder.lt", "Status: pendingRelease", REDEMPTION),
    ],
)
def test_a_registrys_word_becomes_epp_statuses(
    layout_name: str, name: str, status: str, statuses: set[Status]
):
    label = "[Domain Name]  " if layout_name == "jprs" else "Domain: "
    found = registration(f"{label}{name}\n{status}\n", name, layout_name)
    assert found.statuses == statuses


@pytest.mark.parametrize(
    ("layout_name", "name", "text"),
    [
        (
            "trabis",
            "alder.com.tr",
            "** Domain Name: alder.com.tr\n\n"
            "** Domain Servers:\nns1.b.example\n"
            "ns2.b.example 192.0.2.1\n\nCreated on..............: 2010-Mar-04.\n",
        ),
        (
            "channelisles",
            "alder.gg",
            "Domain:\n     alder.gg\n\nRelevant dates:\n"
            "     Registered on 4th March 2010 at 00:00:00.000\n\nName servers:\n"
            "     ns1.b.example\n     ns2.b.example\n",
        ),
        (
            "tldee",
            "alder.ee",
            "Domain:\nname:       alder.ee\nregistered: 2010-03-04\n\n"
            "Registrant:\nname: Carl\nregistered: 2024-01-01\n\n"
            "Name servers:\nnserver: ns1.b.example\n"
            "nserver: ns2.b.example\n",
        ),
        (
            "nicit",
            "alder.it",
            "Domain: alder.it\nStatus: ok\nCreated: 2010-03-04\n\nRegistrant\n"
            "  Organization: Carl\n  Created: 2024-01-01 00:00:00\n\nNameservers\n  ns1.b.example\n"
            "  ns2.b.example\n",
        ),
        (
            "punktum",
            "alder.dk",
            "Domain: alder.dk\nDNS: alder.dk\n"
            "Registered: 2010-03-04\n\nNameservers\n"
            "Hostname: ns1.b.example\nHostname: ns2.b.example\n",
        ),
        (
            "jprs",
            "alder.jp",
            "[Domain Name]  ALDER.JP\n[Name Server]  ns1.b.example\n"
            "[Name Server]  ns2.b.example\n[Created on]  2010/03/04\n",
        ),
        (
            "registerbg",
            "alder.bg",
            "DOMAIN NAME: alder.bg\nactivated on: 04/03/2010 00:00:00 EET\n"
            "NAME SERVER INFORMATION:\nns1.b.example\nns2.b.example (192.0.2.1)\n",
        ),
        (
            "kaznic",
            "alder.kz",
            "Domain Name............: alder.kz\n\n"
            "Primary server.......: ns1.b.example\n"
            "Secondary server.....: ns2.b.example\n\n"
            "Domain created: 2010-03-04 00:00:00 (GMT+0:00)\n",
        ),
    ],
)
def test_each_layout_gives_date_and_name_servers_of_the_domain_itself(
    layout_name: str, name: str, text: str
):
    found = registration(text, name, layout_name)
    assert found.registered_at == datetime(2010, 3, 4, tzinfo=UTC)
    assert found.nameservers == {"ns1.b.example", "ns2.b.example"}


def test_a_contacts_date_is_never_taken_for_the_domains_own():
    text = (
        "Domain:\nname: alder.ee\nstatus: ok\n\nRegistrant:\nname: Carl\nregistered: 2024-01-01\n"
    )
    assert registration(text, "alder.ee", "tldee").registered_at is None
