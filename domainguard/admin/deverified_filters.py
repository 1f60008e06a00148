"""The filters of the queue of de-verified accounts."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from domainguard.core.record import Cause
from domainguard.services.steps import Step
from domainguard.wiring import now

from .choice_filter import ALL, ChoiceFilter
from .step_words import LABELS

_Conditions = dict[str, tuple[str | Promise, Q]]


class Standing(ChoiceFilter):
    """Those nobody has decided about, unless somebody wants the others, or searches."""

    title, parameter_name, default = _("standing"), "standing", "open"

    def value(self) -> str | None:
        """Search everywhere: who looks for an account by name does not know its standing."""
        chosen = self.used_parameters.get(self.parameter_name)
        return str(chosen) if chosen else ALL if self.request.GET.get(SEARCH_VAR) else self.default

    def conditions(self) -> _Conditions:
        """Tell by whether trust was given back, or a person ruled that it is not."""
        return {
            "open": (_("to review"), Q(restored_at=None, kept_at=None)),
            "kept": (_("ruled to stay"), Q(restored_at=None, kept_at__isnull=False)),
            "out": (_("both: still de-verified"), Q(restored_at=None)),
            "restored": (_("restored"), Q(restored_at__isnull=False)),
        }


class SuggestedStep(ChoiceFilter):
    """What to do next."""

    title, parameter_name = _("suggested step"), "step"

    def conditions(self) -> _Conditions:
        """Tell by the suggestion."""
        return {step.value: (LABELS[step], Q(step=step.value)) for step in Step if step != "none"}


class Reason(ChoiceFilter):
    """Lapsed, or in new hands."""

    title, parameter_name = _("reason"), "reason"

    def conditions(self) -> _Conditions:
        """Tell by why the epoch went up."""
        return {
            "lapse": (_("the domain lapsed"), Q(bump__cause=Cause.LAPSE.value)),
            "hands": (_("it is in new hands"), Q(bump__cause=Cause.CHANGE_OF_HANDS.value)),
        }


class Since(ChoiceFilter):
    """How long ago."""

    title, parameter_name = _("since when"), "since"

    def conditions(self) -> _Conditions:
        """Tell by when it was de-verified."""
        at = now()
        day, week, month = (at - timedelta(days=days) for days in (1, 7, 30))
        return {
            "day": (_("the last day"), Q(created_at__gte=day)),
            "week": (_("the last week"), Q(created_at__gte=week)),
            "month": (_("the last 30 days"), Q(created_at__gte=month)),
            "older": (_("before that"), Q(created_at__lt=month)),
        }


class AtStake(ChoiceFilter):
    """What hangs on the account."""

    title, parameter_name = _("at stake"), "stake"

    def conditions(self) -> _Conditions:
        """Tell by projects and downloads."""
        return {
            "downloads": (_("100,000 downloads or more"), Q(downloads__gte=100_000)),
            "many": (_("10 projects or more"), Q(projects__gte=10)),
            "some": (_("any project"), Q(projects__gte=1)),
            "none": (_("nothing"), Q(impact=0)),
        }


class _YesNo(ChoiceFilter):
    column = ""

    def conditions(self) -> _Conditions:
        """Tell by a column."""
        return {"yes": (_("yes"), Q((self.column, True))), "no": (_("no"), Q((self.column, False)))}


class Assigned(ChoiceFilter):
    """Whether a colleague takes care of it."""

    title, parameter_name = _("assigned"), "assigned"

    def conditions(self) -> _Conditions:
        """Tell by whom it is assigned to."""
        me = f"staff:{self.request.user.pk}"
        return {
            "me": (_("to me"), Q(assigned_to=me)),
            "nobody": (_("to nobody"), Q(assigned_to="")),
            "others": (_("to others"), ~Q(assigned_to__in=("", me))),
        }


class SoleOwner(_YesNo):
    """Whether it owns something alone."""

    title, parameter_name, column = _("sole owner"), "sole", "sole_owner"


class SecondFactor(_YesNo):
    """Whether it signs in with a second factor."""

    title, parameter_name, column = _("second factor"), "factor", "second_factor"


class OtherAddress(_YesNo):
    """Whether another address is in order."""

    title, parameter_name, column = _("other eligible address"), "other", "has_other"


class LastSignIn(ChoiceFilter):
    """When somebody last signed in."""

    title, parameter_name = _("last sign-in"), "signed_in"

    def conditions(self) -> _Conditions:
        """Tell by the time of the last sign-in, beside that of the de-verification."""
        return {
            "after": (_("after de-verification"), Q(last_sign_in_at__gt=F("created_at"))),
            "year": (
                _("in the year before"),
                Q(
                    last_sign_in_at__lte=F("created_at"),
                    last_sign_in_at__gt=now() - timedelta(days=365),
                ),
            ),
            "older": (_("earlier"), Q(last_sign_in_at__lte=now() - timedelta(days=365))),
            "never": (_("never"), Q(last_sign_in_at=None)),
        }


FILTERS = (
    Standing, SuggestedStep, Reason, Since, AtStake, SoleOwner, SecondFactor, LastSignIn,
    OtherAddress, Assigned,
)  # fmt: skip
