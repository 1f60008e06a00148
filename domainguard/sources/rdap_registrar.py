"""Reads which registrar an RDAP domain object names (RFC 9083 section 5.1), and cleans its text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

_LONGEST_NAME = 120
_IANA_ID = re.compile(r"[0-9]{1,7}")


def read_registrar(entities: Iterable[Mapping[str, Any]]) -> str:
    """Give `iana:<id>`, else the registrar's name or handle in lower case, else nothing.

    An odd shape in a contact's card is no reason to doubt the domain: it is passed over.
    """
    registrars = [entity for entity in entities if "registrar" in _roles(entity)]
    found = [read(entity) for read in (_iana_id, _full_name, _handle) for entity in registrars]
    return next(filter(None, found), "")


def clean(text: str, longest: int) -> str:
    """Drop what cannot be shown or stored, collapse spaces, and cut."""
    shown = (c if unicodedata.category(c)[0] != "C" else " " for c in text[: 4 * longest])
    return " ".join("".join(shown).split())[:longest].rstrip()


def _roles(entity: Mapping[str, Any]) -> set[str]:
    roles = entity.get("roles")
    values = roles if isinstance(roles, list) else [roles]
    return {role.lower() for role in values if isinstance(role, str)}


def _iana_id(entity: Mapping[str, Any]) -> str:
    public_ids = entity.get("publicIds")
    for public_id in public_ids if isinstance(public_ids, list) else ():
        if isinstance(public_id, dict) and _is_iana(public_id.get("type")):
            identifier = str(public_id.get("identifier"))
            if _IANA_ID.fullmatch(identifier):
                return f"iana:{int(identifier)}"
    return ""


def _is_iana(kind: object) -> bool:
    return isinstance(kind, str) and kind.strip().lower() == "iana registrar id"


def _full_name(entity: Mapping[str, Any]) -> str:
    """Give the `fn` of the card: ["vcard", [["fn", {}, "text", name], …]] (RFC 7095)."""
    match entity.get("vcardArray"):
        case [_, [*properties]]:
            for entry in properties:
                match entry:
                    case ["fn", _, _, str(name), *_]:
                        return clean(name, _LONGEST_NAME).lower()
    return ""


def _handle(entity: Mapping[str, Any]) -> str:
    handle = entity.get("handle")
    return clean(handle, _LONGEST_NAME).lower() if isinstance(handle, str) else ""
