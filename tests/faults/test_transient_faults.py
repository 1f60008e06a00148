"""A database that ends one transaction in twenty, of sweeps and of visitors (F48)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection

from domainguard.models import Intent
from domainguard.models.locking import atomic
from domainguard.services import batch, leases
from tests.faults.report import report
from tests.faults.town import DAY, HOME, HOUR, MINUTE
from tests.journeys.lengths import times

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="SQLite ends nobody's transaction for another"
    ),
]

_FUNCTION = """
CREATE SEQUENCE endings;
CREATE FUNCTION ended_for_another() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF nextval('endings') <= {first} OR random() < {share} THEN
    IF random() < 0.5 THEN
      RAISE EXCEPTION 'could not serialize access' USING ERRCODE = 'serialization_failure';
    END IF;
    RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected';
  END IF;
  RETURN NULL;
END $$
"""
_TRIGGER = """
CREATE TRIGGER ended_for_another BEFORE INSERT OR UPDATE OR DELETE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION ended_for_another()
"""


@contextmanager
def trouble(*, share: float = 0, first: int = 0) -> Iterator[None]:
    """Let the server end the first statements that write our rows, or so large a share of all."""
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.startswith(("domainguard_", "account_"))
    ]
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTION.format(share=share, first=first))
        for table in tables:
            cursor.execute(_TRIGGER.format(table=table))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION ended_for_another CASCADE; DROP SEQUENCE endings")


def test_one_statement_in_twenty_is_ended_and_nothing_is_lost_or_done_twice(town, crew):
    town.settle(times(24, 1_000))
    crew.work("sweep")
    town.plant(every=4)
    town.world.pass_time(DAY)
    town.make_due()
    others = sorted(set(town.domains) - set(town.planted))
    asked = [f"{name.partition('.')[0]}-0@{HOME}" for name in others]
    with trouble(share=0.05):
        statuses = [
            crew.work("ask", address, f"10.0.{number // 250}.{number % 250}").results[0][0]
            for number, address in enumerate(asked)
        ]
        rounds = broken = 0
        for _ in range(2):
            while town.is_due():
                broken += crew.work("sweep", workers=2).broken
                town.world.pass_time(6 * MINUTE)
                rounds += 1
            town.world.pass_time(6 * HOUR)
        crew.work("serve")
    refused = statuses.count(500)
    report(
        "F48",
        f"one statement in twenty ended: {refused} of {len(asked)} resets answered with 500; "
        f"{broken} of {2 * rounds} sweeps broke off",
    )
    crew.work("sweep")
    town.world.pass_time(6 * MINUTE)
    crew.work("serve")
    assert set(statuses) <= {302, 500}
    assert Intent.objects.count() == statuses.count(302)
    town.assert_all_planted_lost_trust_and_nobody_else()


class TestATransactionThatWasEndedForAnother:
    @pytest.mark.parametrize(("ended", "status"), [(2, 302), (3, 500)])
    def test_is_tried_three_times_for_a_visitor_and_no_more(self, town, crew, ended, status):
        with trouble(first=ended):
            ((answered, text),) = crew.work("ask", f"somebody@{HOME}").results
        assert answered == status
        assert all(word not in text for word in ("serialize", "deadlock", "Traceback", HOME))
        assert Intent.objects.count() == (status == 302)

    def test_does_not_end_a_sweep_when_domains_are_claimed_or_answers_kept(self, town):
        town.settle(2)
        for work in (lambda: leases.claim(1), lambda: list(batch.look_at_due())):
            with trouble(first=2):
                assert work()

    def test_is_left_to_whoever_opened_it(self, town):
        town.settle(1)
        with trouble(first=1), pytest.raises(OperationalError), atomic():
            leases.claim(1)
