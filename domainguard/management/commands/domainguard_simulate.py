"""Plays made-up lives of domains against several registries' rules, and prints who got in."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import timedelta
from os import cpu_count
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from domainguard.simulation import report
from domainguard.simulation.picture import picture
from domainguard.simulation.run import Plan, Played, run, with_policy

_USUAL = Plan()


class Command(BaseCommand):
    """Compares policies on the same lives; one seed always gives the same figures."""

    help = "Replays made-up domain lives against several policies and prints who was taken over."
    requires_system_checks = ()  # it asks nothing of this site

    def add_arguments(self, parser: CommandParser) -> None:
        """Take size, seed, settings and the form of the report."""
        add = parser.add_argument
        add("--lives", type=_count, default=_USUAL.lives, help="how many lives (%(default)s)")
        add("--seed", type=int, default=_USUAL.seed, help="%(default)s unless told")
        add("--addresses", type=_count, default=_USUAL.addresses, help="size of the registry")
        add("--outages", type=int, default=_USUAL.outages, help="outages in the year")
        add(
            "--lookups",
            type=_count,
            metavar="A_YEAR",
            help="look-ups an address may cost the periodic policy in a year (30 days: 12)",
        )
        add(
            "--set",
            action="append",
            default=[],
            type=_setting,
            metavar="NAME=HOURS",
            help="change a number of our rules, such as apart=12 or fresh_for=0.25",
        )
        add("--no-recheck", action="store_true", help="ours without the look at the confirm page")
        add("--processes", type=_count, default=min(2, cpu_count() or 1))
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="one JSON document on stdout")
        form.add_argument("--csv", action="store_true", help="a line for each policy on stdout")
        add("--svg", type=Path, metavar="FILE", help="draw a picture into this file as well")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and print in the form that was asked for."""
        played = run(_plan(options), processes=options["processes"], progress=self._show)
        self.stderr.write("")
        self.stdout.write(_in_form(played, options), ending="")
        if options["svg"]:
            try:
                options["svg"].write_text(picture(report.figures(played)), encoding="utf-8")
            except OSError as error:
                raise CommandError(f"the picture could not be written: {error}") from error

    def _show(self, done: int, of: int) -> None:
        if self.stderr.isatty() or done == of or done % 1000 == 0:
            self.stderr.write(f"\r{done:,} of {of:,} lives", ending="")
            self.stderr.flush()


def _plan(options: dict[str, Any]) -> Plan:
    plan = Plan(
        lives=options["lives"],
        seed=options["seed"],
        addresses=options["addresses"],
        pypi_days=max(1, round(365 / options["lookups"])) if options["lookups"] else 30,
        outages=options["outages"],
        recheck_at_confirm=not options["no_recheck"],
    )
    try:
        return with_policy(plan, options["set"])
    except ValueError as error:
        raise CommandError(f"--set: {error}") from error


def _in_form(played: Played, options: dict[str, Any]) -> str:
    if options["json"]:
        return json.dumps(report.document(played), indent=1) + "\n"
    return report.as_csv(played) if options["csv"] else report.table(played)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ArgumentTypeError(f"{text} is not a number from 1 on")
    return number


def _setting(text: str) -> tuple[str, timedelta]:
    name, found, hours = text.partition("=")
    try:
        return name, timedelta(hours=float(hours if found else "none"))
    except (OverflowError, ValueError) as error:
        raise ArgumentTypeError(f"{text} is not NAME=HOURS") from error
