"""Filters made of conditions, whose facets are all counted in one query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ALL = "all"


class ChoiceFilter(admin.SimpleListFilter):
    """Offers `conditions()` to click on. With a `default`, seeing all is a choice like any other.

    Django counts each filter's facets by a query of its own; here one query counts for every
    filter of this kind, each as the others leave it.
    """

    default: ClassVar[str | None] = None

    def conditions(self) -> dict[str, tuple[str | Promise, Q]]:
        """Give what may be chosen: the word in the address, the label, the condition."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer every choice."""
        offered = [(word, label) for word, (label, _condition) in self.conditions().items()]
        return [*offered, (ALL, _("All"))] if self.default else offered

    def value(self) -> str | None:
        """Give what is chosen."""
        return super().value() or self.default

    def condition(self) -> Q:
        """Give what is asked of each row now; a word that is none leaves all."""
        _label, condition = self.conditions().get(self.value() or ALL, ("", Q()))
        return condition

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Filter."""
        return queryset.filter(self.condition())

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Leave out Django's own "All" where it is one of ours."""
        offered = super().choices(changelist)
        if self.default:
            next(offered)
        yield from offered

    def get_facet_queryset(self, changelist: Any) -> Any:
        """Give the counts of this filter's choices, by their number."""
        if not hasattr(changelist, "facets"):
            changelist.facets = _count_all(self.request, changelist)
        return changelist.facets[self.parameter_name]

    def counts(self, others: Q) -> dict[str, Any]:
        """Give what to count: the rows of each choice, as the other filters leave them."""
        every = [condition for _label, condition in self.conditions().values()]
        every += [Q()] if self.default else []
        return {
            f"{self.parameter_name}__{number}": Count("pk", filter=others & condition)
            for number, condition in enumerate(every)
        }


def _count_all(request: HttpRequest, changelist: Any) -> dict[str, dict[str, int]]:
    mine = [each for each in changelist.filter_specs if isinstance(each, ChoiceFilter)]
    counts: dict[str, Any] = {}
    for each in mine:
        others = Q()
        for other in mine:
            others &= other.condition() if other is not each else Q()
        counts |= each.counts(others)
    found: dict[str, dict[str, int]] = {str(each.parameter_name): {} for each in mine}
    for name, count in _searched(request, changelist).aggregate(**counts).items():
        parameter, _separator, number = name.rpartition("__")
        found[parameter][f"{number}__c"] = count
    return found


def _searched(request: HttpRequest, changelist: Any) -> QuerySet[Any]:
    """Give the rows as the search and filters of other kinds leave them."""
    rows: QuerySet[Any]
    rows, _may_repeat = changelist.model_admin.get_search_results(
        request, changelist.root_queryset, changelist.query
    )
    for each in changelist.filter_specs:
        if not isinstance(each, ChoiceFilter):
            rows = each.queryset(request, rows) or rows
    return rows.order_by()
