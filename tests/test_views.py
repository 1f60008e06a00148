"""Alive and ready, in words that tell a stranger nothing."""

from __future__ import annotations

import logging

import pytest
from django.urls import reverse

from domainguard.services import readiness


@pytest.fixture
def broken(site, settings):
    """Take the broker away."""
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "REDIS_URL": "redis://127.0.0.1:1/0"}


def test_a_process_that_can_answer_is_alive_whatever_it_lacks(
    broken, client, django_assert_num_queries
):
    with django_assert_num_queries(0):
        answer = client.get(reverse("domainguard:live"))
    assert (answer.status_code, answer.content) == (200, b"alive\n")


def test_a_process_that_has_all_it_needs_is_ready(site, client):
    answer = client.get(reverse("domainguard:ready"))
    assert (answer.status_code, answer.content) == (200, b"ready\n")


def test_what_is_missing_is_told_to_the_log_and_to_nobody_else(broken, client, caplog):
    with caplog.at_level(logging.WARNING, "domainguard.views"):
        answer = client.get(reverse("domainguard:ready"))
    assert (answer.status_code, answer.content) == (503, b"not ready\n")
    assert "the broker does not answer" in caplog.text


def test_asking_again_costs_two_queries_at_most(site, client, django_assert_max_num_queries):
    readiness.check_ready()
    with django_assert_max_num_queries(2):
        client.get(reverse("domainguard:ready"))


@pytest.mark.parametrize("name", ["live", "ready", "metrics"])
def test_nothing_is_kept_by_caches_and_nothing_can_be_written(site, client, name):
    url = reverse(f"domainguard:{name}")
    assert "no-store" in client.get(url).headers["Cache-Control"]
    assert client.post(url).status_code == 405


def test_the_answer_is_given_without_tls_too(site, client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(reverse("domainguard:live")).status_code == 200
    assert client.get(reverse("account_login")).status_code == 301
