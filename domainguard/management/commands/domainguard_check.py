"""Looks at domains or addresses now, with every source, and prints what came of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from domainguard.core.evidence import Evidence, evidence_as_json
from domainguard.core.names import DomainName, NameRefused
from domainguard.core.reasons import SENTENCES, Weight
from domainguard.management.list_check import (
    CONCLUSIVE,
    INCONCLUSIVE,
    REFUSED,
    Wanted,
    check_list,
)
from domainguard.models import DomainStatus
from domainguard.services import check
from domainguard.services.lists.journal import Named
from domainguard.services.lists.look import row_of
from domainguard.wiring import is_trusted, read_address, read_domain


class Command(BaseCommand):
    """Exit status: 0 all conclusive, 1 some inconclusive, 2 a name or list refused, 130 stopped."""

    help = "Look at these domains or addresses now and print evidence, state and reasons."
    knows_rows: ClassVar[bool] = True  # else every name is one that nobody has seen

    def add_arguments(self, parser: CommandParser) -> None:
        """Take names or a list, and how to print."""
        parser.add_argument("names", nargs="*", metavar="NAME", help="a domain or an address")
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument("--dry-run", action="store_true", help="write nothing to the database")
        files = parser.add_argument_group("a whole list, of which the database learns nothing")
        files.add_argument(
            "--file", type=Path, metavar="LIST", help="text or CSV, in place of names"
        )
        files.add_argument("--column", default="", metavar="NAME", help="the column of CSV to read")
        files.add_argument("--csv", type=Path, metavar="OUT", help="write CSV, go on if stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at each name; a refused one does not stop the rest."""
        status = self._check_list(**options) if options["file"] else self._check_names(**options)
        if status != CONCLUSIVE:
            sys.exit(status)

    def _check_list(self, **options: Any) -> int:
        if options["names"]:
            raise CommandError("Give names or --file, not both.", returncode=REFUSED)
        wanted = Wanted(options["file"], options["column"], options["csv"], options["json"])
        return check_list(wanted, self.stdout, self.stderr)

    def _check_names(self, **options: Any) -> int:
        if not options["names"] or options["column"] or options["csv"]:
            raise CommandError(
                "Give names, or a list with --file; --column and --csv belong to a list.",
                returncode=REFUSED,
            )
        dry_run, knows_rows = options["dry_run"], self.knows_rows
        found = [_look(name, dry_run=dry_run, knows_rows=knows_rows) for name in options["names"]]
        if options["json"]:
            self.stdout.write(json.dumps({"checked": found}, indent=2, sort_keys=True))
        else:
            for each in found:
                self._print(each)
        return max(int(each["exit"]) for each in found)

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


def _look(text: str, *, dry_run: bool, knows_rows: bool) -> dict[str, Any]:
    try:
        name = read_address(text).name if "@" in text else read_domain(text)
    except NameRefused as refused:
        return {"name": _shown(text), "error": str(refused), "exit": REFUSED}
    if is_trusted(name.mail_domain):
        return _trusted(text, name)
    rows = DomainStatus.objects.filter(domain=name.trust_key)
    row = rows.first() if knows_rows else None
    if row is None:
        looked = check.look_without_writing(_row(name), purpose=check.STAFF)
    else:
        looked = check.look_now(row.domain, purpose=check.STAFF, dry_run=dry_run)
    return _facts(text, looked, dry_run=dry_run or row is None)


def _row(name: DomainName) -> DomainStatus:
    return row_of(Named(name.trust_key, name.parent))


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
