"""How domain registries differ in what their RDAP servers answer, as data with sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class DateStyle(StrEnum):
    """Spellings of RFC 3339 seen in answers of domain registries."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    OFFSET = "offset"

    def write(self, moment: datetime) -> str:
        """Spell a moment, always in UTC."""
        moment = moment.astimezone(UTC)
        if self is DateStyle.OFFSET:
            return moment.isoformat(timespec="seconds")
        digits = "milliseconds" if self is DateStyle.MILLISECONDS else "seconds"
        return moment.replace(tzinfo=None).isoformat(timespec=digits) + "Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is peculiar about one registry's answers; `source` says where that is known from."""

    name: str
    source: str
    upper_case: bool = False
    empty_404: bool = False
    handle: bool = True
    host_dots: bool = False
    name_dot: bool = False
    epp_words: bool = False
    dates: DateStyle = DateStyle.SECONDS
    expiration: bool = True
    registrar_expiration: bool = True
    renewal_event: str = ""
    iana_id: bool = True
    dates_in_redemption: bool = True


PLAIN = Shape(name="plain", source="RFC 9083")
_VERISIGN = Shape(
    name="verisign",
    source="live survey of March 2026: upper-case ldhName, empty body on 404",
    upper_case=True,
    empty_404=True,
    registrar_expiration=False,
)
_REDACTED = Shape(
    name="identity digital and PIR",
    source="live survey of March 2026: no handle, redacted by RFC 9537",
    handle=False,
    dates=DateStyle.MILLISECONDS,
)
_GOOGLE = Shape(
    name="google",
    source="Nomulus, RdapJsonFormatter: renewals are shown as reregistration events",
    renewal_event="reregistration",
    dates=DateStyle.MILLISECONDS,
    registrar_expiration=False,
)
_NOMINET = Shape(
    name="nominet",
    source="live survey of March 2026: dots after name servers; registrars by tag, not IANA id",
    host_dots=True,
    iana_id=False,
    registrar_expiration=False,
)
_DATELESS = Shape(
    name="norid, sidn and switch",
    source="the registries' own rules: no date of expiry is published",
    expiration=False,
    registrar_expiration=False,
    iana_id=False,
    dates=DateStyle.OFFSET,
)
_CCTLD = Shape(
    name="a ccTLD registry",
    source="recorded answers: dots after names, dates with an offset",
    name_dot=True,
    iana_id=False,
    registrar_expiration=False,
    dates=DateStyle.OFFSET,
)
_DENIC = Shape(
    name="denic",
    source="live survey of March 2026: no handle, dots, no dates at all while in redemption",
    handle=False,
    host_dots=True,
    expiration=False,
    registrar_expiration=False,
    iana_id=False,
    dates_in_redemption=False,
    dates=DateStyle.OFFSET,
)
_EPP_SPEAKER = Shape(
    name="speaks EPP words",
    source="a recorded answer says clientDeleteProhibited",
    epp_words=True,
    dates=DateStyle.MILLISECONDS,
)

_BY_TLD = {
    **dict.fromkeys(("com", "net", "cc", "tv", "name"), _VERISIGN),
    **dict.fromkeys(
        ("org", "info", "io", "me", "sh", "ac", "live", "studio", "works", "digital"), _REDACTED
    ),
    **dict.fromkeys(("app", "dev", "page", "foo", "how"), _GOOGLE),
    **dict.fromkeys(("uk",), _NOMINET),
    **dict.fromkeys(("no", "nl", "ch", "li"), _DATELESS),
    "de": _DENIC,
    **dict.fromkeys(("fr", "cz", "pl", "ca", "au", "id"), _CCTLD),
    **dict.fromkeys(("surf", "top", "ooo"), _EPP_SPEAKER),
}


def shape_of(domain: str) -> Shape:
    """Give the shape of the registry that answers for this domain."""
    return _BY_TLD.get(domain.rpartition(".")[2], PLAIN)
