"""The demo's two pages: all mailboxes, and one of them. No other site has such pages."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .inbox import PostOffice
from .state import here


@require_safe
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    """List the mailboxes in which something arrived, or should not."""
    return render(request, "demo/inbox.html", {"boxes": PostOffice(here()).mailboxes()})


@require_safe
@never_cache
def mailbox(request: HttpRequest, address: str) -> HttpResponse:
    """Show one mailbox with its mails, as plain text with links that work."""
    box = PostOffice(here()).mailbox(address)
    if box is None:
        raise Http404
    return render(request, "demo/mailbox.html", {"box": box})
