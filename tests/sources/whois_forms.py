"""Harmless differences between two answers that say the same: no verdict may hang on them."""

from __future__ import annotations

from collections.abc import Iterator


def forms(text: str, name: str) -> Iterator[tuple[str, bytes]]:
    """Give an answer about a name in the forms in which servers send it, each with its name."""
    yield "as written", text.encode()
    yield "CRLF", text.replace("\n", "\r\n").encode()
    yield "old Macintosh", text.replace("\n", "\r").encode()
    yield "upper case", text.upper().encode()
    yield "lower case", text.lower().encode()
    yield "name in capitals", text.replace(name, name.upper()).encode()
    yield "name with its dot", text.replace(name, f"{name}.").encode()
    bare = text.replace(f'"{name}"', name)
    for quote in "\"'`":
        yield f"name in {quote}", bare.replace(name, f"{quote}{name}{quote}").encode()
    yield "wide blanks", text.replace(" ", "  ").encode()
    yield "blank lines", text.replace("\n", "\n\n").encode()
    yield "blanks at the end", text.replace("\n", "  \t\n").encode()
    yield "NUL at the end", text.encode() + b"\x00"
    yield "byte order mark", b"\xef\xbb\xbf" + text.encode()
    yield "comment in Latin-1", text.encode() + b"\n% Soci\xe9t\xe9 anonyme\n"
    for mark in ("% ", "# ", ";; "):
        yield f"comments with {mark}", f"{mark}Hello\n{mark}\n\n{text}".encode()
    yield (
        "footer",
        f"{text}\n>>> Last update of WHOIS database: 2026-01-01T00:00:00Z <<<\n".encode(),
    )
