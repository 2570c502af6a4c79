import hashlib

from django.db import migrations

from diguan.intake.vocabulary import compared


def _name_words(apps, schema_editor):
    """Layouts kept the words of cells as they stood there; from now on they keep their names."""
    layouts = apps.get_model('intake', 'Layout')
    for layout in layouts.objects.all():
        for column in layout.columns.values():
            column['values'] = {
                hashlib.sha256(compared(word).encode()).hexdigest()[:24]: ours
                for word, ours in column.get('values', {}).items()
            }
        layout.save(update_fields=['columns'])


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(_name_words, migrations.RunPython.noop, elidable=True),
    ]
