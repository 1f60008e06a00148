"""Pages about projects: finding them, reading them, publishing them."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from domainguard.addressbooks.keys import account_of
from domainguard.services import hygiene
from registry_site.accounts.models import User

from .forms import ProjectForm, ReleaseForm
from .models import Project, Release, Role

PER_PAGE = 20


@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    """Show the way to a project: a search field, the newest names, the newest releases."""
    shown = {
        "projects": Project.objects.order_by("-created_at")[:6],
        "releases": Release.objects.select_related("project", "published_by")[:8],
        "project_count": Project.objects.count(),
        "release_count": Release.objects.count(),
    }
    return render(request, "packages/front_page.html", shown)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """List the projects whose name or summary holds the words asked for, or all of them."""
    words = request.GET.get("q", "").replace("\0", "")[:100].strip()
    page = Paginator(_matching(words), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "packages/search.html", {"words": words, "page": page})


def _matching(words: str) -> QuerySet[Project]:
    found = Project.objects.order_by("-dependents", "name")
    for word in words.split():
        found = found.filter(Q(name__icontains=word) | Q(summary__icontains=word))
    return found


@require_safe
def project(request: HttpRequest, name: str) -> HttpResponse:
    """Show one project, and to its people the way to publish it."""
    found = get_object_or_404(Project, name=name)
    releases = found.releases.select_related("published_by")
    shown = {
        "project": found,
        "roles": found.roles.select_related("user"),
        "releases": releases[:50],
        "may_publish": _may_publish(request, found),
        "may_invite": request.user.is_authenticated
        and found.roles.filter(user=request.user, kind=Role.Kind.OWNER).exists(),
    }
    return render(request, "packages/project.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_project(request: HttpRequest) -> HttpResponse:
    """Let a signed-in person take a name and become its owner.

    Not while the account hangs on one custom domain alone: its page says what to do about that.
    """
    _refuse_the_frozen(request)
    is_unsafe = hygiene.needs_second_proof(account_of(request.user))
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and not is_unsafe and form.is_valid():
        with transaction.atomic():
            made = form.save()
            Role.objects.create(project=made, user=cast(User, request.user))
        messages.success(request, _("%(name)s is yours.") % {"name": made.name})
        return redirect(made)
    shown = {"form": form, "needs_second_proof": is_unsafe}
    return render(request, "packages/new_project.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def publish(request: HttpRequest, name: str) -> HttpResponse:
    """Let a project's people publish a release."""
    found = get_object_or_404(Project, name=name)
    if not _may_publish(request, found):
        raise PermissionDenied
    _refuse_the_frozen(request)
    release = Release(project=found, published_by=cast(User, request.user))
    form = ReleaseForm(request.POST or None, instance=release)
    if request.method == "POST" and form.is_valid():
        made = form.save()
        messages.success(request, _("%(release)s is published.") % {"release": made})
        return redirect(found)
    return render(request, "packages/publish.html", {"form": form, "project": found})


def _may_publish(request: HttpRequest, found: Project) -> bool:
    return request.user.is_authenticated and found.roles.filter(user=request.user).exists()


def _refuse_the_frozen(request: HttpRequest) -> None:
    # The answer names no reason: it could tell a thief what we know (THREATS.md, T46).
    if cast(User, request.user).publishing_frozen_at is not None:
        raise PermissionDenied
