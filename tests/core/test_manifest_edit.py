"""Edits by splicing: what was meant changes, everything else stays byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitstore.core.errors import FormatError, UnknownName
from gitstore.core.manifest import Access, DataPath, Manifest, Mode, StorageSpec, parse_manifest
from gitstore.core.manifest_edit import (
    add_data_path,
    add_storage,
    checked,
    remove_data_path,
    remove_storage,
    rename_data_path,
    set_value,
)
from gitstore.core.yaml_text import quoted

TEXT = """\
# top
version: 1   # one

storages:
    # before survey
    survey:      # the survey
        url: 's3://sky-survey/release-3'   # quoted

        # inside
        region: eu-west-1
    # after survey

data:   # the data
  # raw
  data/raw:
    storage: survey
    prefix: 2023/   # one year
    include:
      - "*.fits"   # images
      - '*.txt'
  "data/b":  {storage: survey, prefix: b/}
# end
"""

COMMENTS = [line.strip() for line in TEXT.splitlines() if line.strip().startswith("#")]


def test_an_empty_file_becomes_a_minimal_one() -> None:
    spec = StorageSpec("s", "s3://bkt/x")

    assert add_storage("", spec) == "version: 1\nstorages:\n  s:\n    url: s3://bkt/x\n"


def test_a_file_of_comments_keeps_them() -> None:
    text = add_storage("# ours", StorageSpec("s", "s3://bkt/x"))

    assert text == "# ours\nversion: 1\nstorages:\n  s:\n    url: s3://bkt/x\n"


def test_a_storage_is_added_after_the_others_in_their_layout() -> None:
    text = add_storage(TEXT, StorageSpec("t", "../x y", anonymous=True, description="yes"))

    added = '    t:\n        url: "../x y"\n        anonymous: true\n        description: "yes"\n'
    assert text == TEXT.replace("region: eu-west-1\n", "region: eu-west-1\n" + added)


def test_a_data_path_is_added_after_the_others() -> None:
    entry = DataPath(
        "d ü", "survey", "x/", Mode.MOUNT, Access.READ, include=("*.a", "!b"), exclude=("%c",)
    )
    text = add_data_path(TEXT, entry)

    added = (
        '  "d ü":\n    storage: survey\n    prefix: x/\n    mode: mount\n    access: read\n'
        '    include: ["*.a", "!b"]\n    exclude: ["%c"]\n'
    )
    assert text == TEXT.replace("# end\n", added + "# end\n")


@pytest.mark.parametrize("empty", ["data:  # none yet\n", "data: {}  # none yet\n", ""])
def test_an_empty_section_gets_its_first_entry(empty: str) -> None:
    text = "version: 1\n" + empty + "storages:\n  s: {url: ../x}\n"

    edited = add_data_path(text, DataPath("d", "s"))

    assert list(parse_manifest(edited).data) == ["d"]
    assert "# none yet" in edited or not empty


def test_a_section_in_braces_cannot_be_spliced() -> None:
    text = "version: 1\nstorages: {s: {url: ../x}}\n"

    attempts: list[Callable[[], str]] = [
        lambda: add_storage(text, StorageSpec("t", "../y")),
        lambda: remove_storage(text, "s"),
        lambda: set_value(text, "storages", "s", "region", "x"),
        lambda: add_storage("{version: 1}\n", StorageSpec("t", "../y")),
    ]
    for edit in attempts:
        with pytest.raises(FormatError) as raised:
            edit()
        assert raised.value.hint == "edit .storage.yaml by hand"


def test_removing_takes_the_entry_and_leaves_the_comments_around_it() -> None:
    text = remove_data_path(TEXT, "data/raw")

    assert text == TEXT[: TEXT.index("  data/raw")] + TEXT[TEXT.index('  "data/b"') :]


def test_removing_the_last_entries_leaves_a_manifest() -> None:
    text = remove_storage(remove_data_path(remove_data_path(TEXT, "data/raw"), "data/b"), "survey")

    assert parse_manifest(text) == Manifest({}, {})
    assert "# before survey\n    # after survey\n" in text
    assert parse_manifest(add_storage(text, StorageSpec("t", "../x"))).storages["t"]


def test_a_storage_that_is_needed_cannot_be_removed() -> None:
    with pytest.raises(FormatError, match="there is no storage 'survey'"):
        remove_storage(TEXT, "survey")


def test_renaming_touches_nothing_but_the_name() -> None:
    assert rename_data_path(TEXT, "data/raw", "data/new") == TEXT.replace("data/raw", "data/new")
    assert rename_data_path(TEXT, "data/b", "yes") == TEXT.replace('"data/b"', '"yes"')
    with pytest.raises(FormatError, match="already there"):
        rename_data_path(TEXT, "data/b", "data/raw")
    with pytest.raises(FormatError, match="is inside"):
        rename_data_path(TEXT, "data/b", "data/raw/b")


@pytest.mark.parametrize(
    ("section", "name", "key", "value", "old", "new"),
    [
        ("storages", "survey", "url", "gs://b/x", "'s3://sky-survey/release-3'", "gs://b/x"),
        ("storages", "survey", "region", None, "        region: eu-west-1\n", ""),
        (
            "storages",
            "survey",
            "anonymous",
            True,
            "eu-west-1\n",
            "eu-west-1\n        anonymous: true\n",
        ),
        ("data", "data/raw", "prefix", "a b", "2023/ ", '"a b" '),
        ("data", "data/raw", "mode", "mount", "'*.txt'\n", "'*.txt'\n    mode: mount\n"),
        ("data", "data/raw", "include", ["*.fits", "yes"], "- '*.txt'", '- "yes"'),
        ("data", "data/b", "prefix", "c,d/", "prefix: b/", 'prefix: "c,d/"'),
        ("data", "data/b", "mode", None, "x", "x"),
    ],
)
def test_setting_a_value_touches_nothing_else(
    *, section: str, name: str, key: str, value: str | bool | list[str] | None, old: str, new: str
) -> None:
    assert set_value(TEXT, section, name, key, value) == TEXT.replace(old, new)


def test_an_empty_list_takes_the_key_away() -> None:
    text = set_value(TEXT, "data", "data/raw", "include", [])

    assert parse_manifest(text).data["data/raw"].include == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [("mode", "x"), ("profile", "x"), ("path", "x"), ("storage", None), ("prefix", "/x")],
)
def test_a_value_that_the_format_refuses_is_never_written(key: str, value: str | None) -> None:
    with pytest.raises(FormatError):
        set_value(TEXT, "data", "data/raw", key, value)


def test_a_name_that_is_not_there_is_unknown() -> None:
    attempts: list[Callable[[], str]] = [
        lambda: remove_storage(TEXT, "x"),
        lambda: remove_data_path(TEXT, "x"),
        lambda: rename_data_path(TEXT, "x", "y"),
        lambda: set_value(TEXT, "data", "x", "mode", "copy"),
        lambda: set_value("", "data", "x", "mode", "copy"),
    ]
    for edit in attempts:
        with pytest.raises(UnknownName):
            edit()


def test_text_after_the_end_of_the_document_cannot_be_spliced() -> None:
    with pytest.raises(FormatError):
        add_storage("version: 1\n...\n", StorageSpec("t", "../x"))


def test_a_text_that_says_something_else_than_intended_is_never_given_out() -> None:
    wanted = parse_manifest(TEXT)

    assert checked(TEXT, wanted) == TEXT
    with pytest.raises(FormatError, match="without changing something else"):
        checked(TEXT, Manifest(wanted.storages, {}))


AWKWARD = ("yes", "No", "on", "null", "~", "1", "0x1f", "1e3", "0o17", "1:30", "2023-01-01", ".5",
           "*a", "&a", "!b", "%c", "@d", "`e", "- f", "? g", "h: i", "j #k", "l:", "a, b", "[m]",
           "{n}", "|", ">", '"', "'", "\\", " o", "p ", "...", "---", "é", "😀", "=", "<<", "true",
           "a\u00a0b", "\u202eb", "\ufffe", "#x")  # fmt: skip


@pytest.mark.parametrize("text", AWKWARD)
def test_a_string_reads_back_as_itself(text: str) -> None:
    for value in (text, f"{text}/x", f"x{text}"):
        edited = set_value(TEXT, "storages", "survey", "description", value)
        assert parse_manifest(edited).storages["survey"].description == value


def test_plain_words_are_not_quoted() -> None:
    for text in ("data/raw", "s3://bkt/x", "https://s3.example.org:9000", "m13.fits", "a@b", "x-y"):
        assert quoted(text) == text


words = st.text(
    st.sampled_from("ab1.-_ é:#*!%@\"'\\,[]{}?&|>~=yes\u00a0😀\u202e"), min_size=1, max_size=6
)
names = st.text(st.sampled_from("abN01._-"), min_size=1, max_size=5).map("n{}".format)
paths = st.lists(words, min_size=1, max_size=2).map("/".join)


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, ...]:
    kind = draw(
        st.sampled_from(["storage", "data", "unstorage", "undata", "rename", "set", "prefix"])
    )
    return kind, draw(names), draw(paths), draw(words)


def apply(text: str, before: Manifest, edit: tuple[str, ...], pick: int) -> tuple[str, Manifest]:
    kind, name, path, word = edit
    storages, data = dict(before.storages), dict(before.data)
    old = list(data)[pick % len(data)] if data else ""
    store = list(storages)[pick % len(storages)] if storages else ""
    if kind == "storage":
        spec = StorageSpec(name, "../somewhere", description=word)
        storages[name] = spec
        return add_storage(text, spec), Manifest(storages, data)
    if kind == "data":
        entry = DataPath(path, store, f"{name}/", access=Access.READ, include=(word, "*.fits"))
        data[path] = entry
        return add_data_path(text, entry), Manifest(storages, data)
    if kind == "unstorage":
        storages.pop(store, None)
        return remove_storage(text, store), Manifest(storages, data)
    if kind == "undata":
        data.pop(old, None)
        return remove_data_path(text, old), Manifest(storages, data)
    if kind == "rename":
        data = {
            path if k == old else k: replace(v, path=path) if k == old else v
            for k, v in data.items()
        }
        return rename_data_path(text, old, path), Manifest(storages, data)
    if kind == "set":
        storages[store] = replace(storages[store], description=word) if store else storages[name]
        return set_value(text, "storages", store, "description", word), Manifest(storages, data)
    data[old] = replace(data[old], prefix=word) if old else data[path]
    return set_value(text, "data", old, "prefix", word), Manifest(storages, data)


@settings(max_examples=150)
@given(st.lists(st.tuples(edits(), st.integers(0, 9)), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_any_sequence_of_edits_keeps_the_comments_and_does_what_was_meant(
    sequence: list[tuple[tuple[str, ...], int]], eol: str
) -> None:
    text = TEXT.replace("\n", eol)
    for edit, pick in sequence:
        before = parse_manifest(text)
        try:
            edited, wanted = apply(text, before, edit, pick)
        except (FormatError, UnknownName, KeyError):
            continue
        assert parse_manifest(edited) == wanted
        assert edited.count("\n") == edited.count(eol)
        untouched = [line for line in text.splitlines(True) if line.strip().startswith("#")]
        if edit[0] not in ("unstorage", "undata"):
            assert untouched == [ln for ln in edited.splitlines(True) if ln.strip().startswith("#")]
        for line in {*COMMENTS} - {"# inside"}:
            assert line in edited
        text = edited
