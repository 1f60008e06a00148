"""What staff did and proposed: the list, and a page on which a second person decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from domainguard.models import StaffAct
from domainguard.services.acts import decide, undo
from domainguard.services.acts.verb import Refused
from domainguard.services.acts.verbs import VERBS

from .act_forms import ReasonForm
from .act_words import names_of, persons, sum_up
from .denials import actor_of, denied, may, no_permission
from .read_only import ReadOnlyAdmin

_SHOWN = 100


class Waiting(admin.SimpleListFilter):
    """How far an act has come."""

    title = gettext_lazy("progress")
    parameter_name = "progress"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the stages."""
        return [
            ("waits", gettext_lazy("waits for a second person")),
            ("agreed", gettext_lazy("agreed, not yet carried out")),
            ("done", gettext_lazy("carried out")),
            ("refused", gettext_lazy("refused")),
            ("undone", gettext_lazy("undone")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StaffAct]) -> QuerySet[StaffAct]:
        """Filter by the stage."""
        stages = {
            "waits": Q(done_at=None, refused_at=None, approved_at=None),
            "agreed": Q(done_at=None, refused_at=None, approved_at__isnull=False),
            "done": Q(done_at__isnull=False, undone_at=None),
            "refused": Q(refused_at__isnull=False),
            "undone": Q(undone_at__isnull=False),
        }
        return queryset.filter(stages.get(self.value() or "", Q()))


class _Page(ChangeList):
    """A page of acts, each with the name of who did it, found for all rows at once."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page."""
        super().get_results(request)
        rows = list(self.result_list)
        named = persons(row.by for row in rows)
        for row in rows:
            row.named = named[row.by]
        self.result_list = rows


@admin.register(StaffAct)
class StaffActAdmin(ReadOnlyAdmin):
    """Newest first."""

    change_form_template = "admin/domainguard/act.html"
    list_display = ("at", "what", "reason", "proposer", "progress")
    list_display_links = ("what",)
    list_filter = (Waiting, "kind", "at")
    search_fields = ("reason", "targets__domain__domain", "targets__account")
    list_per_page = 50

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Read the names of a page at once, not row by row."""
        return _Page

    @admin.display(description=gettext_lazy("act"), ordering="kind")
    def what(self, row: StaffAct) -> str:
        """Give the act in words."""
        return row.get_kind_display()

    @admin.display(description=gettext_lazy("by"), ordering="by")
    def proposer(self, row: Any) -> str:
        """Give the name of who did or proposed it."""
        return str(row.named)

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, row: StaffAct) -> str:
        """Say how far it has come."""
        return progress_of(row)

    def get_urls(self) -> list[URLPattern]:
        """Add the decisions."""
        steps = {"approve": self.approve, "refuse": self.refuse, "undo": self.undo}
        return [
            *(
                path(
                    f"<int:pk>/{word}/",
                    self.admin_site.admin_view(step),
                    name=f"domainguard_staffact_{word}",
                )
                for word, step in steps.items()
            ),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show what an act did or would do, and the decisions that are open to this person."""
        row = StaffAct.objects.filter(pk=object_id).first() if object_id else None
        context = {**(extra_context or {}), **(self._page(request, row) if row else {})}
        return super().changeform_view(request, object_id, form_url, context)

    def _page(self, request: HttpRequest, row: StaffAct) -> dict[str, Any]:
        every = row.targets.select_related("domain", "deverification__standing", "case")
        targets = list(every[:_SHOWN])
        named = persons(getattr(row, name) for name in _PEOPLE)
        by = actor_of(request)
        is_open = row.needs_second and row.done_at is None and row.refused_at is None
        may_decide = may(request, "approve_act", VERBS[row.kind].permission)
        return {
            "row": row,
            "verb": VERBS[row.kind],
            "progress": progress_of(row),
            "people": {name: named[getattr(row, name)] for name in _PEOPLE},
            "targets": list(zip(names_of(targets), targets, strict=True)),
            "more": max(0, row.targets.count() - _SHOWN),
            "may_approve": row.waits_for_second and may_decide and row.by != by,
            "may_refuse": is_open and (may_decide or row.by == by),
            "is_mine": row.by == by,
            "why_no_undo": undo.why_not(row),
            "may_undo": may(request, "undo_act", VERBS[row.kind].permission),
            "form": ReasonForm(auto_id="id_%s"),
        }

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Agree."""
        return self._decide(request, pk, "approve_act", decide.approve)

    def refuse(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say no; whoever proposed it may take it back."""
        is_own = StaffAct.objects.filter(pk=pk, by=actor_of(request)).exists()
        return self._decide(request, pk, None if is_own else "approve_act", decide.refuse)

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it back."""
        return self._decide(request, pk, "undo_act", undo.undo)

    def _decide(
        self,
        request: HttpRequest,
        pk: int,
        permission: str | None,
        step: Callable[..., StaffAct],
    ) -> HttpResponse:
        row = get_object_or_404(StaffAct, pk=pk)
        if request.method != "POST":
            raise Http404
        wanted = [VERBS[row.kind].permission, *([permission] if permission else [])]
        if not may(request, *wanted) or not self.has_view_permission(request):
            return no_permission(request, row.kind, act=pk)
        form = ReasonForm(request.POST)
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        try:
            act = step(pk, by=actor_of(request), reason=reason)
        except Refused as refused:
            return denied(request, row.kind, refused, act=pk)
        self.message_user(request, sum_up(act), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:domainguard_staffact_change", args=[pk]))


_PEOPLE = ("by", "approved_by", "refused_by", "undone_by")


def progress_of(row: StaffAct) -> str:
    """Say in a few words how far an act has come."""
    if row.undone_at is not None:
        return _("Undone.")
    if row.refused_at is not None:
        return _("Refused.")
    if row.done_at is not None:
        return _("Carried out.")
    if row.waits_for_second:
        return _("Waits for a second person.")
    return _("Agreed; carried out when its time has come.")
