from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('domainguard', '0006_limits'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='observation',
            index=models.Index(fields=['at', 'source', 'outcome'], name='domainguard_obs_by_time'),
        ),
    ]
