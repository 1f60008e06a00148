"""The panel that a site puts on the index of its admin: `{% load domainguard_admin %}`."""

from __future__ import annotations

from typing import Any

from django import template

from domainguard.services.overview import glance

register = template.Library()


@register.inclusion_tag("admin/domainguard/panel.html", takes_context=True)
def domainguard_panel(context: template.Context) -> dict[str, Any]:
    """Show what waits for a person to staff who may see the dashboard, and nothing to others."""
    request = context.get("request")
    may = request is not None and request.user.has_perm("domainguard.view_tally")
    return {"glance": glance() if may else None}
