"""The promises about the verbs: what they give, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.contract import bytes_of, made, promise, refuses
from gitstore.core.errors import Missing, Refused, Unsupported
from gitstore.core.many import Given, Wanted, Whole, read_many, write_many
from gitstore.core.store import Conditional, Span, Store
from gitstore.core.versions import Version, equal, has_place

_WRITERS = 8


def _an_empty_prefix_lists_nothing(store: Store, prefix: str) -> None:
    promise(list(store.list(prefix)) == [], "a prefix that nobody wrote to lists something")
    promise(store.stat(prefix + "a") is None, "an object that nobody wrote is there")


def _a_listing_holds_every_object_once(store: Store, prefix: str) -> None:
    keys = [prefix + name for name in ("a", "b/c", "b/d/e", "b-", "bb", "z")]
    for key in keys:
        made(store, key, key.encode())
    listed = [found.key for found in store.list(prefix)]
    promise(sorted(listed) == sorted(keys), f"the listing gave {listed} for {keys}")
    below = sorted(found.key for found in store.list(prefix + "b"))
    promise(below == sorted(keys[1:5]), f"the listing of a partial name gave {below}")


def _list_stat_read_and_write_name_a_version_alike(store: Store, prefix: str) -> None:
    key = prefix + "a"
    written = made(store, key, b"one")
    seen = store.stat(key)
    listed = [found.version for found in store.list(prefix)]
    read = store.read(key, None).version
    promise(has_place(written), "the answer of a write names no version")
    promise(len(listed) == 1 and seen is not None, "a written object is not there")
    for other in (*listed, seen, read):
        promise(equal(written, other), f"{other} is not recognised as what was written: {written}")
    for spelled in listed[0].ids:
        said = seen is not None and spelled in seen.ids
        promise(said, f"the listing says {spelled}, stat does not")


def _what_was_written_is_read(store: Store, prefix: str) -> None:
    data = bytes(range(256)) * 300
    version = made(store, prefix + "a", data)
    promise(version.size == len(data), f"{len(data)} bytes became {version.size}")
    promise(bytes_of(store, prefix + "a") == data, "other bytes came back")
    promise(bytes_of(store, prefix + "a", version) == data, "other bytes came back by version")


def _an_empty_object_is_an_object(store: Store, prefix: str) -> None:
    version = made(store, prefix + "a", b"")
    promise(version.size == 0, f"an empty object has the size {version.size}")
    promise(bytes_of(store, prefix + "a", version) == b"", "an empty object has bytes")
    promise([f.key for f in store.list(prefix)] == [prefix + "a"], "an empty object is not listed")


def _a_span_gives_exactly_its_bytes(store: Store, prefix: str) -> None:
    data = bytes(range(200))
    version = made(store, prefix + "a", data)
    for start, stop in ((0, 1), (0, 200), (17, 99), (199, 200), (150, 1000), (5, 5)):
        reading = store.read(prefix + "a", version, Span(start, stop))
        promise(
            b"".join(reading.chunks) == data[start:stop],
            f"the bytes {start} to {stop} came back different",
        )
        promise(reading.version.size == 200, "a span's version has not the size of the object")


def _creating_refuses_to_replace(store: Store, prefix: str) -> None:
    first = made(store, prefix + "a", b"one")
    refuses(lambda: made(store, prefix + "a", b"two"), "creating what is there")
    refuses(lambda: made(store, prefix + "a", b"one"), "creating what is there with equal bytes")
    promise(bytes_of(store, prefix + "a", first) == b"one", "a refused create changed the object")


def _replacing_needs_the_right_version(store: Store, prefix: str) -> None:
    key = prefix + "a"
    first = made(store, key, b"one")
    second = store.write(key, BytesSource(b"two"), first)
    promise(not equal(first, second), "two versions have one name")
    promise(bytes_of(store, key) == b"two", "replacing did not replace")
    refuses(lambda: store.write(key, BytesSource(b"six"), first), "replacing an older version")
    promise(bytes_of(store, key) == b"two", "a refused write changed the object")
    bare = replace(second, ids=())
    refuses(lambda: store.write(key, BytesSource(b"six"), bare), "replacing an unknown version")


def _replacing_what_is_gone_is_refused(store: Store, prefix: str) -> None:
    key = prefix + "a"
    gone = made(store, key, b"one")
    store.delete(key, gone)
    refuses(lambda: store.write(key, BytesSource(b"two"), gone), "replacing what is gone")
    promise(store.stat(key) is None, "a refused write made an object")


def _deleting_needs_the_right_version(store: Store, prefix: str) -> None:
    key = prefix + "a"
    first = made(store, key, b"one")
    second = store.write(key, BytesSource(b"two"), first)
    refuses(lambda: store.delete(key, first), "deleting an older version")
    bare = replace(second, ids=())
    refuses(lambda: store.delete(key, bare), "deleting an unknown version")
    promise(bytes_of(store, key) == b"two", "a refused delete changed the object")
    store.delete(key, second)
    promise(store.stat(key) is None, "a deleted object is there")
    promise(list(store.list(prefix)) == [], "a deleted object is listed")
    refuses(lambda: store.delete(key, second), "deleting what is gone")


def _what_was_deleted_can_be_created_again(store: Store, prefix: str) -> None:
    key = prefix + "a"
    store.delete(key, made(store, key, b"one"))
    made(store, key, b"two")
    promise(bytes_of(store, key) == b"two", "creating after deleting did not create")


def _reading_refuses_what_changed(store: Store, prefix: str) -> None:
    key = prefix + "a"
    first = made(store, key, b"one")
    store.write(key, BytesSource(b"two"), first)
    unnamed = replace(first, ids=_of_now(first))
    refuses(lambda: bytes_of(store, key, unnamed), "reading an older version as if it were current")


def _many_reads_answer_what_one_does(store: Store, prefix: str) -> None:
    contents = {prefix + f"many-{number}": b"x" * number for number in range(12)}
    versions = {key: made(store, key, data) for key, data in contents.items()}
    changed, gone = prefix + "many-7", prefix + "many-8"
    store.write(changed, BytesSource(b"another"), versions[changed])
    store.delete(gone, versions[gone])
    asked = [Wanted(key, replace(v, ids=_of_now(v))) for key, v in versions.items()]
    answered = {one.key: result for batch in read_many(store, asked) for one, result in batch}
    promise(len(answered) == len(asked), f"of {len(asked)} reads {len(answered)} were answered")
    for key, result in answered.items():
        if key == changed:
            promise(isinstance(result, Refused), "one of many reads gave a changed object")
        elif key == gone:
            told = isinstance(result, Missing | Refused)
            promise(told, "one of many reads gave an object that is gone")
        else:
            right = isinstance(result, Whole) and result.data == contents[key]
            promise(right, f"one of many reads gave other bytes: {result}")
            named = isinstance(result, Whole) and equal(result.version, versions[key])
            promise(named, "one of many reads names another version")


def _many_writes_do_what_one_does(store: Store, prefix: str) -> None:
    there, gone = prefix + "there", prefix + "gone"
    first = made(store, there, b"one")
    second = store.write(there, BytesSource(b"two"), first)
    lost = made(store, gone, b"x")
    store.delete(gone, lost)
    new = [Given(prefix + f"new-{n}", BytesSource(b"x" * n), None) for n in range(6)]
    good = [*new, Given(prefix + "there", BytesSource(b"three"), second)]
    bad = [Given(there, BytesSource(b"four"), None), Given(gone, BytesSource(b"y"), lost)]
    for writes, refused in ((good, False), (bad, True)):
        done = [each for batch in write_many(store, writes) for each in batch]
        promise(len(done) == len(writes), f"of {len(writes)} writes {len(done)} were answered")
        for one, result in done:
            told = isinstance(result, Refused) if refused else isinstance(result, Version)
            promise(told, f"one of many writes came to {result}")
            if isinstance(result, Version):
                current = store.stat(one.key)
                promise(equal(current, result), f"a write said {result}, and there is {current}")
                with one.source.open() as stream:
                    promise(bytes_of(store, one.key) == stream.read(), "other bytes arrived")
    promise(bytes_of(store, there) == b"three", "a refused write among many changed the object")
    promise(store.stat(gone) is None, "a refused write among many made an object")


def _reading_what_is_gone_says_so(store: Store, prefix: str) -> None:
    try:
        store.read(prefix + "a", None)
    except Missing:
        return
    promise(False, "reading what is not there did not raise Missing")


def _old_versions_can_be_read_where_they_are_kept(store: Store, prefix: str) -> None:
    key = prefix + "a"
    made(store, key + "b", b"not this one")
    first = made(store, key, b"one")
    second = store.write(key, BytesSource(b"two"), first)
    try:
        kept = list(store.versions(key))
    except Unsupported:
        return
    promise(equal(kept[0], second), "the newest version does not come first")
    contents = [bytes_of(store, key, version) for version in kept]
    promise(contents in ([b"two", b"one"], [b"two"]), f"the versions hold {contents}")


def _one_of_many_creators_wins(store: Store, prefix: str) -> None:
    if store.abilities().create is not Conditional.ENFORCED:
        return
    won = _race(lambda data: made(store, prefix + "a", data))
    promise(len(won) == 1, f"{len(won)} of {_WRITERS} creators won")
    promise(bytes_of(store, prefix + "a") == won[0], "another creator's bytes are there")


def _one_of_many_replacers_wins(store: Store, prefix: str) -> None:
    if store.abilities().swap is not Conditional.ENFORCED:
        return
    first = made(store, prefix + "a", b"one")
    won = _race(lambda data: store.write(prefix + "a", BytesSource(data), first))
    promise(len(won) == 1, f"{len(won)} of {_WRITERS} replacers won")
    promise(bytes_of(store, prefix + "a") == won[0], "another replacer's bytes are there")


def _race(write: Callable[[bytes], Version]) -> list[bytes]:
    """The bytes of the writers that were not refused, of several at the same time."""
    together = Barrier(_WRITERS)

    def one(number: int) -> bytes | None:
        data = f"writer {number}".encode()
        together.wait()
        try:
            write(data)
        except Refused:
            return None
        return data

    with ThreadPoolExecutor(_WRITERS) as pool:
        return [data for data in pool.map(one, range(_WRITERS)) if data is not None]


def _of_now(version: Version) -> tuple[str, ...]:
    """The identifiers by which only the current object can be asked for."""
    return tuple(i for i in version.ids if not i.startswith(("version:", "generation:")))


CHECKS = (
    _an_empty_prefix_lists_nothing,
    _a_listing_holds_every_object_once,
    _list_stat_read_and_write_name_a_version_alike,
    _what_was_written_is_read,
    _an_empty_object_is_an_object,
    _a_span_gives_exactly_its_bytes,
    _creating_refuses_to_replace,
    _replacing_needs_the_right_version,
    _replacing_what_is_gone_is_refused,
    _deleting_needs_the_right_version,
    _what_was_deleted_can_be_created_again,
    _reading_refuses_what_changed,
    _many_reads_answer_what_one_does,
    _many_writes_do_what_one_does,
    _reading_what_is_gone_says_so,
    _old_versions_can_be_read_where_they_are_kept,
    _one_of_many_creators_wins,
    _one_of_many_replacers_wins,
)
