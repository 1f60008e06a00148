"""Names that are known to be registered: what a registry must find before its "no" is believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files

from domainguard.core.names import parse_domain


def known_names(chosen: Iterable[str] = ()) -> Mapping[str, str]:
    """Give by public suffix a name that exists below it: the operator's choice, else ours.

    Raises ValueError for a choice that is nothing a domain registry holds.
    """
    names = [*_shipped(), *map(_registered, chosen)]
    return {name.partition(".")[2]: name for name in names}


def _shipped() -> list[str]:
    text = (files("domainguard") / "data" / "canaries.txt").read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _registered(text: str) -> str:
    name = parse_domain(text)
    if name.mail_domain != str(name.trust_key) or name.parent is not None:
        raise ValueError(f"{name.mail_domain} is no name that a domain registry holds")
    return name.trust_key
