"""Gives every template what the signed-in owner should know of their addresses."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from domainguard.services.prompts import prompts_for


def domainguard(request: HttpRequest) -> dict[str, Any]:
    """Add `domainguard_prompts`; nothing is asked of the database before a template uses it."""
    return {"domainguard_prompts": SimpleLazyObject(lambda: prompts_for(request))}
