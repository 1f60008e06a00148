"""What the lists of the admin are sorted by, and the counts that its dashboard shows."""

import domainguard.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("domainguard", "0009_audit_chain"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("at", domainguard.models.fields.InstantField(verbose_name="counted")),
                ("domains", models.PositiveIntegerField(verbose_name="domains")),
                ("held", models.PositiveIntegerField(verbose_name="domains on hold")),
                ("deverified", models.PositiveIntegerField(verbose_name="de-verified accounts")),
                ("figures", models.JSONField(default=dict, verbose_name="figures")),
            ],
            options={
                "verbose_name": "dashboard",
                "verbose_name_plural": "dashboard",
                "ordering": ["-day"],
            },
        ),
        migrations.AddField(
            model_name="deverification",
            name="account_name",
            field=models.CharField(blank=True, max_length=255, verbose_name="account"),
        ),
        migrations.AddField(
            model_name="deverification",
            name="downloads",
            field=models.PositiveBigIntegerField(
                blank=True, null=True, verbose_name="downloads at stake"
            ),
        ),
        migrations.AddField(
            model_name="deverification",
            name="impact",
            field=models.PositiveIntegerField(default=0, verbose_name="what hangs on it"),
        ),
        migrations.AddField(
            model_name="deverification",
            name="last_sign_in_at",
            field=domainguard.models.fields.InstantField(
                blank=True, null=True, verbose_name="last sign-in"
            ),
        ),
        migrations.AddField(
            model_name="deverification",
            name="projects",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="projects at stake"
            ),
        ),
        migrations.AddField(
            model_name="deverification",
            name="second_factor",
            field=models.BooleanField(default=False, verbose_name="second factor"),
        ),
        migrations.AddField(
            model_name="deverification",
            name="sole_owner",
            field=models.BooleanField(default=False, verbose_name="sole owner"),
        ),
        migrations.AddField(
            model_name="domainstatus",
            name="addresses",
            field=models.PositiveIntegerField(default=0, verbose_name="addresses"),
        ),
        migrations.AddIndex(
            model_name="deverification",
            index=models.Index(
                condition=models.Q(("restored_at", None)),
                fields=["-impact", "-id"],
                name="domainguard_still_out",
            ),
        ),
        migrations.AddIndex(
            model_name="domainstatus",
            index=models.Index(fields=["-held", "domain"], name="domainguard_held_first"),
        ),
        migrations.AddIndex(
            model_name="domainstatus",
            index=models.Index(fields=["expires_at"], name="domainguard_by_expiry"),
        ),
        migrations.AddIndex(
            model_name="reviewcase",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=["-opened_at"],
                name="domainguard_open_cases",
            ),
        ),
    ]
