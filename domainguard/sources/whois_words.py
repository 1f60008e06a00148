"""Bring the lines of port-43 answers into forms that can be compared with documented ones."""

from __future__ import annotations

_NOISE = str.maketrans(dict.fromkeys("\"'`<>*%#;()[]=|\u2018\u2019\u201c\u201d", " "))
_STOPS = ".,:!?-\u3002"


def plain(line: str) -> str:
    """Give a line in lower case without quotes, comment marks, spare blanks and final stops."""
    return " ".join(line.translate(_NOISE).casefold().split()).strip(f" {_STOPS}")


def canonical(line: str) -> str:
    """Give the plain words of a line, each without the stops and dashes around it."""
    words = (word.strip(_STOPS) for word in plain(line).split())
    return " ".join(word for word in words if word)


def letters(word: str) -> str:
    """Give the letters of a status word alone: `pendingDelete`, `PENDING-DELETE` are one word."""
    return "".join(letter for letter in word.casefold() if letter.isalpha())
