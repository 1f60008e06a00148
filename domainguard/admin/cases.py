"""The review cases: what automation would have done, grouped by what they have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from domainguard.core.reasons import SENTENCES
from domainguard.core.record import Record
from domainguard.models import ReviewCase
from domainguard.services.acts.verb import On, Verb
from domainguard.services.acts.verbs import verbs_on

from .act_pages import ActPages
from .denials import may

_EACH = 20  # groups shown of each kind
_MANY = ("source", "tld", "registrar")


@dataclass(slots=True)
class Group:
    """Open cases of the breaker that share one thing, with the domain that came first."""

    by: str
    name: str
    count: int
    domain: str
    sentence: str
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
        try:
            newest = int(request.GET.get("upto", ""))
        except ValueError as wrong:
            raise Http404 from wrong
        return [key for key, facts in _open_cases() if key <= newest and facts.get(by) == name]

    def _groups(self, request: HttpRequest) -> dict[str, list[Group]]:
        found: dict[tuple[str, str], Group] = {}
        verbs = [verb for verb in verbs_on(self.on) if may(request, verb.permission)]
        newest = _stopped().aggregate(newest=Max("pk"))["newest"] or 0
        for _key, facts in _open_cases():
            for by in _MANY:
                group = found.get((by, facts[by]))
                if group is None:
                    links = [
                        (verb.label, self._group_page(verb, by, facts[by], newest))
                        for verb in verbs
                    ]
                    group = Group(by, facts[by], 0, facts["domain"], facts["sentence"], links)
                    found[by, facts[by]] = group
                group.count += 1
        most = sorted(found.values(), key=lambda each: (-each.count, each.name))
        return {
            str(label): [group for group in most if group.by == by][:_EACH]
            for by, label in zip(_MANY, _headings(), strict=True)
            if found
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


def _open_cases() -> Iterator[tuple[int, dict[str, str]]]:
    """Give every open case of the breaker, in the order of their keys, with what groups them."""
    rows = (
        _stopped()
        .order_by("pk")
        .values_list(
            "pk",
            "domain__domain",
            "domain__sentence",
            "detail__source",
            "domain__observed__registrar",
        )
    )
    for key, domain, sentence, source, registrar in rows:
        yield (
            key,
            {
                "domain": domain,
                "sentence": sentence,
                "source": source or "",
                "tld": domain.rpartition(".")[2],
                "registrar": registrar or "",
            },
        )


def _looks(record: Record) -> Iterator[tuple[Any, list[str]]]:
    """Give the adverse looks it rests on, each with its signals in words."""
    for episode in record.episodes:
        for look in dict.fromkeys((episode.first, episode.last)):
            yield (
                look.at,
                [f"{signal.source}: {SENTENCES[signal.code]}" for signal in sorted(look.signals)],
            )
