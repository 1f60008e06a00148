"""The dashboard: what is refused, who waits, what is to come, and how well the watch is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from domainguard.core.lifecycle import MEANING, State
from domainguard.models import SweepRun, Tally
from domainguard.services.overview import Overview, overview
from domainguard.services.tally import STEP

from .charts import Line, lengths, line
from .read_only import ReadOnlyAdmin


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a table with bars: what is counted, how many, and the list behind the number."""

    label: str
    count: int
    length: float
    link: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """One count over days, drawn and as a table."""

    name: str
    title: str
    count: int
    link: str
    line: Line | None
    days: Sequence[tuple[Any, int]]


@admin.register(Tally)
class DashboardAdmin(ReadOnlyAdmin):
    """One page, in the place where other tables have their list."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show everything at once."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Dashboard"),
            **_page(overview()),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/domainguard/dashboard.html", context)


def _page(seen: Overview) -> dict[str, Any]:
    figures = seen.tally.figures if seen.tally else {}
    return {
        "glance": seen.glance,
        "tally": seen.tally,
        "curves": _curves(seen),
        "states": _states(figures.get("states", {})),
        "lapses": _lapses(figures.get("lapses", [])),
        "silent": figures.get("silent", 0),
        "tiers": [_tier(tier) for tier in figures.get("tiers", [])],
        "sources": [_source(source) for source in figures.get("sources", [])],
        "sweeps": [(run, _during(run), _counts(run)) for run in seen.sweeps],
    }


def _list(model: str, **chosen: object) -> str:
    address = reverse(f"admin:domainguard_{model}_changelist")
    return f"{address}?{urlencode(chosen)}" if chosen else address


def _curves(seen: Overview) -> list[Curve]:
    held = [(day, count) for day, count, _out in seen.days]
    out = [(day, count) for day, _held, count in seen.days]
    now = seen.glance
    return [
        Curve(
            "held", _("Domains on hold"), now.held, _list("domainstatus", held__exact=1),
            line(held), held[::-1],
        ),
        Curve(
            "out", _("De-verified accounts"), now.deverified,
            _list("deverification", standing="out"),
            line(out), out[::-1],
        ),
    ]  # fmt: skip


def _states(counted: dict[str, int]) -> list[Bar]:
    counts = [counted.get(state.value, 0) for state in State]
    return [
        Bar(
            state.value.replace("_", " "),
            count,
            length,
            _list("domainstatus", state__exact=state.value),
            MEANING[state],
        )
        for state, count, length in zip(State, counts, lengths(counts), strict=True)
    ]


def _lapses(counts: list[int]) -> list[Bar]:
    steps = [(number * STEP.days, (number + 1) * STEP.days) for number in range(len(counts))]
    return [
        Bar(
            _("in %(first)d to %(last)d days") % {"first": first, "last": last},
            count,
            length,
            _list("domainstatus", expiry=f"{first}-{last}"),
        )
        for (first, last), count, length in zip(steps, counts, lengths(counts), strict=True)
    ]


def _tier(tier: dict[str, Any]) -> dict[str, Any]:
    is_hot = tier["name"] == "hot"
    seen = tier["seen_in_a_day" if is_hot else "conclusive_in_a_week"]
    return {
        "is_hot": is_hot,
        "domains": tier["domains"],
        "seen": seen,
        "unseen": tier["domains"] - seen,
        "length": round(100 * seen / tier["domains"], 1) if tier["domains"] else 0,
        "link": _list("domainstatus", looks="hot" if is_hot else "cold"),
    }


def _source(kept: dict[str, Any]) -> dict[str, Any]:
    return {
        **kept,
        "share": round(100 * kept["answered"] / kept["asked"]) if kept["asked"] else None,
        "last_answer_at": _moment(kept["last_answer_at"]),
        "last_failure_at": _moment(kept["last_failure_at"]),
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _counts(run: SweepRun) -> list[Any]:
    names = ("checked", "conclusive", "held", "released", "deverified", "restored")
    return [run.counts.get(name, "") for name in names]


def _during(run: SweepRun) -> str:
    """Give the address of what the audit trail says about a sweep's time."""
    chosen = {"at__gte": run.started_at.isoformat(sep=" ")}
    if run.finished_at:
        chosen["at__lt"] = run.finished_at.isoformat(sep=" ")
    return _list("auditevent", **chosen)
