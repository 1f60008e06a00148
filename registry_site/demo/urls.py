"""The site's addresses, and those of the inbox and the time page."""

from __future__ import annotations

from django.urls import path

from registry_site.urls import urlpatterns as site

from . import time_views, views

urlpatterns = [
    *site,
    path("demo/time/", time_views.time_page, name="demo_time"),
    path("demo/time/move/", time_views.move, name="demo_move"),
    path("demo/time/act/", time_views.act, name="demo_act"),
    path("demo/time/scene/", time_views.scene, name="demo_scene"),
    path("demo/inbox/", views.inbox, name="demo_inbox"),
    path("demo/inbox/<str:address>/", views.mailbox, name="demo_mailbox"),
]
