"""An entry as bytes: what is hashed when it is sealed.

`entry/1`, then for each column in the order id, at, actor_id, actor_name, verb, subject_type, subject_key, place_number,
detail a comma and either `-`, if it is NULL, or the length of its text in bytes, a colon, and the text. All is UTF-8.
Numbers are decimal, `at` is `YYYY-MM-DD HH:MM:SS.ffffff` in UTC, and detail is the text that stands in the database.

The database itself puts them together, so that hundreds of thousands cost little more than their hashes. SQLite keeps
values of any kind in any column: one that is not of its column's kind adds a `?` at the end, which no honest entry has.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

_FETCHED = 4096
_TEXTS = ("actor_name", "verb", "subject_type", "subject_key", "detail")
_OF_THEIR_KIND = " AND ".join(
    [
        *(f"typeof({name}) = 'text'" for name in ("at", *_TEXTS)),
        *(f"typeof({name}) IN ('integer', 'null')" for name in ("actor_id", "place_number")),
    ]
)
_SQLITE = (
    "CAST(printf('entry/1,%d:%d,26:%s,%s,%d:%s,%d:%s,%d:%s,%d:%s,%s,%d:%s%s', length(id), id, "
    "at || CASE length(at) WHEN 19 THEN '.000000' ELSE '' END, ifnull(length(actor_id) || ':' || actor_id, '-'), "
    "length(CAST(actor_name AS BLOB)), actor_name, length(CAST(verb AS BLOB)), verb, "
    "length(CAST(subject_type AS BLOB)), subject_type, length(CAST(subject_key AS BLOB)), subject_key, "
    "ifnull(length(place_number) || ':' || place_number, '-'), length(CAST(detail AS BLOB)), detail, "
    f"CASE WHEN {_OF_THEIR_KIND} THEN '' ELSE '?' END) AS BLOB)"
)
_POSTGRESQL = (
    "convert_to(concat('entry/1,', length(id::text), ':', id, ',26:', "
    "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), ',', coalesce(length(actor_id::text) || ':' || actor_id, '-'), "
    "',', octet_length(actor_name), ':', actor_name, ',', octet_length(verb), ':', verb, "
    "',', octet_length(subject_type), ':', subject_type, ',', octet_length(subject_key), ':', subject_key, "
    "',', coalesce(length(place_number::text) || ':' || place_number, '-'), ',', octet_length(detail), ':', detail), 'UTF8')"
)
_SQL = {
    vendor: f"SELECT id, {leaf} FROM journal_entry WHERE id BETWEEN %s AND %s ORDER BY id LIMIT %s"
    for vendor, leaf in {"sqlite": _SQLITE.replace("%", "%%"), "postgresql": _POSTGRESQL}.items()
}
Leaf = tuple[int, bytes]


def read(connection: BaseDatabaseWrapper, first: int, last: int, limit: int) -> Iterator[Leaf]:
    """Yield number and bytes of the entries from first to last, in their order, at most so many."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL[connection.vendor], [first, last, limit])
        while rows := cursor.fetchmany(_FETCHED):
            for number, content in rows:
                yield number, bytes(content)


def renumbered(content: bytes, number: int) -> bytes:
    """Return the bytes this entry would have under another number."""
    _name, _number, rest = content.split(b",", 2)
    return b"entry/1,%d:%d,%b" % (len(str(number)), number, rest)


def fields(content: bytes) -> list[str | None]:
    """Return the nine columns that the bytes hold. Raises: ValueError if they are no entry."""
    head, rest = content[:7], content[7:]
    if head != b"entry/1":
        raise ValueError(head)
    found: list[str | None] = []
    while rest:
        if rest[:2] in (b",-", b",-,"):
            found.append(None)
            rest = rest[2:]
            continue
        length, _colon, after = rest[1:].partition(b":")
        found.append(after[: int(length)].decode())
        rest = after[int(length) :]
    if len(found) != 9:
        raise ValueError(found)
    return found
