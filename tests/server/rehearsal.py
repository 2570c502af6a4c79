"""python -m tests.server.rehearsal STEP: what a rehearsal of a restore does inside an installation of its own."""

import json
import sys
import time
import uuid

import django


def main(step: str) -> int:
    django.setup()
    sys.stdout.write(json.dumps({"found": found, "write": write, "tell": tell, "sessions": sessions}[step]()) + "\n")
    return 0


def found() -> dict[str, object]:
    """Put the cast on file, screen it, seal the journal, and let a file wait to be imported."""
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone
    from tests import cast as of

    from diguan.access.models import User
    from diguan.intake import actions as intake
    from diguan.journal import checkpoints, sealing
    from diguan.screening import actions

    call_command("migrate", verbosity=0)
    of.assemble()
    pack = of.shipped_pack()
    for family in (of.family_li(pack), of.family_zhou(pack)):
        of.settle(family, pack)
    done = actions.run_screening(pack=pack, as_of=of.AS_OF, by=None, at=timezone.now(), draft=True)
    intake.receive(files=[("people.csv", [b"made up"])], pack_id=pack.id, source="visit", by=None, at=timezone.now())
    Client().force_login(User.objects.get(username="zhao"))
    sealing.seal(at=timezone.now())
    checkpoints.keep(at=timezone.now())
    return {"households": done.counts["households"]}


def write() -> dict[str, object]:
    """Visit Household Li again and again, until the program is ended."""
    from django.utils import timezone
    from tests import cast as of

    from diguan.registry import actions
    from diguan.registry.batch import Batch, ObservationRow

    pack = of.shipped_pack()
    household = of.family_li(pack).key
    for number in range(1_000_000):
        said = {"household": {"family_support": str(number)}, "persons": {}}
        row = ObservationRow(uuid.uuid4(), household, "visit", of.VISITED_ON, said)
        actions.record_observations(batch=Batch(observations=[row]), pack=pack, by=None, at=timezone.now())
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        time.sleep(0.01)
    return {}


def sessions() -> dict[str, object]:
    """Say how many are signed in."""
    from django.contrib.sessions.models import Session

    return {"count": Session.objects.count()}


def tell() -> dict[str, object]:
    """Say what is on file, whether facts and observations of Household Li agree, and what its page shows to Zhao."""
    from django.conf import settings
    from django.test import Client
    from tests import cast as of

    from diguan.access.models import User
    from diguan.access.scope import EVERYTHING
    from diguan.journal.models import Entry
    from diguan.registry import as_of, queries
    from diguan.registry.models import Household, Observation, Person
    from diguan.screening.models import Screening

    settings.ALLOWED_HOSTS, settings.SECOND_FACTOR = ["testserver"], "optional"
    pack = of.shipped_pack()
    li = queries.household(EVERYTHING, of.family_li(pack).key)
    replayed = as_of.facts_as_of(EVERYTHING, li, of.AS_OF, pack=pack)
    client = Client()
    client.force_login(User.objects.get(username="zhao"))
    page = client.get(f"/households/{li.key}/")
    listed = client.get("/households/")
    counts = {model.__name__: model.objects.unscoped("a test").count() for model in (Household, Person, Observation)}
    return {
        **counts,
        "agree": li.facts == replayed.household,
        "li": li.name,
        "place": li.place.name,
        "page": page.status_code,
        "shows_name": "Li Guirong" in page.content.decode(),
        "list": listed.status_code,
        "folder": Screening.objects.get(is_current=True).folder,
        "restored": Entry.objects.filter(verb="backup.restored").count(),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
