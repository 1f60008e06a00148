"""Writes letters from templates: a subject, plain text, and the same words as HTML.

`<name>_subject.txt` and `<name>.txt` are the letter. Its HTML is `<name>.html` where a site has
one, or else `domainguard/mail/letter.html`, which sets the paragraphs of the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives
from django.shortcuts import resolve_url
from django.template.loader import render_to_string, select_template
from django.utils.translation import get_language, get_language_bidi, override

from domainguard.conf import settings
from domainguard.models import OutboxMail
from domainguard.wiring import address_book, site_facts

_LONGEST_NAME: Final = 80
_NOT_PLAIN: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a letter; one that is nothing but an address of this site is a link."""

    text: str
    is_link: bool


def write(
    name: str,
    mail: OutboxMail,
    *,
    headers: Mapping[str, str] | None = None,
    **said: Any,
) -> EmailMultiAlternatives:
    """Write a letter in the language of its reader, from what is said and the mail's payload.

    Every template has `name` (the person's, on one line), `user`, `address`, `origin` and
    `addresses_link` (the page of one's addresses) as well.
    """
    user, origin = address_book().user(mail.account), settings().public_origin
    known = {
        "user": user,
        "name": name_of(user),
        "origin": origin,
        "address": "",
        "addresses_link": origin + addresses_path(),
    }
    with override(language_of(mail.account)):
        context = {**known, **mail.payload, **said}
        subject = one_line(render_to_string(f"{name}_subject.txt", context))
        text = render_to_string(f"{name}.txt", context).strip() + "\n"
        html = _as_html(name, {**context, "subject": subject}, text, origin)
    letter = EmailMultiAlternatives(
        subject, text, to=[mail.standing.address], headers=dict(headers or {})
    )
    letter.attach_alternative(html, "text/html")
    return letter


def addresses_path() -> str:
    """Give the path of the page on which people look after their addresses; empty without one."""
    url = settings().addresses_url
    return resolve_url(url) if url else ""


def language_of(account: str) -> str:
    """Give the language an account's mail is written in: the site's own, unless it knows better."""
    own = getattr(site_facts(), "language", None)
    return (own(account) if own is not None else "") or django_settings.LANGUAGE_CODE


def name_of(user: Any) -> str:
    """Give what a person is called, on one line; nothing for a name that reads like a link."""
    name = one_line(user.get_username() if user is not None else "")
    return "" if "://" in name or "www." in name.lower() else name[:_LONGEST_NAME]


def one_line(text: str) -> str:
    """Put a text on one line, without what cannot be seen: it may stand in a header."""
    seen = (" " if unicodedata.category(c) in _NOT_PLAIN else c for c in text)
    return " ".join("".join(seen).split())


def _as_html(name: str, context: dict[str, Any], text: str, origin: str) -> str:
    shown = {
        **context,
        "paragraphs": _paragraphs(text, origin),
        "language": get_language(),
        "direction": "rtl" if get_language_bidi() else "ltr",
    }
    template = select_template([f"{name}.html", "domainguard/mail/letter.html"])
    return str(template.render(shown))


def _paragraphs(text: str, origin: str) -> list[Paragraph]:
    parts = (part.strip() for part in text.split("\n\n"))
    return [Paragraph(part, _is_link(part, origin)) for part in parts if part]


def _is_link(text: str, origin: str) -> bool:
    return bool(origin) and f"{text}/".startswith(f"{origin}/") and not set(text) & set(" \n\"<>'")
