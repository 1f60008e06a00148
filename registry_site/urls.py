"""Every address of the site."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from registry_site.accounts import history
from registry_site.accounts import views as accounts
from registry_site.packages import invitations, token_views
from registry_site.packages import views as packages

# The admin has no sign-in page of its own: one door, one set of limits, one second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", packages.front_page, name="front_page"),
    path("search/", packages.search, name="search"),
    path("new/", packages.new_project, name="new_project"),
    path("project/<slug:name>/", packages.project, name="project"),
    path("project/<slug:name>/publish/", packages.publish, name="publish"),
    path("project/<slug:name>/invite/", invitations.invite, name="invite"),
    path("invitation/<int:pk>/<str:token>/", invitations.accept, name="accept"),
    path("api/project/<slug:name>/releases/", token_views.upload, name="upload"),
    path("account/tokens/", token_views.tokens, name="tokens"),
    path("account/tokens/<int:pk>/", token_views.decide, name="decide"),
    path("user/<str:username>/", accounts.user, name="user"),
    path("account/", accounts.account, name="account"),
    path("account/history/", history.security_history, name="security_history"),
    path("account/", include("domainguard.pages.urls")),
    path("help/recovery", accounts.recovery_help, name="recovery_help"),
    path("accounts/", include("registry_site.accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include("domainguard.urls")),
]
