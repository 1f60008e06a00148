"""Every door keeps the class of the client that asked, so that its limit holds at each."""

from __future__ import annotations

import pytest
from django.test import Client

from domainguard.models import Intent
from domainguard.services.clients import client_of
from tests.sites.conftest import every_door
from tests.sites.doors import AllauthLink, DjangoForm, DjoserPassword, DjRestAuth, HeadlessLink

__all__ = ["every_door"]


@pytest.mark.parametrize(
    "door", [DjangoForm, AllauthLink, HeadlessLink, DjoserPassword, DjRestAuth]
)
def test_a_door_keeps_the_class_of_its_client(every_door, rf, door):
    if door is DjRestAuth:
        pytest.importorskip("dj_rest_auth")
    every_door.person("ada", "ada@mill-lane.org")
    near = "192.0.2.7"
    door(Client(REMOTE_ADDR=near)).ask("ada@mill-lane.org")
    assert Intent.objects.get().client == client_of(rf.post("/", REMOTE_ADDR=near)) != ""
