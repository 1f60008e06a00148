"""What a resolver says about a name, from the lives of a world."""

from __future__ import annotations

from dataclasses import replace
from zlib import crc32

from domainguard.simulation.lives import Facts, Holder
from domainguard.simulation.outages import How, Where

from .dns_server import BOGUS, LAME, NODATA, NXDOMAIN, REFUSED, SERVFAIL, SILENCE, DnsAnswer
from .world import World

_HOST_PREFIXES = ("ns", "mx", "mail", "smtp")
_FAILURES = {
    How.SILENT: SILENCE,
    How.DOWN: REFUSED,
    How.ERROR: SERVFAIL,
    How.LIMITED: REFUSED,
    How.NO_SUCH_NAME: NXDOMAIN,
    How.BOGUS: BOGUS,
}


class Zone:
    """Answers as one of several recursive resolvers that all see the same world."""

    def __init__(self, world: World, resolver: int = 0) -> None:
        self._world = world
        self._resolver = resolver

    def answer(self, name: str, rdtype: str) -> DnsAnswer:
        """Answer one question (names in lower case, no final dot) as the lives have it now."""
        outage = self._world.outage(Where.RESOLVERS, name, self._resolver)
        if outage is None:
            return self._truth(name, rdtype)
        if outage.how == How.SLOW:
            return replace(self._truth(name, rdtype), delay=outage.delay)
        return _FAILURES.get(outage.how, SILENCE)

    def _truth(self, name: str, rdtype: str) -> DnsAnswer:
        if not name or self._world.is_suffix(name):
            return _apex_of_suffix(name, rdtype)
        life = self._world.life_over(name)
        facts = life.at(self._world.clock.now()) if life else None
        if life is None or facts is None or not facts.delegated:
            return NXDOMAIN
        if facts.lame:
            return LAME
        if name == life.domain:
            return _apex(name, facts, rdtype)
        return _below(name, life.domain, facts, rdtype)


def _apex_of_suffix(name: str, rdtype: str) -> DnsAnswer:
    if rdtype == "NS":
        return DnsAnswer(records=(f"a.nic.{name}." if name else "a.root-servers.net.",))
    if rdtype == "SOA":
        return DnsAnswer(records=(f"a.nic.{name}. hostmaster.nic.{name}. 1 1800 900 604800 300",))
    return NODATA


def _apex(name: str, facts: Facts, rdtype: str) -> DnsAnswer:
    match rdtype:
        case "NS":
            return DnsAnswer(records=tuple(f"{host}." for host in facts.ns))
        case "MX":
            return DnsAnswer(records=_mx(facts))
        case "DS":
            return DnsAnswer(records=tuple(each.replace("/", " ") for each in facts.ds))
        case "SOA":
            return DnsAnswer(records=_soa(name, facts))
        case "A":
            return DnsAnswer(records=(_address(name),))
        case _:
            return NODATA


def _below(name: str, domain: str, facts: Facts, rdtype: str) -> DnsAnswer:
    label = name.removesuffix(f".{domain}")
    texts = tuple(f'"{text}"' for at, text in facts.texts if at == label)
    if texts:
        return DnsAnswer(records=texts) if rdtype == "TXT" else NODATA
    known = label in facts.hosts or label.startswith(_HOST_PREFIXES)
    if not known and facts.holder is not Holder.REGISTRAR:
        return NXDOMAIN
    return DnsAnswer(records=(_address(name),)) if rdtype == "A" else NODATA


def _mx(facts: Facts) -> tuple[str, ...]:
    if facts.mx == (".",):
        return ("0 .",)
    return tuple(f"{10 * number} {host}." for number, host in enumerate(facts.mx, 1))


def _soa(name: str, facts: Facts) -> tuple[str, ...]:
    if not facts.ns:
        return ()
    serial = crc32(repr((facts.ns, facts.mx, facts.ds)).encode())
    return (
        f"{facts.ns[0]}. hostmaster.{facts.ns[0].partition('.')[2]}. {serial} 7200 900 1209600 300",
    )


def _address(name: str) -> str:
    return f"192.0.2.{1 + crc32(name.encode()) % 254}"
