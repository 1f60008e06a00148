"""Answers of our own in the words of each registry, in every form in which servers send the same.

The recorded answers are some of those there are; a reader that knows only their letters would
fail on the next.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Registration
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Limited, SourceError
from domainguard.sources.whois_table import WhoisTable
from domainguard.sources.whois_text import NotFound, read_whois
from tests.sources.whois_forms import forms

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TABLE = WhoisTable.shipped()
GONE = {Status.PENDING_DELETE, Status.REDEMPTION_PERIOD}

FREE = [
    ("alder.ae", "No Data Found\n"),
    ("alder.am", "   No match\n\n   AM TLD whois server #1\n"),
    ("alder.at", "% Copyright\n%\n% nothing found\n"),
    ("alder.ax", "No records matching alder.ax found.\n"),
    ("alder.ax", "Domain not found\n"),
    ("alder.be", "Domain:\talder.be\nStatus:\tAVAILABLE\n"),
    ("alder.bg", "Domain name alder.bg does not exist in database!\n"),
    ("alder.bi", "The queried object does not exist: DOMAIN NOT FOUND\n"),
    ("alder.by", "Object does not exist\n"),
    ("alder.cd", "Domain Status: No Object Found\n\n# Terms of use apply.\n"),
    ("alder.ci", "The domain alder.ci was not found\n"),
    ("alder.cl", "alder.cl: no existe\n"),
    ("alder.cl", "%%\n%% This is a server.\n%%\n\nalder.cl: no entries found.\n"),
    ("alder.cn", "no matching record.\n"),
    ("alder.co.za", "Available\nDomain: alder.co.za\n"),
    ("alder.de", "Domain: alder.de\nStatus: free\n"),
    ("alder.de", '% "alder.de" not found in database\n'),
    ("alder.dk", "# Hello.\n#\nNo entries found for the selected source.\n"),
    ("alder.ee", "Estonia .ee\n\nno entries found.\n"),
    ("alder.eu", "Domain: alder.eu\nScript: LATIN\n\nStatus: AVAILABLE\n"),
    ("alder.gg", "NOT FOUND\n"),
    ("alder.hk", "The domain has not been registered.\n"),
    ("alder.hm", "No match for domain alder.hm\n"),
    ("alder.hr", "% No entries found for domain alder.hr\n"),
    ("alder.hu", "% Whois server\n\nNincs (\u00faj) tal\u00e1lat / No match\n"),
    (
        "alder.ie",
        "% Not Registered - The domain you have requested is not a registered .ie domain name.\n",
    ),
    ("alder.ie", "Not found: alder.ie\n"),
    ("alder.co.il", "% No data was found to match the request criteria.\n"),
    ("alder.im", "alder.im was not found.\n"),
    ("alder.ir", "% This is a server.\n%ERROR:101: no entries found\n"),
    ("alder.it", "Domain:             alder.it\nStatus:             AVAILABLE\n"),
    ("alder.jp", "[ JPRS database provides information. ]\n\nNo match!!\n"),
    (
        "alder.jp",
        "\u8a72\u5f53\u3059\u308b\u30c7\u30fc\u30bf\u304c\u3042\u308a\u307e\u305b\u3093\u3002\n",
    ),
    ("alder.kr", "query : alder.kr\n\nAbove domain name is not registered to KRNIC.\n"),
    ("alder.kz", "Whois Server for the KZ\n\n*** Nothing found for this query.\n"),
    ("alder.la", "Not found: alder.la\n"),
    ("alder.lt", "Domain:\t\t\talder.lt\nStatus:\t\t\tavailable\n"),
    ("alder.lu", "% WHOIS\n% No such domain\n"),
    ("alder.lv", "[Domain]\nDomain: alder.lv\nStatus: free\n"),
    ("alder.ma", "%error 230 No Objects Found\n"),
    ("alder.mx", "No_Se_Encontro_El_Objeto/Object_Not_Found\n"),
    ("alder.nc", "No entries found in the .nc database.\n"),
    ("alder.nu", 'domain "alder.nu" not found.\n'),
    ("alder.nz", "version: 5.01\ndomain_name: alder.nz\nquery_status: 220 Available\n"),
    ("alder.pe", "Domain Name: alder.pe\nDomain Status: Available\n"),
    ("alder.pt", "alder.pt - No Match\n"),
    ("alder.ro", "% Whois Server\n\n% No entries found for the selected source(s).\n"),
    ("alder.rs", "%ERROR:103: Domain is not registered\n"),
    ("alder.ru", "No entries found for the selected source(s).\n\nLast updated on 2026.01.01\n"),
    ("alder.sa", "% A server.\nDomain Not found.\n"),
    ("alder.se", '"alder.se" not found.\n'),
    ("alder.sk", "Not found.\n"),
    ("alder.st", "No entries found for domain alder.st\n"),
    ("alder.tm", 'Domain "alder.tm" is available for purchase\n'),
    ("alder.com.tr", '** Registrant:\nNo match found for "alder.com.tr"\n'),
    ("alder.com.uy", 'No match for "alder.com.uy".\n'),
    ("alder.ve", "Servidor Whois\n\nDominio no encontrado\n"),
]

REFUSALS = [
    "WHOIS LIMIT EXCEEDED - SEE OUR PAGES FOR DETAILS",
    "% Query rate limit exceeded. Reduced information.",
    "the query quota for 192.0.2.1 has been exceeded\nand will be replenished in 50 seconds",
    "You have exceeded allowed connection rate.",
    "Your access is too fast,please try again later.",
    "Queried interval is too short.",
    "IP Address Has Reached Rate Limit",
    "Number of allowed queries exceeded.",
    "Your query limit has been reached.",
    "Requests of this client are not permitted.",
    "maximum number of requests per second exceeded",
    "%ERROR:201: access denied for 192.0.2.1",
    "% ERROR:211: Access control denied",
    "Excessive querying, grace period of 30 seconds.",
    "Still in grace period, wait 12345 seconds",
    "Server is busy now, please try again later.",
    "You have been banned for abuse.",
    "You exceeded the maximum allowable number of whois lookups.",
    "-4: Quota exceeded",
    "Error: ratelimit exceeded",
    "Access from your IP has been temporarily blocked",
    "429 Too Many Requests",
    "Limite de requ\u00eates d\u00e9pass\u00e9e",
    "L\u00edmite de consultas excedido",
    "Rate limiting in force. Wait 30 s",
    "Request rate too high",
]

STATES = [
    ("alder.de", "Domain: alder.de\nStatus: redemptionPeriod\nChanged: 2026-11-01\n", GONE),
    ("alder.be", "Domain:\talder.be\nStatus:\tIN QUARANTINE\nRegistered:\tTue Dec 12 2000\n", GONE),
    ("alder.eu", "Domain: alder.eu\nScript: LATIN\n\nStatus: QUARANTINE\n", GONE),
    (
        "alder.it",
        "Domain:  alder.it\nStatus:  pendingDelete / redemptionPeriod\nCreated: 2001-02-03\n",
        GONE,
    ),
    ("alder.it", "Domain:  alder.it\nStatus:  REDEMPTION-NO-PROVIDER\n", GONE),
    ("alder.jp", "[Domain Name]   ALDER.JP\n[Status]        Suspended\n", GONE),
    ("alder.nz", "domain_name: alder.nz\nquery_status: 210 PendingRelease\n", GONE),
    ("alder.rs", "Domain name: alder.rs\nDomain status: In Redemption Period\n", GONE),
    ("alder.lt", "Domain: alder.lt\nStatus: pendingRelease\n", GONE),
    ("alder.lv", "[Domain]\nDomain: alder.lv\nStatus: quarantine\n", GONE),
    ("alder.hk", "Domain Name:  ALDER.HK\nDomain Status: Redemption\n", GONE),
    ("alder.ci", "Domain Name: alder.ci\nDomain Status: Pending Delete - Restorable\n", GONE),
    ("alder.sk", "Domain: alder.sk\nEPP Status: pendingDelete, redemptionPeriod\n", GONE),
    ("alder.ru", "domain: ALDER.RU\nstate: REGISTERED, NOT DELEGATED\n", {Status.INACTIVE}),
    (
        "alder.se",
        "state: active\ndomain: alder.se\nstatus: pendingDelete\n",
        {Status.PENDING_DELETE},
    ),
    ("alder.ee", "Domain:\nname: alder.ee\nstatus: serverHold (outzone)\n", {Status.SERVER_HOLD}),
    ("alder.lu", "domainname: alder.lu\ndomaintype: PENDING DELETE\n", {Status.PENDING_DELETE}),
    (
        "alder.ro",
        "Domain Name: alder.ro\nDomain Status: PendingDeletion\n",
        {Status.PENDING_DELETE},
    ),
    (
        "alder.kz",
        "Domain Name: alder.kz\nDomain status : pendingDelete - since 2026\n",
        set(GONE) - {Status.REDEMPTION_PERIOD},
    ),
    (
        "alder.gg",
        "Domain:\n     alder.gg\n\nDomain Status:\n     Pending Delete\n",
        {Status.PENDING_DELETE},
    ),
    ("alder.iq", "Domain Name: alder.iq\nDomain Status: To Be Deleted\n", {Status.PENDING_DELETE}),
    ("alder.dk", "Domain: alder.dk\nDNS: alder.dk\nStatus: Deactivated\n", {Status.SERVER_HOLD}),
    ("alder.am", "Domain name: alder.am\nStatus: suspended (hold)\n", {Status.SERVER_HOLD}),
    (
        "alder.ve",
        "Nombre de Dominio: alder.ve\nEstatus del dominio: SUSPENDIDO\n",
        {Status.SERVER_HOLD},
    ),
    ("alder.bg", "DOMAIN NAME: alder.bg\nregistration status: busy, active\n", {Status.ACTIVE}),
    ("alder.be", "Domain:\talder.be\nStatus:\tNOT AVAILABLE\n", {Status.ACTIVE}),
]

EXPIRED = [
    ("alder.ax", "domain.............: alder.ax\nexpires............: 1.10.2026\n"),
    ("alder.tm", "Domain : alder.tm\nStatus : Expired\nExpiry : 2026-10-01\n"),
    ("alder.ie", "domain:  alder.ie\nrenewal: 01-Oct-2026\n"),
    ("alder.co.il", "domain:   alder.co.il\nvalidity: 01-10-2026\n"),
    ("alder.ir", "domain: alder.ir\nexpire-date: 2026-10-01\n"),
    ("alder.ru", "domain: ALDER.RU\nstate: REGISTERED\npaid-till: 2026-10-01T00:00:00Z\n"),
    ("alder.pt", "Domain: alder.pt\nExpiration Date: 01/10/2026 00:00:00\n"),
    ("alder.jp", "[Domain Name]  ALDER.JP\n[Expires on]   2026/10/01\n"),
    ("alder.kr", "Domain Name : alder.kr\nExpiration Date : 2026. 10. 01.\n"),
    ("alder.dk", "Domain: alder.dk\nExpires: 2026-10-01\n"),
]


def read(name: str, answer: bytes) -> Registration | NotFound | SourceError:
    server = TABLE.server_for(name)
    assert server is not None
    asked_for = RegistrableDomain(name)
    try:
        return read_whois(answer, layout=server.layout, asked_for=asked_for, now=NOW)
    except SourceError as error:
        return error


@pytest.mark.parametrize(("name", "text"), FREE)
def test_a_free_name_is_free_in_every_form_of_its_registrys_words(name: str, text: str):
    missed = [
        form for form, answer in forms(text, name) if not isinstance(read(name, answer), NotFound)
    ]
    assert missed == []


@pytest.mark.parametrize(("name", "text"), [row for row in FREE if row[0] in row[1]])
def test_a_free_name_of_another_question_is_not_ours(name: str, text: str):
    other = name.replace("alder", "birch")
    found = [form for form, each in forms(text, name) if isinstance(read(other, each), NotFound)]
    assert found == []


@pytest.mark.parametrize("text", REFUSALS)
@pytest.mark.parametrize("denial", ["", "No match for alder.ae\n", "Domain not found\n"])
def test_a_refusal_is_no_answer_whatever_stands_beside_it(text: str, denial: str):
    for together in (f"{text}\n{denial}", f"{denial}\n{text}\n"):
        kinds = {
            form: type(read("alder.ae", answer)) for form, answer in forms(together, "alder.ae")
        }
        assert set(kinds.values()) == {Limited}, kinds


@pytest.mark.parametrize(("name", "text", "statuses"), STATES)
def test_a_state_is_the_same_in_every_form(name: str, text: str, statuses: set[Status]):
    for form, answer in forms(text, name):
        found = read(name, answer)
        assert isinstance(found, Registration), (form, found)
        assert found.statuses >= statuses, form
        assert (found.statuses & GONE) == (statuses & GONE), form


@pytest.mark.parametrize(("name", "text"), EXPIRED)
def test_a_date_of_expiry_is_the_same_in_every_form(name: str, text: str):
    for form, answer in forms(text, name):
        found = read(name, answer)
        assert isinstance(found, Registration), (form, found)
        assert found.expires_at == datetime(2026, 10, 1, tzinfo=UTC), form


def test_a_word_for_the_end_is_known_by_its_stem_unless_it_is_denied():
    def statuses(word: str) -> frozenset[Status]:
        found = read(
            "alder.ci", f"Domain Name: alder.ci\nCreated: 2001-02-03\nStatus: {word}\n".encode()
        )
        assert isinstance(found, Registration)
        return found.statuses

    assert statuses("Redemption (restore possible)") == GONE
    assert statuses("to be deleted tomorrow") == {Status.PENDING_DELETE}
    assert statuses("not in quarantine") == set()
