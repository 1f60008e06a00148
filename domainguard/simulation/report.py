"""What a run came to, as figures for each policy: a table, a JSON document, CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from .play import Outcome
from .rivals import POLICIES, RUBYGEMS_EVERY, pypi_as_coded
from .run import Plan, Played

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one policy. Exposure is over the lives in which a stranger read the mail.

    `lookups_per_domain_year` counts all outside look-ups: of ours, `dns` and `registry` apart.
    """

    policy: str
    lives: int
    strangers: int
    takeovers_with_trace: int
    takeovers_without_trace: int
    wrong_deverifications: int
    wrong_holds: int
    late_holds: int
    exposure_hours_mean: float
    exposure_hours_p99: float
    exposure_hours_max: float
    exposure_hours_max_with_trace: float
    exposed_lives: int
    lookups_per_domain_year: float
    lookups: dict[str, float]


def figures(played: Played) -> list[Figures]:
    """Give the figures of every policy, in the order of the table."""
    return [_of(policy, played) for policy in POLICIES]


def _of(policy: str, played: Played) -> Figures:
    mine = [each for each in played.outcomes if each.policy == policy]
    taken = Counter(each.trace for each in mine if each.taken_by)
    hours = sorted(each.exposed / _HOUR for each in mine if each.exposed is not None)
    seen = [each.exposed / _HOUR for each in mine if each.trace and each.exposed]
    lookups = _lookups(policy, played)
    return Figures(
        policy=policy,
        lives=len(mine),
        strangers=len(hours),
        takeovers_with_trace=taken[True],
        takeovers_without_trace=taken[False],
        wrong_deverifications=sum(each.deverified_wrongly for each in mine),
        wrong_holds=sum(each.wrong_hold > _DAY for each in mine),
        late_holds=sum(each.late_hold > _DAY for each in mine),
        exposure_hours_mean=round(sum(hours) / len(hours), 3) if hours else 0.0,
        exposure_hours_p99=round(quantile(hours, 0.99), 3),
        exposure_hours_max=round(hours[-1], 3) if hours else 0.0,
        exposure_hours_max_with_trace=round(max(seen, default=0.0), 3),
        exposed_lives=sum(each > 0 for each in hours),
        lookups_per_domain_year=round(sum(lookups.values()), 1),
        lookups=lookups,
    )


def _lookups(policy: str, played: Played) -> dict[str, float]:
    plan, year = played.plan, 365 * _DAY
    match policy:
        case "pypi":
            return {"status_service": round(365 / plan.pypi_days, 1)}
        case "pypi_as_coded":
            return {"status_service": round(year / pypi_as_coded(plan.addresses), 2)}
        case "rubygems" | "rubygems_below_cap":
            return {"status_service": year / RUBYGEMS_EVERY}
        case "domainguard":
            return {source: round(each, 1) for source, each in played.lookups.items()}
    return {}


def quantile(ordered: Sequence[float], share: float) -> float:
    """Give the value below which this share lies (nearest rank); 0.0 of nothing."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def document(played: Played) -> dict[str, Any]:
    """Give the whole report as JSON values."""
    return {
        "seed": played.plan.seed,
        "lives": played.plan.lives,
        "addresses": played.plan.addresses,
        "settings": _settings(played.plan),
        "policies": [asdict(each) for each in figures(played)],
        "by_kind": by_kind(played.outcomes),
    }


def _settings(plan: Plan) -> dict[str, Any]:
    hours = {name: each / _HOUR for name, each in asdict(plan.policy).items()}
    return {
        "outages": plan.outages,
        "pypi_days": plan.pypi_days,
        "recheck_at_confirm": plan.recheck_at_confirm,
        "policy_hours": hours,
    }


def by_kind(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Count takeovers by kind of life and by policy, those that leave no trace apart."""
    lives: Counter[tuple[str, bool]] = Counter()
    taken: Counter[tuple[str, bool, str]] = Counter()
    for each in outcomes:
        lives[each.kind, each.trace] += each.policy == POLICIES[0]
        taken[each.kind, each.trace, each.policy] += each.taken_by is not None
    return [
        {
            "kind": kind,
            "trace": trace,
            "lives": count,
            "takeovers": {policy: taken[kind, trace, policy] for policy in POLICIES},
        }
        for (kind, trace), count in sorted(lives.items())
    ]


def as_csv(played: Played) -> str:
    """Give the figures as CSV, a line for each policy."""
    out = io.StringIO()
    rows = [
        {key: each for key, each in asdict(row).items() if key != "lookups"}
        for row in figures(played)
    ]
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


_HEADS = (
    "policy",
    "taken over",
    "of these without a trace",
    "exposure h, mean",
    "p99",
    "max",
    "max with a trace",
    "wrong de-verifications",
    "wrong holds > 1 day",
    "look-ups a domain-year",
)


def table(played: Played) -> str:
    """Give the figures as a Markdown table."""
    lines = [_row(_HEADS), _row(["---", *["---:"] * (len(_HEADS) - 1)])]
    lines += [_row(_cells(each)) for each in figures(played)]
    return "\n".join(lines) + "\n"


def table_by_kind(played: Played) -> str:
    """Give the takeovers by kind of life as a Markdown table."""
    rows = [each for each in by_kind(played.outcomes) if any(each["takeovers"].values())]
    lines = [_row(["life", "lives", *POLICIES]), _row(["---", *["---:"] * (1 + len(POLICIES))])]
    for each in rows:
        side = "" if each["trace"] else ", no trace"
        taken = [f"{count:,}" for count in each["takeovers"].values()]
        name = each["kind"].replace("_", " ") + side
        lines.append(_row([name, f"{each['lives']:,}", *taken]))
    return "\n".join(lines) + "\n"


def _cells(row: Figures) -> list[str]:
    return [
        row.policy,
        f"{row.takeovers_with_trace + row.takeovers_without_trace:,}",
        f"{row.takeovers_without_trace:,}",
        f"{row.exposure_hours_mean:,.2f}",
        f"{row.exposure_hours_p99:,.1f}",
        f"{row.exposure_hours_max:,.1f}",
        f"{row.exposure_hours_max_with_trace:,.2f}",
        f"{row.wrong_deverifications:,}",
        f"{row.wrong_holds:,}",
        f"{row.lookups_per_domain_year:,.1f}",
    ]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
