"""PostgreSQL holds rows back by itself: with the program's own conditions switched off, the wall alone must hold."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Count, Q
from tests import cast as of
from tests import stores
from tests.cast import Cast, Family, cast, families, jilin_pack  # noqa: F401

from diguan import rulebook
from diguan.access import rows, walls
from diguan.access.scope import EVERYTHING, NOTHING, Scope
from diguan.journal.models import Entry
from diguan.registry.models import Household, Observation, Person
from diguan.screening import actions as screening
from diguan.screening.models import Result, Screening, Shortfall
from diguan.server.postgresql import cursors
from diguan.server.postgresql import walls as raised

pytestmark = [stores.on_postgresql, pytest.mark.django_db]


@pytest.fixture
def screened(families: dict[str, Family], jilin_pack: rulebook.Pack) -> Screening:  # noqa: F811
    return screening.run_screening(pack=jilin_pack, as_of=of.AS_OF, by=None, at=of.NOW)


@pytest.fixture
def county(cast: Cast) -> Scope:  # noqa: F811
    """County A, where Household Li lives and Household Zhou does not."""
    return Scope((cast.place(of.COUNTY_A).range,))


@pytest.fixture
def no_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch the first wall off: `within` asks for everything, whatever the scope."""
    monkeypatch.setattr(Scope, "q", lambda self, field="place_number": Q())


def _numbers(model: type[models.Model], scope: Scope) -> set[int]:
    return set(model._default_manager.within(scope).values_list("place_number", flat=True))  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", [Household, Person, Observation, Result, Shortfall])
def test_within_a_county_only_its_rows_are_there(
    model: type[models.Model], screened: Screening, county: Scope, no_condition: None
) -> None:
    assert _numbers(model, EVERYTHING) == {int(of.LIUJIA), int(of.SUNJIA)}
    assert _numbers(model, county) == {int(of.LIUJIA)}
    assert _numbers(model, NOTHING) == set()


def test_scattered_grants_show_exactly_their_rows(families: dict[str, Family], no_condition: None) -> None:  # noqa: F811
    liujia, sunjia = int(of.LIUJIA), int(of.SUNJIA)
    around = Scope(((liujia - 5, liujia), (sunjia + 1, sunjia + 9)))
    assert around.ranges[0][0] < liujia < around.ranges[-1][1]
    assert _numbers(Household, around) == set()
    assert _numbers(Household, around.union(Scope(((sunjia, sunjia + 1),)))) == {sunjia}


def test_counting_adding_up_and_joining_are_held_as_well(
    screened: Screening, county: Scope, no_condition: None
) -> None:
    mine = Household.objects.within(county)
    assert mine.count() == 1
    assert mine.exists()
    assert mine.aggregate(found=Count("members"))["found"] == 2
    assert list(mine.values("place_number").annotate(n=Count("id")).values_list("n", flat=True)) == [1]
    assert mine.distinct().count() == 1
    assert len(list(Result.objects.within(county).select_related("household__place"))) == 1
    assert [row.pk for row in mine.iterator(chunk_size=1)] == [mine.get().pk]


def test_without_a_scope_there_are_no_rows_by_whatever_way(families: dict[str, Family]) -> None:  # noqa: F811
    assert list(Household._base_manager.all()) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_household")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM registry_household WHERE place_number > %s", [0])
        assert cursor.fetchone() == (0,)


def test_a_wide_statement_leaves_nothing_open_for_the_next(families: dict[str, Family], county: Scope) -> None:  # noqa: F811
    assert Household.objects.unscoped("a test").count() == 2
    assert Household._base_manager.count() == 0
    assert Household.objects.within(county).count() == 1
    with transaction.atomic():
        assert Household.objects.unscoped("a test").count() == 2
        with transaction.atomic():
            assert Household.objects.within(county).count() == 1
            transaction.set_rollback(True)
        assert Household._base_manager.count() == 0  # though the server went back to the wider scope
        assert Household.objects.unscoped("a test").count() == 2


def test_rows_are_fetched_under_their_own_scope_though_others_are_asked_between(
    screened: Screening, county: Scope
) -> None:
    found = Household.objects.unscoped("a test").order_by("id").iterator(chunk_size=1)
    first = next(found)
    assert Household.objects.within(county).count() == 1
    assert Household._base_manager.count() == 0
    assert [first.place_number, *(row.place_number for row in found)] == [int(of.LIUJIA), int(of.SUNJIA)]


def test_a_row_is_neither_moved_nor_put_out_of_scope(families: dict[str, Family], county: Scope) -> None:  # noqa: F811
    for change in (
        lambda: Household.objects.within(county).update(place_number=int(of.SUNJIA)),
        lambda: Household.objects.within(county).create(
            key=uuid.uuid4(), place_id=1, place_number=int(of.SUNJIA), registered_at=of.NOW, registered_by_name="x"
        ),
    ):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            change()
    assert _numbers(Household, EVERYTHING) == {int(of.LIUJIA), int(of.SUNJIA)}


def test_another_countys_rows_are_neither_changed_nor_removed(
    screened: Screening, county: Scope, no_condition: None
) -> None:
    assert Household.objects.within(county).update(name="changed") == 1
    Result.objects.within(county).delete()
    assert set(Household.objects.unscoped("a test").values_list("name", flat=True)) == {"changed", "Zhou Youtian"}
    assert _numbers(Result, EVERYTHING) == {int(of.SUNJIA)}


def test_a_page_shows_nothing_beyond_its_readers_grants_though_it_asks_for_everything(
    screened: Screening,
    cast: Cast,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Scope, "q", lambda self, field="place_number": Q())
    monkeypatch.setattr(Scope, "contains", lambda self, number: True)
    for who, seen in {"qian": {"Li Guirong"}, "zhao": {"Li Guirong", "Zhou Youtian"}}.items():
        page = cast.client(who).get("/households/").content.decode()
        assert {name for name in ("Li Guirong", "Zhou Youtian") if name in page} == seen


def test_the_application_neither_owns_its_tables_nor_passes_the_walls() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        assert cursor.fetchone() == (0,)
    assert list(raised.faults(connection)) == []


@pytest.mark.parametrize("model", rows.scoped_models(), ids=lambda model: model._meta.db_table)
def test_every_model_with_a_scope_has_its_wall(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relrowsecurity, c.relforcerowsecurity, count(p.polname) FROM pg_class c
               LEFT JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relname = %s GROUP BY 1, 2""",
            [model._meta.db_table],
        )
        assert cursor.fetchone() == (True, True, 1)


@pytest.mark.parametrize(
    "model", [m for m in apps.get_models() if hasattr(m, "VERBS")], ids=lambda model: model._meta.db_table
)
def test_the_application_may_only_what_a_model_says(model: type[models.Model]) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        for verb in raised.ALL_VERBS:
            cursor.execute("SELECT has_table_privilege(%s, %s)", [table, verb])
            assert cursor.fetchone() == (verb in raised.verbs_of(model),)


def test_the_journal_is_neither_changed_nor_emptied_by_the_application(families: dict[str, Family]) -> None:  # noqa: F811
    before = Entry.objects.count()
    for statement in ("UPDATE journal_entry SET verb = 'x'", "DELETE FROM journal_entry", "TRUNCATE journal_entry"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert Entry.objects.count() == before


class TestOutsideTransactions:
    """As requests run: every statement is a transaction of its own."""

    @pytest.fixture
    def settled(self, transactional_db: None) -> Scope:
        made, pack = of.assemble(), of.shipped_pack()
        for family in (of.family_li(pack), of.family_zhou(pack)):
            of.settle(family, pack)
        return Scope((made.place(of.COUNTY_A).range,))

    def test_the_scope_goes_with_the_statement_and_is_gone_after_it(self, settled: Scope) -> None:
        assert connection.get_autocommit()
        assert Household.objects.within(settled).count() == 1
        assert [row.name for row in Household.objects.unscoped("a test").order_by("id").iterator(chunk_size=1)] == [
            "Li Guirong",
            "Zhou Youtian",
        ]
        assert Household._base_manager.count() == 0
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(current_setting('{cursors.RANGES}', true), '')")
            assert cursor.fetchone() == ("",)

    def test_two_readers_at_once_see_each_their_own(self, settled: Scope) -> None:
        seen: dict[str, int] = {}

        def read(name: str, scope: Scope) -> None:
            try:
                seen[name] = sum(Household.objects.within(scope).count() for _ in range(20))
            finally:
                connection.close()

        readers = [threading.Thread(target=read, args=pair) for pair in (("a", settled), ("b", NOTHING))]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        assert seen == {"a": 20, "b": 0}

    def test_many_rows_are_changed_under_one_scope(self, settled: Scope) -> None:
        with walls.standing(settled), connection.cursor() as cursor:
            cursor.executemany("UPDATE registry_household SET name = %s WHERE name = %s", [("a", "Li Guirong"), ("b", "Zhou Youtian")])  # fmt: skip
        assert set(Household.objects.unscoped("a test").values_list("name", flat=True)) == {"a", "Zhou Youtian"}
