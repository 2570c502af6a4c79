"""Many rows at once into the database's tables, each store in its quickest way.

On SQLite that is `executemany`, ten times as fast as model instances. On PostgreSQL it is COPY into a temporary table
and one statement from there, because COPY into a table with row-level security is refused.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import DatabaseError, connection, models, transaction

Row = Sequence[Any]
_T = TypeVar("_T")

FEW = 50  # rows for which a table of their own is not worth making
# From so many rows on, and when a table has grown by so large a part, the server looks at it anew: of one that was empty
# when it last did, it would join every row with every other.
_MANY, _PART = 1_000, 0.2
ATTEMPTS = 6
# Another transaction put the same key on file meanwhile, or the two waited for each other.
_CAME_BETWEEN = ("23505", "40P01", "40001")


def insert(table: str, columns: Sequence[str], batches: Iterable[Sequence[Row]]) -> None:
    """Insert rows whose values are as the database stores them."""
    names = ", ".join(_quoted(columns))
    marks = ", ".join(["%s"] * len(columns))
    one_by_one = f"INSERT INTO {_quote(table)} ({names}) VALUES ({marks})"
    _carry(
        table, columns, batches, one_by_one, f"INSERT INTO {_quote(table)} ({names}) SELECT {names} FROM {{carried}}"
    )


def update(table: str, columns: Sequence[str], batches: Iterable[Sequence[Row]]) -> None:
    """Set columns by primary key; rows are (values …, id)."""
    names, key = _quoted(columns), _quote("id")
    one_by_one = f"UPDATE {_quote(table)} SET {', '.join(f'{name} = %s' for name in names)} WHERE {key} = %s"
    all_at_once = (
        f"UPDATE {_quote(table)} AS kept SET {', '.join(f'{name} = carried.{name}' for name in names)} "
        f"FROM {{carried}} AS carried WHERE kept.{key} = carried.{key}"
    )
    _carry(table, [*columns, "id"], batches, one_by_one, all_at_once)


def reserve(model: type[models.Model], count: int) -> list[int]:
    """Return so many primary keys that nobody else gets, ascending; inside the transaction that uses them."""
    table = model._meta.db_table
    if count == 0:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return sorted(row[0] for row in cursor.fetchall())
        # The transaction is the only writer, so nobody numbers a row between here and the insert.
        cursor.execute(
            f"SELECT max(coalesce((SELECT max(id) FROM {_quote(table)}), 0), "
            "coalesce((SELECT seq FROM sqlite_sequence WHERE name = %s), 0))",
            [table],
        )
        first = int(cursor.fetchone()[0]) + 1
    return list(range(first, first + count))


def repeated(work: Callable[[], _T]) -> _T:
    """Do a piece of work, and again from its beginning where another transaction came between; it must be atomic."""
    for left in reversed(range(ATTEMPTS)):
        try:
            return work()
        except DatabaseError as error:
            if left == 0 or getattr(error.__cause__, "sqlstate", None) not in _CAME_BETWEEN:
                raise
    raise AssertionError


def one_at_a_time(name: str) -> None:
    """Let one transaction of this name at a time go on, and the others wait for it. On SQLite all do anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = 0")
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"diguan {name}"])


class Interruptible:
    """The connection of the thread that makes this, as work that another thread may interrupt (engine.progress.Work)."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self._raw: Any = connection.connection
        self._interrupt = self._raw.cancel_safe if connection.vendor == "postgresql" else self._raw.interrupt
        self.done = 0.0
        self.others: list[Callable[[], None]] = []  # what else it may be waiting for

    def share(self) -> float:
        return min(self.done, 1.0)

    def interrupt(self) -> None:
        for each in (*self.others, self._interrupt):
            each()


@contextmanager
def standing_still() -> Iterator[None]:
    """Read the database as it is at one moment, however long it takes, without holding up its writers."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # not atomic(), which would wait in the queue of writers
        try:
            yield
        finally:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("ROLLBACK")
            except DatabaseError:
                # A reading that was interrupted, and is not closed yet, lets nothing else through.
                connection.close()


def _carry(
    table: str, columns: Sequence[str], batches: Iterable[Sequence[Row]], one_by_one: str, from_carried: str
) -> None:
    count = 0
    with connection.cursor() as cursor:
        for rows in batches:
            count += len(rows)
            if connection.vendor == "postgresql" and len(rows) > FEW:
                _copy(cursor, table, columns, rows, from_carried)
            else:
                cursor.executemany(one_by_one, rows)
        if connection.vendor == "postgresql" and count >= _MANY:
            _look_anew(cursor, table, count)


def _copy(cursor: Any, table: str, columns: Sequence[str], rows: Sequence[Row], from_carried: str) -> None:
    carried, names = _quote(f"carried_{table}"), ", ".join(_quoted(columns))
    cursor.execute(f"CREATE TEMP TABLE {carried} AS SELECT {names} FROM {_quote(table)} WITH NO DATA")
    with cursor.copy(f"COPY {carried} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(from_carried.format(carried=carried))
    cursor.execute(f"DROP TABLE {carried}")


def _look_anew(cursor: Any, table: str, count: int) -> None:
    cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [_quote(table)])
    if count > _PART * cursor.fetchone()[0]:
        cursor.execute("SELECT diguan_analyze(%s::regclass)", [_quote(table)])


def _quoted(columns: Iterable[str]) -> list[str]:
    return [_quote(column) for column in columns]


def _quote(name: str) -> str:
    return str(connection.ops.quote_name(name))
