"""Gathers every text people read, keeps the .po files whole, and compiles them: `make messages`.

Says what still lacks a translation. Babel does the reading and writing; templates go through
Django's own `templatize`. No GNU gettext is needed.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from domainguard.core.lifecycle import MEANING
from domainguard.core.reasons import SENTENCES

ROOT = Path(__file__).parents[1]
LANGUAGES = ("de",)  # English is what the sources say
_KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
}
_CALL = re.compile(r"(?<![\w.])(?:_|gettext|ngettext|pgettext|npgettext)\(")
_PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

Said = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Domain:
    """A folder of catalogues, and where the texts in them stand."""

    locale: str
    sources: tuple[str, ...]

    def po(self, language: str) -> Path:
        """Give the file of a language."""
        return ROOT / self.locale / language / "LC_MESSAGES" / "django.po"


DOMAINS = (
    Domain("domainguard/locale", ("domainguard",)),
    Domain("registry_site/locale", ("registry_site", "templates")),
)


def gathered(domain: Domain) -> dict[Said, list[str]]:
    """Give each text, as one or as singular and plural, with the files it stands in."""
    found: dict[Said, list[str]] = {}
    for path in _files(domain):
        for said in _texts(path):
            places = found.setdefault(said, [])
            places.append(str(path.relative_to(ROOT)))
    if domain is DOMAINS[0]:  # the core, which has no Django, cannot mark its sentences itself
        for sentence in (*SENTENCES.values(), *MEANING.values()):
            found.setdefault(sentence, []).append("domainguard/core")
    return found


def brought_up_to_date(domain: Domain, language: str) -> Catalog:
    """Give a language's catalogue with all that is said now, and nothing that is not any more."""
    old = catalogue(domain, language)
    new = Catalog(
        locale=language,
        header_comment="# What people read, in another language. `make messages` keeps it whole.",
        project="DomainGuard",
        version="unreleased",
        msgid_bugs_address="the issue tracker",
        last_translator="the DomainGuard project",
        language_team="the DomainGuard project",
        charset="utf-8",
        fuzzy=False,
    )
    for said, places in sorted(gathered(domain).items(), key=lambda each: str(each[0])):
        known = old.get(said)
        text = known.string if known is not None else ""
        new.add(said, text, locations=_places(places))
    # Dates of the catalogue would change it each time; they say nothing.
    new.creation_date = new.revision_date = old.creation_date
    return new


def _places(places: list[str]) -> Any:
    return [(place, None) for place in sorted(set(places))]  # no line: it would move every day


def catalogue(domain: Domain, language: str) -> Catalog:
    """Read a language's catalogue; an empty one where there is no file yet."""
    path = domain.po(language)
    if not path.exists():
        return Catalog(locale=language)
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def compiled(found: Catalog) -> bytes:
    """Give the bytes of the .mo file."""
    into = io.BytesIO()
    write_mo(into, found)
    return into.getvalue()


def wanting(found: Catalog) -> list[str]:
    """Name the texts without a translation, or whose placeholders are not those of the original."""
    return [str(each.id) for each in found if each.id and not _is_whole(each)]


def _is_whole(message: Message) -> bool:
    said = message.id if isinstance(message.id, tuple) else (message.id,)
    words = message.string if isinstance(message.string, tuple | list) else (message.string,)
    if not all(words) or (len(said) > 1) != (len(words) > 1):
        return False
    wanted = set(_PLACE.findall(said[-1]))
    # A singular may say "one" where the plural has its number.
    return all(set(_PLACE.findall(each)) <= wanted for each in words) and wanted == set(
        _PLACE.findall(words[-1])
    )


def _files(domain: Domain) -> Iterator[Path]:
    for source in domain.sources:
        for path in sorted((ROOT / source).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and "migrations" not in path.parts:
                yield path


def _texts(path: Path) -> Iterator[Said]:
    if path.suffix == ".py":
        with path.open("rb") as source:
            for _, said, _, _ in extract("python", source, keywords=_KEYWORDS):
                yield said if isinstance(said, str) else (said[0], said[1])
        return
    code = templatize(path.read_text("utf-8"), origin=str(path))
    for call in _CALL.finditer(code):
        yield _read_call(code, call.start(), call.end())


def _read_call(code: str, start: int, end: int) -> Said:
    """Read one call off what `templatize` made, which is no Python as a whole."""
    while True:
        end = code.index(")", end) + 1
        try:
            tree = ast.parse(code[start:end], mode="eval")
        except SyntaxError:
            continue
        break
    assert isinstance(tree.body, ast.Call)
    words = [each.value for each in tree.body.args if isinstance(each, ast.Constant)]
    return str(words[0]) if len(words) == 1 else (str(words[0]), str(words[1]))


def main() -> int:
    """Bring every catalogue up to date and compile it; 1 when a translation is wanting."""
    missing = 0
    for domain in DOMAINS:
        for language in LANGUAGES:
            found, path = brought_up_to_date(domain, language), domain.po(language)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as into:
                write_po(into, found, width=99, sort_output=True, omit_header=False)
            path.with_suffix(".mo").write_bytes(compiled(found))
            for each in wanting(found):
                sys.stdout.write(f"{path.relative_to(ROOT)}: {each}\n")
                missing += 1
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
