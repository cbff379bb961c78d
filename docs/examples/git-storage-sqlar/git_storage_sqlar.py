"""SQLite archives (https://sqlite.org/sqlar.html) as storages: many objects in one file."""

import sqlite3
import zlib
from contextlib import closing, contextmanager
from hashlib import sha256

from gitstore.core.errors import Missing, Refused, Unreachable, Unsupported
from gitstore.core.store import Abilities, Conditional, Found, Reading
from gitstore.core.versions import equal, version

FILES = "SELECT name, sz, data FROM sqlar WHERE mode & 61440 = 32768 AND "  # no directories
WRITE = "REPLACE INTO sqlar VALUES (?, 33188, CAST(strftime('%s', 'now') AS INT), ?, ?)"


def open_store(place, _credentials):
    place.chosen()  # refuses every option, because this provider has none
    _, here, file = place.identity.partition("sqlar://localhost/")
    if not here:
        raise Unsupported(f"{place.identity} is not sqlar://localhost/PATH/OF/THE/ARCHIVE")
    return Archive(place.identity, f"file:/{file}?mode=rw")


def named(name, size, data):
    return name, version(size, {"etag": sha256(data).hexdigest()[:32]}), data


class Archive:
    def __init__(self, identity, file):
        self.identity, self.file = identity, file

    def abilities(self):
        return Abilities(*[Conditional.ENFORCED] * 3, parallel=1)

    @contextmanager
    def found(self, condition, key, begin="BEGIN"):
        try:
            with closing(sqlite3.connect(self.file, isolation_level=None, uri=True)) as db, db:
                db.execute(begin)
                yield db, (named(*row) for row in db.execute(FILES + condition, [key]))
        except sqlite3.Error as error:
            raise Unreachable(f"{self.identity}: {error}") from error

    def list(self, prefix):
        with self.found("substr(name, 1, length(?1)) = ?1", prefix) as (_, rows):
            return iter([Found(name, current) for name, current, _ in rows])

    def stat(self, key):
        with self.found("name = ?", key) as (_, rows):
            return next((current for _, current, _ in rows), None)

    def read(self, key, expect, span=None):
        with self.found("name = ?", key) as (_, rows):
            for _, current, data in rows:
                if expect is not None and not equal(current, expect):
                    raise Refused(f"{key!r} is not the expected version", key=key)
                whole = data if len(data) == current.size else zlib.decompress(data)
                return Reading(current, iter([whole[span.start : span.stop] if span else whole]))
        raise Missing(f"no object {key!r}", key=key)

    def write(self, key, source, expect):
        with source.open() as stream:
            data = stream.read()
        self.change(key, expect, WRITE, [key, len(data), data])
        return named(key, len(data), data)[1]

    def delete(self, key, expect):
        self.change(key, expect, "DELETE FROM sqlar WHERE name = ?", [key])

    def change(self, key, expect, statement, values):
        with self.found("name = ?", key, "BEGIN IMMEDIATE") as (db, rows):
            current = next((current for _, current, _ in rows), None)
            if (current or expect) and not equal(current, expect):
                raise Refused(f"{key!r} is not the version to replace", key=key)
            db.execute(statement, values)

    def versions(self, key):
        raise Unsupported(f"{self.identity} keeps no old versions", key=key)
