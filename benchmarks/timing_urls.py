"""The site's own addresses, with stock Django's reset routes beside them."""

from __future__ import annotations

from django.contrib.auth import views
from django.urls import path

from registry_site.urls import urlpatterns as of_the_site

urlpatterns = [
    *of_the_site,
    path("stock/", views.PasswordResetView.as_view(), name="stock"),
]
