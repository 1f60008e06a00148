"""Addresses for the owners of accounts; a site includes them below its own account pages."""

from __future__ import annotations

from django.urls import path

from domainguard.pages import staff_acts, ways_back

app_name = "domainguard_account"
urlpatterns = [
    path("addresses/", ways_back.addresses, name="addresses"),
    path("addresses/<int:pk>/", ways_back.what_happened, name="what_happened"),
    path("addresses/<int:pk>/back/<slug:kind>/", ways_back.walk, name="walk"),
    path("stop-act/<int:pk>/<str:token>/", staff_acts.stop_act, name="stop_act"),
    path("back/<int:pk>/stop/", ways_back.stop, name="stop"),
    path("back/<int:pk>/<str:token>/", ways_back.link, name="link"),
]
