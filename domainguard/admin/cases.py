"""The review cases: what automation would have done, grouped by what they have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from domainguard.core.reasons import SENTENCES
from domainguard.core.record import Record
from domainguard.models import DomainStatus, ReviewCase
from domainguard.services.acts.verb import On, Verb
from domainguard.services.acts.verbs import verbs_on

from .act_pages import ActPages
from .denials import may

_EACH = 20  # groups shown of each kind
_MANY = ("source", "tld", "registrar")
_FIELDS = {
    "source": KeyTextTransform("source", "detail"),
    "registrar": KeyTextTransform("registrar", "domain__observed"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Open cases of the breaker that share one thing, with the domain that came first."""

    name: str
    count: int
    domain: DomainStatus
    links: list[tuple[str, str]]


@admin.register(ReviewCase)
class ReviewCaseAdmin(ActPages):
    """Open ones first."""

    on: ClassVar[On] = On.CASE
    change_list_template = "admin/domainguard/cases.html"
    change_form_template = "admin/domainguard/case.html"
    list_display = ("domain", "kind", "wanted", "source", "registrar", "opened_at", "closed_at")
    list_filter = ("kind", ("closed_at", admin.EmptyFieldListFilter), "opened_at")
    search_fields = ("domain__domain", "reason")
    list_select_related = ("domain",)
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=gettext_lazy("what would have been done"))
    def wanted(self, row: ReviewCase) -> str:
        """Say what automation would have done, had it not asked."""
        return wanted_of(row)

    @admin.display(description=gettext_lazy("source"))
    def source(self, row: ReviewCase) -> str:
        """Give the source whose word it rests on."""
        return str(row.detail.get("source", ""))

    @admin.display(description=gettext_lazy("registrar"))
    def registrar(self, row: ReviewCase) -> str:
        """Give the registrar as it was last seen."""
        return str((row.domain.observed or {}).get("registrar", ""))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Put the groups above the list."""
        groups = {} if request.method == "POST" else self._groups(request)
        return super().changelist_view(request, {**(extra_context or {}), "groups": groups})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the question, what would have been done, and on which evidence."""
        row = self.get_object(request, object_id) if object_id else None
        context = {**(extra_context or {}), **(self._shown(request, row) if row else {})}
        return super().changeform_view(request, object_id, form_url, context)

    def _shown(self, request: HttpRequest, row: ReviewCase) -> dict[str, Any]:
        record = row.domain.record()
        return {
            "row": row,
            "wanted": wanted_of(row),
            "looks": list(_looks(record)),
            "source": row.detail.get("source", ""),
            "registrar": self.registrar(row),
            "acts": self.acts_for(request, row) if row.closed_at is None else [],
            "done": row.acts.select_related("act"),
        }

    def keys_of(self, request: HttpRequest) -> list[int]:
        """Give the chosen cases, or those of a group that were open when it was shown."""
        if "group" not in request.GET:
            return super().keys_of(request)
        by, _colon, name = request.GET["group"].partition(":")
        if by not in _MANY or not request.GET.get("upto", "").isdecimal():
            raise Http404
        return _keys_in(by, name, int(request.GET["upto"]))

    def _groups(self, request: HttpRequest) -> dict[str, list[Group]]:
        newest = _stopped().aggregate(newest=Max("pk"))["newest"]
        if newest is None:
            return {}
        shown = {by: _largest(by) for by in _MANY}
        first = {key for each in shown.values() for _name, _count, key in each}
        examples = _stopped().select_related("domain").in_bulk(first)
        verbs = [verb for verb in verbs_on(self.on) if may(request, verb.permission)]
        return {
            heading: [
                Group(
                    name,
                    count,
                    examples[key].domain,
                    [(verb.label, self._group_page(verb, by, name, newest)) for verb in verbs],
                )
                for name, count, key in shown[by]
                if key in examples
            ]
            for by, heading in zip(_MANY, _headings(), strict=True)
        }

    def _group_page(self, verb: Verb, by: str, name: str, newest: int) -> str:
        where = reverse(f"admin:{self._name()}", args=[verb.kind.value])
        return f"{where}?{urlencode({'group': f'{by}:{name}', 'upto': newest})}"


def wanted_of(row: ReviewCase) -> str:
    """Say in words what automation would have done."""
    domain = row.domain
    if row.kind == ReviewCase.Kind.BREAKER:
        said = {"epoch": domain.control_epoch + 1, "count": domain.addresses}
        return _("Raise the epoch to %(epoch)d: %(count)d addresses lose their trust") % said
    if row.kind == ReviewCase.Kind.UNOBSERVED:
        return _("Nothing more: the hold lasts until a person ends it")
    return _("Nothing")


def _headings() -> tuple[str, str, str]:
    return _("By source"), _("By top-level domain"), _("By registrar")


def _stopped() -> QuerySet[ReviewCase]:
    return ReviewCase.objects.filter(kind=ReviewCase.Kind.BREAKER, closed_at=None)


def _largest(by: str) -> list[tuple[str, int, int]]:
    """Give the groups with the most open cases: each name, how many, and the first case."""
    if by == "tld":
        first: dict[str, int] = {}
        counts: Counter[str] = Counter()
        for key, name in _tlds():
            first.setdefault(name, key)
            counts[name] += 1
        return [(name, count, first[name]) for name, count in counts.most_common(_EACH)]
    rows = _stopped().order_by().values(name=_FIELDS[by])
    counted = rows.annotate(count=Count("pk"), first=Min("pk")).order_by("-count", "first")
    return [(row["name"] or "", row["count"], row["first"]) for row in counted[:_EACH]]


def _keys_in(by: str, name: str, newest: int) -> list[int]:
    if by == "tld":
        return [key for key, tld in _tlds() if tld == name and key <= newest]
    rows = _stopped().filter(pk__lte=newest).annotate(name=_FIELDS[by])
    named = rows.filter(name=name) if name else rows.filter(Q(name="") | Q(name=None))
    return list(named.order_by("pk").values_list("pk", flat=True))


def _tlds() -> Iterator[tuple[int, str]]:
    for key, domain in _stopped().order_by("pk").values_list("pk", "domain__domain"):
        yield key, domain.rpartition(".")[2]


def _looks(record: Record) -> Iterator[tuple[Any, list[str]]]:
    """Give the adverse looks it rests on, each with its signals in words."""
    for episode in record.episodes:
        for look in dict.fromkeys((episode.first, episode.last)):
            yield (
                look.at,
                [f"{signal.source}: {SENTENCES[signal.code]}" for signal in sorted(look.signals)],
            )
