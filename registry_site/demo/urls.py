"""The site's addresses, and those of the inbox."""

from __future__ import annotations

from django.urls import path

from registry_site.urls import urlpatterns as site

from . import views

urlpatterns = [
    *site,
    path("demo/inbox/", views.inbox, name="demo_inbox"),
    path("demo/inbox/<str:address>/", views.mailbox, name="demo_mailbox"),
]
