"""`domainguard_check --file`: what an audit of a list reads, prints, and says when it stops."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.core.management.base import CommandError, OutputWrapper

from domainguard.management.stopping import ctrl_c_waits
from domainguard.services.lists.audit import Audit, Line, Progress, Summary
from domainguard.services.lists.files import ListFile
from domainguard.services.lists.journal import Journal
from domainguard.services.lists.lines import ListRefused
from domainguard.services.lists.output import CsvOutput, JsonOutput, journal_beside, would_hold

CONCLUSIVE, INCONCLUSIVE, REFUSED, INTERRUPTED = 0, 1, 2, 130
_SHOWN_EVERY = 0.5  # seconds
_HOLDS = {"yes": "would hold", "no": "would not hold", "cannot tell": "cannot tell"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: the list, its column, where CSV goes, and whether JSON is printed."""

    file: Path
    column: str
    csv: Path | None
    as_json: bool


def check_list(wanted: Wanted, stdout: OutputWrapper, stderr: OutputWrapper) -> int:
    """Audit a list and give the exit status; raises CommandError for what cannot be used."""
    try:
        return _checked(wanted, stdout, stderr)
    except ListRefused as refused:
        raise CommandError(str(refused), returncode=REFUSED) from refused
    except KeyboardInterrupt:  # before the first look
        return INTERRUPTED
    except BrokenPipeError:
        raise  # no trouble of ours: whoever read has seen enough
    except OSError as error:
        raise CommandError(f"{error}. What was found is kept.", returncode=REFUSED) from error


def _checked(wanted: Wanted, stdout: OutputWrapper, stderr: OutputWrapper) -> int:
    source = ListFile(wanted.file, wanted.column)
    beside = journal_beside(wanted.csv) if wanted.csv else None
    worth_keeping = goes_on = beside is not None and beside.exists()
    journal, is_done = Journal(beside, source.digest()), False
    try:
        audit = Audit(source, journal)
        audit.survey()
        rows = CsvOutput(wanted.csv, may_exist=goes_on) if wanted.csv else None
        worth_keeping = True
        is_done = _written(audit, rows, wanted.as_json, stdout, stderr)
    finally:
        journal.close(remove=is_done or not worth_keeping)
    if not is_done:
        stderr.write("Stopped. The same command goes on from here." if beside else "Stopped.")
        return INTERRUPTED
    return _status(audit.summary)


def _written(
    audit: Audit,
    rows: CsvOutput | None,
    as_json: bool,
    stdout: OutputWrapper,
    stderr: OutputWrapper,
) -> bool:
    """Let each line go where it is wanted; say whether all did, or somebody pressed Ctrl-C."""
    document = JsonOutput(lambda text: stdout.write(text, ending="")) if as_json else None
    progress, is_done = _ProgressLine(stderr), False
    try:
        with ctrl_c_waits() as raise_if_pressed:
            for line in audit.run(_both(progress.show, raise_if_pressed)):
                if rows:
                    rows.write(line)
                if document:
                    document.write(line)
                elif rows is None:
                    _print(line, stdout, stderr)
                raise_if_pressed()
        is_done = True
    except KeyboardInterrupt:
        pass  # what was found is in the journal
    finally:
        progress.end()
        if rows:
            rows.close()
    if document:
        document.end(audit.summary, complete=is_done)
    elif is_done:
        stdout.write(_in_words(audit.summary))
    return is_done


def _both(show: Callable[[Progress], None], then: Callable[[], None]) -> Callable[[Progress], None]:
    def do_both(progress: Progress) -> None:
        show(progress)
        then()

    return do_both


def _print(line: Line, stdout: OutputWrapper, stderr: OutputWrapper) -> None:
    found = line.finding
    if found is None:
        stderr.write(f"line {line.number}: {line.error}")
        return
    holds = _HOLDS[would_hold(found.would_hold)]
    again = f" Look again {found.look_again_at}." if found.look_again_at else ""
    stdout.write(f"{line.name}: {line.domain} {found.state}, {holds}. {found.sentence}{again}")


def _in_words(summary: Summary) -> str:
    lines = [
        f"{summary.lines:,} lines, {summary.domains:,} domains; {summary.refused:,} refused",
        *(f"{count:>9,} {state}" for state, count in sorted(summary.states.items())),
        f"would be held: {summary.would_hold:,}; cannot tell: {summary.inconclusive:,}",
    ]
    return "\n".join(lines)


class _ProgressLine:
    """One line on a terminal that is written over and over; nothing where there is none."""

    def __init__(self, stderr: OutputWrapper) -> None:
        self._stderr = stderr
        self._progress: Progress | None = None
        self._shown_at = -_SHOWN_EVERY

    def show(self, progress: Progress) -> None:
        self._progress = progress
        now = time.monotonic()
        if self._stderr.isatty() and now - self._shown_at >= _SHOWN_EVERY:
            self._shown_at = now
            self._write(_how_far(progress))

    def end(self) -> None:
        if self._stderr.isatty() and self._progress:
            self._write(_how_far(self._progress) + "\n")

    def _write(self, text: str) -> None:
        self._stderr.write(text, style_func=str, ending="")
        self._stderr.flush()


def _how_far(progress: Progress) -> str:
    return (
        f"\r{progress.looked:,} of {progress.domains:,} domains looked at, "
        f"{progress.waiting:,} wait for their registry; "
        f"{progress.told:,} of {progress.lines:,} lines written\x1b[K"
    )


def _status(summary: Summary) -> int:
    if summary.refused:
        return REFUSED
    return INCONCLUSIVE if summary.inconclusive else CONCLUSIVE
