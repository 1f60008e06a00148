"""What the signed-in owner should know, as a banner or as values for a site's own markup."""

from __future__ import annotations

from typing import Any

from django import template

from domainguard.services.letters import addresses_path
from domainguard.services.prompts import Prompt, prompts_for

register = template.Library()


@register.inclusion_tag("domainguard/banner.html", takes_context=True)
def domainguard_banner(context: template.Context, without: str = "") -> dict[str, Any]:
    """Show what the signed-in owner should know; nothing to anybody else.

    `without` names kinds to leave out: advice (`one_domain`) on pages that are not the account's
    own, or what a page says by itself.
    """
    found = [each for each in _prompts(context) if each.kind not in without.split()]
    return {"prompts": found, "addresses_url": addresses_path()}


@register.simple_tag(takes_context=True)
def domainguard_prompts(context: template.Context) -> list[Prompt]:
    """Give the same as values: `{% domainguard_prompts as prompts %}`."""
    return _prompts(context)


def _prompts(context: template.Context) -> list[Prompt]:
    request = context.get("request")
    return prompts_for(request) if request is not None else []
