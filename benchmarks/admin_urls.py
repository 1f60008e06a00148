"""The site's addresses, and beside them an admin page that does nothing but `SELECT 1`."""

from __future__ import annotations

from django.contrib import admin
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from registry_site.urls import urlpatterns as of_the_site


def bare(request: HttpRequest) -> HttpResponse:
    """Answer with an empty page of the admin, as every page of it must at least."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    context = {**admin.site.each_context(request), "title": "Nothing"}
    return TemplateResponse(request, "admin/base_site.html", context)


urlpatterns = [path("admin/bare/", admin.site.admin_view(bare), name="bare"), *of_the_site]
