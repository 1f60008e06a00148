from __future__ import annotations

import pytest
import redis
from django.db import connection


def test_valkey_answers_at_the_address_given(valkey_url):
    with redis.Redis.from_url(valkey_url) as client:
        assert client.ping()


@pytest.mark.django_db
def test_the_tests_run_on_the_database_that_was_asked_for(request):
    vendor = {"postgres": "postgresql", "sqlite": "sqlite"}[request.config.option.database]
    assert connection.vendor == vendor
