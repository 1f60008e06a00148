"""What the database itself forbids, whoever asks it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from domainguard import audit
from domainguard.models import AuditEvent, Deverification, DomainStatus, EpochBump
from domainguard.models.guards import install_guards


@pytest.fixture
def row(site) -> DomainStatus:
    return site.domain("mill-lane.org", control_epoch=3)


@pytest.fixture
def event(site) -> AuditEvent:
    return audit.record("epoch_raised", at=site.now(), domain="mill-lane.org", epoch=2)


def refuses(*changes) -> None:
    for change in changes:
        with pytest.raises(DatabaseError, match="domainguard"), transaction.atomic():
            change()


def test_a_control_epoch_never_falls(row):
    rows = DomainStatus.objects.filter(pk=row.pk)
    refuses(lambda: rows.update(control_epoch=2), lambda: rows.update(control_epoch=1))
    rows.update(control_epoch=3, sentence="The same is no fall.")
    rows.update(control_epoch=4)
    assert rows.get().control_epoch == 4


def test_a_control_epoch_begins_at_one(site):
    with pytest.raises(IntegrityError), transaction.atomic():
        site.domain("mill-lane.org", control_epoch=0)


@pytest.mark.parametrize(
    "change",
    [
        {"action": "address_restored"},
        {"actor": "somebody"},
        {"domain": "mill-road.org"},
        {"address_hash": "0" * 64},
        {"detail": {"epoch": 3}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_audit_trail_is_never_rewritten(event, change):
    refuses(lambda: AuditEvent.objects.filter(pk=event.pk).update(**change))


def test_an_audit_row_may_be_sealed_once_and_never_again(event):
    rows = AuditEvent.objects.filter(pk=event.pk)
    rows.update(digest="a" * 64)
    refuses(lambda: rows.update(digest="b" * 64), lambda: rows.update(digest=None))


def test_postgresql_forbids_to_delete_from_the_audit_trail(event):
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite a missing row shows when the chain is verified")
    refuses(event.delete)


def test_one_deverification_for_each_standing_and_epoch(site):
    site.person("ada", "ada@mill-lane.org")
    standing = site.standing("ada@mill-lane.org")
    domain = DomainStatus.objects.get()
    bump = EpochBump.objects.create(
        domain=domain, epoch=2, cause="lapse", sentence="", evidence={}, at=site.now()
    )
    kept = {"standing": standing, "bump": bump, "enforced": True, "created_at": site.now()}
    Deverification.objects.create(epoch=2, **kept)
    Deverification.objects.create(epoch=3, **kept)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deverification.objects.create(epoch=2, **kept)


def test_one_bump_for_each_domain_and_epoch(site, row):
    kept = {"domain": row, "epoch": 4, "cause": "lapse", "evidence": {}, "at": site.now()}
    EpochBump.objects.create(sentence="", **kept)
    with pytest.raises(IntegrityError), transaction.atomic():
        EpochBump.objects.create(sentence="", **kept)


@pytest.mark.django_db(transaction=True)
def test_the_guards_are_back_after_a_migration_that_rebuilt_the_tables(site, row, event):
    with connection.schema_editor() as editor:
        for model, name in ((DomainStatus, "sentence"), (AuditEvent, "actor")):
            old = model._meta.get_field(name)
            new = models.CharField(max_length=250)
            new.set_attributes_from_name(name)
            new.model = model
            editor.alter_field(model, old, new)
            editor.alter_field(model, new, old)
    if connection.vendor == "sqlite":
        with transaction.atomic():  # the old table took its triggers with it
            DomainStatus.objects.filter(pk=row.pk).update(control_epoch=2)
            transaction.set_rollback(True)
    models.signals.post_migrate.send(
        sender=_config(), app_config=_config(), verbosity=0, interactive=False, using="default"
    )
    refuses(
        lambda: DomainStatus.objects.filter(pk=row.pk).update(control_epoch=2),
        lambda: AuditEvent.objects.filter(pk=event.pk).update(action="nothing"),
    )


def test_installing_the_guards_again_changes_nothing(row):
    install_guards(connection)
    install_guards(connection)
    refuses(lambda: DomainStatus.objects.filter(pk=row.pk).update(control_epoch=1))


def _config():
    from django.apps import apps

    return apps.get_app_config("domainguard")
