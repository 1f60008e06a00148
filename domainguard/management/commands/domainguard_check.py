"""Looks at domains or addresses now, with every source, and prints what came of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from domainguard.core.evidence import Evidence, evidence_as_json
from domainguard.core.names import DomainName, NameRefused
from domainguard.core.reasons import SENTENCES, Weight
from domainguard.models import DomainStatus
from domainguard.services import check
from domainguard.wiring import is_trusted, now, read_address, read_domain

CONCLUSIVE, INCONCLUSIVE, REFUSED = 0, 1, 2


class Command(BaseCommand):
    """Exit status: 0 all conclusive, 1 some inconclusive, 2 a name was refused."""

    help = "Look at these domains or addresses now and print evidence, state and reasons."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take names, and how to print."""
        parser.add_argument("names", nargs="+", metavar="NAME", help="a domain or an address")
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument("--dry-run", action="store_true", help="write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at each name; a refused one does not stop the rest."""
        found = [_look(name, dry_run=options["dry_run"]) for name in options["names"]]
        if options["json"]:
            self.stdout.write(json.dumps({"checked": found}, indent=2, sort_keys=True))
        else:
            for each in found:
                self._print(each)
        status = max(each["exit"] for each in found)
        if status != CONCLUSIVE:
            sys.exit(status)

    def _print(self, found: dict[str, Any]) -> None:
        if "error" in found:
            self.stderr.write(f"{found['name']}: {found['error']}")
            return
        hold = ", on hold" if found["held"] else ""
        self.stdout.write(f"{found['domain']}: {found['state']}{hold}. {found['sentence']}")
        for witness in found["evidence"]:
            note = f" - {witness['note']}" if witness["note"] else ""
            self.stdout.write(
                f"  {witness['source']:<6} {witness['outcome']:<12} {witness['asked']}{note}"
            )
        for rung in _ladder(found):
            self.stdout.write(f"  {rung}")
        if found["acts"]:
            verb = "would" if found["dry_run"] else "did"
            self.stdout.write(f"  {verb}: {', '.join(found['acts'])}")


def _ladder(found: dict[str, Any]) -> Iterator[str]:
    """Give what the evidence amounts to: adverse signs, the heaviest first, then mere remarks."""
    heaviest_first = sorted(
        found["signals"], key=lambda sign: (-Weight[sign["hold_class"].upper()], sign["source"])
    )
    for sign in heaviest_first:
        hold = sign["hold_class"].replace("_", " ")
        code = sign["code"]
        yield f"adverse {hold:<15} {sign['source']:<6} {code}: {SENTENCES[code]}"
    adverse = {sign["code"] for sign in found["signals"]}
    for code in found["reasons"]:
        if code not in adverse:
            yield f"noted   {code}: {SENTENCES[code]}"


def _look(text: str, *, dry_run: bool) -> dict[str, Any]:
    try:
        name = read_address(text).name if "@" in text else read_domain(text)
    except NameRefused as refused:
        return {"name": _shown(text), "error": str(refused), "exit": REFUSED}
    if is_trusted(name.mail_domain):
        return _trusted(text, name)
    row = DomainStatus.objects.filter(domain=name.trust_key).first()
    if row is None:
        looked = check.look_without_writing(_unsaved(name), purpose=check.STAFF)
    else:
        looked = check.look_now(row.domain, purpose=check.STAFF, dry_run=dry_run)
    return _facts(text, looked, dry_run=dry_run or row is None)


def _unsaved(name: DomainName) -> DomainStatus:
    parent = DomainStatus(domain=name.parent) if name.parent else None
    row = DomainStatus(domain=name.trust_key, next_check_at=now(), created_at=now())
    row.parent_id = -1 if parent else None  # marks a name that no registry source can see
    return row


def _facts(text: str, looked: check.Looked, *, dry_run: bool) -> dict[str, Any]:
    row, verdict = looked.row, looked.verdict
    if verdict is None:  # somebody else looked at the same moment and was later
        return {"name": _shown(text), "error": "another look was faster", "exit": INCONCLUSIVE}
    return {
        "name": _shown(text),
        "domain": row.domain,
        "state": verdict.state.value,
        "conclusive": verdict.conclusive,
        "sentence": verdict.sentence,
        "reasons": [code.value for code in verdict.reasons],
        "signals": [signal.as_json() for signal in sorted(verdict.signals)],
        "held": row.held or "hold" in looked.acts,
        "control_epoch": row.control_epoch,
        "acts": [act.value for act in looked.acts],
        "dry_run": dry_run,
        "evidence": [_witness(each) for each in looked.evidence],
        "exit": CONCLUSIVE if verdict.conclusive else INCONCLUSIVE,
    }


def _trusted(text: str, name: DomainName) -> dict[str, Any]:
    return {
        "name": _shown(text),
        "domain": name.trust_key,
        "state": "active",
        "conclusive": True,
        "sentence": "The operator controls this domain; it is never looked at.",
        "reasons": [],
        "signals": [],
        "held": False,
        "control_epoch": None,
        "acts": [],
        "dry_run": True,
        "evidence": [],
        "exit": CONCLUSIVE,
    }


def _witness(evidence: Evidence) -> dict[str, Any]:
    return evidence_as_json(evidence)


def _shown(text: str) -> str:
    """Give a name as it may be printed: short, and without control characters."""
    return "".join(each if each.isprintable() else "?" for each in text[:80])
