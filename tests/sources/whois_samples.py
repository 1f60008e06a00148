"""The recorded port-43 answers beside the checkout, each with its label and the name asked for."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared"
SAMPLES = SHARED / "samples" / "whois"

_LINK = re.compile(r"\w+://\S+|\S+@\S+")
_ABOUT = re.compile(
    r"\W*(?:[a-z]\. \[)?(?:ace\b|(?:nombre de )?d(?:om[ai]n|om.nio|omain.?name).*?\W)", re.I
)
_VERDICT = re.compile("match|found|available|registered|no .*information", re.I)


@dataclass(frozen=True)
class Sample:
    """One recorded answer. `free` and `registered` are None where the label does not say."""

    path: str
    tld: str
    status: str
    free: bool | None
    registered: bool | None
    throttled: bool
    created: str
    expires: str
    answer: bytes

    @property
    def asked_for(self) -> str:
        """The name the answer was recorded for, as far as the text gives it away."""
        return _asked_for(self.answer.decode("utf-8", "replace"), self.tld)


def whois_samples() -> list[Sample]:
    """Give every recorded answer; none where they are absent, but CI must not lose them."""
    labels = SAMPLES / "labels.tsv"
    if not labels.exists():
        if os.environ.get("CI") == "true" and SHARED.exists():
            raise FileNotFoundError(f"{labels} is missing although {SHARED} is there")
        return []
    with labels.open(encoding="utf-8") as rows:
        return [_sample(row) for row in csv.DictReader(rows, delimiter="\t")]


def _sample(row: dict[str, str]) -> Sample:
    truth = {"True": True, "False": False}
    return Sample(
        path=row["path"],
        tld=row["tld"],
        status=row["status"],
        free=truth.get(row["available"]),
        registered=truth.get(row["registered"]),
        throttled=row["throttled"] == "True",
        created=row["created"],
        expires=row["expires"],
        answer=(SAMPLES / row["path"]).read_bytes(),
    )


def _asked_for(text: str, tld: str) -> str:
    inner = "*" if "." in tld else "+"
    name = re.compile(
        rf"(?<![\w.-])(?!www\.)(?:[a-z0-9_-]{{1,63}}\.){inner}{re.escape(tld)}(?![\w-]|\.\w)", re.I
    )
    for line in _likely_lines([_LINK.sub(" ", line) for line in text.splitlines()]):
        if found := name.search(line):
            return found[0].lower()
    return f"example.{tld}"


def _likely_lines(lines: list[str]) -> Iterable[str]:
    facts = [line for line in lines if not line.startswith(("%", "#"))]
    yield from (line for line in facts if _ABOUT.match(line))
    yield from (line for line in facts if _VERDICT.search(line))
    yield from (line for line in lines if _VERDICT.search(line))
    yield from facts
