"""What the acts on accounts, domains and cases have in common: offers, actions, confirmation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from domainguard.models import StaffAct
from domainguard.services.acts.propose import Order, preview, propose
from domainguard.services.acts.verb import On, Refused, Verb
from domainguard.services.acts.verbs import VERBS, verbs_on

from .act_forms import ActForm, form_of
from .act_words import names_of, sum_up, whom
from .denials import actor_of, denied, may, no_permission
from .read_only import ReadOnlyAdmin

_FIRST = 10  # names on a confirmation page
_IN_A_LINK = 200


@dataclass(frozen=True, slots=True)
class Offer:
    """One act as a page offers it: the button's words and where they lead.

    `why_not` says why it cannot be done now, and is empty when it can; `second` says why somebody
    else has to agree, and is empty when nobody has.
    """

    kind: str
    label: str
    url: str
    second: str
    why_not: str


class ActPages(ReadOnlyAdmin):
    """Adds to a list of rows what may be done to them: in bulk, and each on a page of its own."""

    on: ClassVar[On]

    def acts_for(self, request: HttpRequest, row: Any) -> list[Offer]:
        """Give the acts that the person has a permission for; for view-only staff none."""
        return [
            self._offer(request, verb, row)
            for verb in verbs_on(self.on)
            if may(request, verb.permission)
        ]

    def _offer(self, request: HttpRequest, verb: Verb, row: Any) -> Offer:
        why_not, second = "", ""
        try:
            seen = preview(verb.kind, [row.pk], by=actor_of(request))
            why_not = "".join(str(why) for _row, why in seen.left_out)
            second = seen.oversight.why
        except Refused as refused:
            why_not = str(refused)
        return Offer(verb.kind, verb.label, self._page(verb, [row.pk]), second, why_not)

    def _page(self, verb: Verb, keys: Sequence[int]) -> str:
        where = reverse(f"admin:{self._name()}", args=[verb.kind.value])
        return f"{where}?{urlencode([('pk', key) for key in keys])}"

    def _name(self) -> str:
        return f"domainguard_{self.opts.model_name}_act"

    def get_urls(self) -> list[URLPattern]:
        """Add the confirmation pages."""
        view = self.admin_site.admin_view(self.act)
        return [path("act/<slug:kind>/", view, name=self._name()), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer in bulk what the person has a permission for."""
        return {
            f"act_{verb.kind.value}": (self._in_bulk(verb), f"act_{verb.kind.value}", verb.label)
            for verb in verbs_on(self.on)
            if may(request, verb.permission)
        }

    def _in_bulk(self, verb: Verb) -> Callable[[Any, HttpRequest, QuerySet[Any]], Any]:
        def to_page(_admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> Any:
            most = min(verb.most, _IN_A_LINK)
            keys = list(rows.order_by("pk").values_list("pk", flat=True)[: most + 1])
            if len(keys) > most:
                said = _("Choose %(most)d at most.") % {"most": most}
                self.message_user(request, said, messages.ERROR)
                return None
            return HttpResponseRedirect(self._page(verb, keys))

        return to_page

    def act(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Say what will happen to whom, ask for the reason, and do it."""
        verb = VERBS.get(kind)
        if verb is None or verb.on is not self.on:
            raise Http404
        keys = self.keys_of(request)
        if not may(request, verb.permission) or not self.has_view_permission(request):
            return no_permission(request, kind, targets=keys[:_IN_A_LINK])
        form = form_of(kind)(request.POST or None)
        try:
            if request.method == "POST" and form.is_valid():
                return self._do(request, kind, keys, form)
            return self._ask(request, kind, keys, form)
        except Refused as refused:
            return denied(request, kind, refused, targets=keys[:_IN_A_LINK])

    def keys_of(self, request: HttpRequest) -> list[int]:
        """Give the keys of the rows that the page is about."""
        try:
            return sorted({int(key) for key in request.GET.getlist("pk")})
        except ValueError as wrong:
            raise Http404 from wrong

    def _do(self, request: HttpRequest, kind: str, keys: list[int], form: ActForm) -> HttpResponse:
        order = Order(
            kind=kind,
            targets=keys,
            by=actor_of(request),
            reason=form.cleaned_data["reason"],
            key=form.cleaned_data["key"],
            detail=form.detail(),
        )
        act = propose(order)
        level = messages.WARNING if act.waits_for_second else messages.SUCCESS
        self.message_user(request, sum_up(act), level)
        return HttpResponseRedirect(self._where_to(request, act))

    def _where_to(self, request: HttpRequest, act: StaffAct) -> str:
        if may(request, "view_staffact"):
            return reverse("admin:domainguard_staffact_change", args=[act.pk])
        return reverse(f"admin:domainguard_{self.opts.model_name}_changelist")

    def _ask(self, request: HttpRequest, kind: str, keys: list[int], form: ActForm) -> HttpResponse:
        seen = preview(kind, keys, by=actor_of(request))
        context = {
            **self.admin_site.each_context(request),
            "title": seen.verb.label,
            "opts": self.opts,
            "seen": seen,
            "whom": whom(seen.targets),
            "first": names_of(seen.targets[:_FIRST]),
            "more": max(0, len(seen.targets) - _FIRST),
            "left_out": [
                (name, why)
                for name, (_row, why) in zip(
                    names_of([row for row, _why in seen.left_out[:_FIRST]]),
                    seen.left_out,
                    strict=False,
                )
            ],
            "left_out_more": max(0, len(seen.left_out) - _FIRST),
            "form": form,
        }
        return TemplateResponse(request, "admin/domainguard/act_confirm.html", context)
