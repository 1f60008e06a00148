"""Invitations to a role: mailed to an address that may have such mail, or to nobody.

The inviter reads the same answer whoever is meant, and whether anybody is.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

import domainguard
from domainguard.models import OutboxMail
from domainguard.services import letters
from domainguard.services.post import payload_of
from registry_site.accounts import notices
from registry_site.accounts.models import User

from .forms import InvitationForm
from .models import Invitation, Project, Role

LETTER = "invitation"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invite(request: HttpRequest, name: str) -> HttpResponse:
    """Let an owner offer somebody a role, by name or by address."""
    project, user = get_object_or_404(Project, name=name), cast(User, request.user)
    if not _may_invite(user, project):
        raise PermissionDenied
    form = InvitationForm(
        request.POST or None, instance=Invitation(project=project, invited_by=user)
    )
    if request.method == "POST" and form.is_valid():
        _post(form.save(), form.cleaned_data["who"], request)
        messages.success(request, _("If they have an address that counts, they hear of it."))
        return redirect(project)
    return render(request, "packages/invite.html", {"form": form, "project": project})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@transaction.non_atomic_requests
def accept(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Let the invited account take the role. The page names no project: anybody may open it."""
    if request.method != "POST":
        return render(request, "packages/invitation.html")
    invitation = Invitation.objects.filter(pk=pk).first()
    user = cast(User, request.user)
    if invitation is not None:
        done = domainguard.redeem_capability(
            token, _about(pk, str(user.pk)), lambda: _take(invitation, user)
        )
        if done.admitted:
            return redirect(invitation.project)
    return render(
        request, "packages/invitation.html", {"refused": True}, status=HTTPStatus.FORBIDDEN
    )


def invitation_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Write the invitation when it is handed over; its link is for the one account it went to."""
    invitation = Invitation.objects.select_related("project", "invited_by").get(
        pk=payload_of(mail)["invitation"]
    )
    token = domainguard.capability_token(mail, _about(invitation.pk, mail.account))
    return letters.write(
        "packages/mail/invitation",
        mail,
        invitation=invitation,
        inviter=letters.name_of(invitation.invited_by),
        link=settings.PUBLIC_ORIGIN + reverse("accept", args=[invitation.pk, token]),
    )


def _post(invitation: Invitation, who: str, request: HttpRequest) -> None:
    # A name stands for its account's primary address. The same two INSERTs whoever is meant.
    found = User.objects.filter(username__iexact=who).first()
    domainguard.send_capability_mail(
        letter=LETTER,
        address=found.email if found is not None else who,
        account=found,
        purpose="accept",
        payload={"invitation": invitation.pk},
        request=request,
    )


def _take(invitation: Invitation, user: User) -> None:
    if not _may_invite(invitation.invited_by, invitation.project):
        raise PermissionDenied  # whoever invited owns it no more; the link is not used up by this
    _, is_new = Role.objects.get_or_create(
        project=invitation.project, user=user, defaults={"kind": invitation.kind}
    )
    if is_new:
        notices.tell_of(str(user.pk), "role_accepted")


def _may_invite(user: User, project: Project) -> bool:
    owns = project.roles.filter(user=user, kind=Role.Kind.OWNER).exists()
    return owns and user.is_active and user.publishing_frozen_at is None


def _about(invitation: int, account: str) -> str:
    return f"invitation:{invitation}:{account}"
