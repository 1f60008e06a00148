"""Addresses for machines, and the page that stops early notices: a site includes them."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import path

from domainguard import views

app_name = "domainguard"
urlpatterns = [
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("early-notices/<str:token>/", views.early_notices, name="early_notices"),
]
if find_spec("prometheus_client"):
    urlpatterns.append(path("metrics", views.metrics, name="metrics"))
