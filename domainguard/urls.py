"""Addresses for machines; a site includes them where its monitoring looks for them."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import path

from domainguard import views

app_name = "domainguard"
urlpatterns = [
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
]
if find_spec("prometheus_client"):
    urlpatterns.append(path("metrics", views.metrics, name="metrics"))
