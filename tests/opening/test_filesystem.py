"""`gitstore://` for fsspec, and what people read through it."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest

from gitstore.core.errors import Missing, Unsupported, UsageError
from tests import lab as laboratory
from tests.faults import Network, network
from tests.lab import Lab
from tests.opening.scenes import inside, over
from tests.servers import Bucket, S3Server

# In one process: these libraries take seconds to import.
pytestmark = pytest.mark.xdist_group("filesystem")

FILES = {"a.csv": b"n,m\n1,2\n3,4\n", "2023/b.csv": b"n,m\n5,6\n", "2023/deep/c": b"c"}
ROWS = 90_000


def filesystem(**options: Any) -> Any:
    import fsspec

    return fsspec.filesystem("gitstore", **options)


@pytest.fixture
def project(lab: Lab) -> Iterator[Lab]:
    """A program in a clone in which nothing is staged."""
    lab.describe(FILES)
    with inside(lab):
        yield lab


def test_names_and_sizes_are_the_pointers_and_cost_no_request(project: Lab) -> None:
    project.bucket.root.rename(project.root / "unplugged")
    fs = filesystem()

    assert fs.ls("", detail=False) == ["data"]
    assert fs.ls("gitstore://data", detail=False) == ["data/2023", "data/a.csv"]
    assert fs.find("data") == ["data/2023/b.csv", "data/2023/deep/c", "data/a.csv"]
    assert fs.glob("data/**/*.csv") == ["data/2023/b.csv", "data/a.csv"]
    assert fs.du("data") == sum(map(len, FILES.values()))
    assert fs.info("data/a.csv")["size"] == len(FILES["a.csv"])
    assert fs.info("data/2023")["type"] == "directory"
    assert fs.isdir("data/2023/deep")
    assert fs.ls("data/a.csv", detail=False) == ["data/a.csv"]
    assert not fs.exists("data/d.csv")
    with pytest.raises(FileNotFoundError):
        fs.info("data/d.csv")
    with pytest.raises(FileNotFoundError):
        fs.ls("elsewhere")


def test_bytes_whole_in_parts_and_of_several_objects(project: Lab) -> None:
    fs = filesystem()
    content = FILES["a.csv"]

    assert fs.cat("data/a.csv") == content
    assert fs.cat_file("data/a.csv", 2, -2) == content[2:-2]
    assert fs.cat_file("data/a.csv", -4) == content[-4:]
    assert fs.head("data/a.csv", 5) == content[:5]
    assert fs.cat("data/2023", recursive=True) == {
        "data/2023/b.csv": FILES["2023/b.csv"],
        "data/2023/deep/c": b"c",
    }
    found = fs.cat_ranges(["data/a.csv", "data/a.csv", "data/d.csv"], [0, 4, 0], [3, 7, 1])
    assert found[:2] == [content[:3], content[4:7]]
    assert isinstance(found[2], FileNotFoundError)
    with fs.open("data/a.csv", "r") as stream:
        assert stream.readline() == "n,m\n"
    fs.get("data/2023", str(project.root / "copy"), recursive=True)
    assert (project.root / "copy/deep/c").read_bytes() == b"c"


def test_it_is_read_only(project: Lab) -> None:
    with pytest.raises(Unsupported, match="a recorded version does not change"):
        filesystem().open("data/a.csv", "wb")
    with pytest.raises(NotImplementedError):
        filesystem().rm("data/a.csv")
    with pytest.raises(Unsupported):
        filesystem().pipe("data/new", b"new")
    assert project.bucket.objects() == FILES


def test_a_staged_file_is_read_here_and_an_edit_is_not_passed_off_as_recorded(
    project: Lab,
) -> None:
    project.storage("stage", "data/a.csv")
    project.bucket.root.rename(project.root / "unplugged")
    assert filesystem().cat("data/a.csv") == FILES["a.csv"]

    project.write("data/a.csv", b"edited\n")
    (project.root / "unplugged").rename(project.bucket.root)
    with pytest.warns(UserWarning, match="data/a.csv was edited here"):
        assert filesystem().cat("data/a.csv") == FILES["a.csv"]
    assert filesystem(rev="HEAD").cat("data/a.csv") == FILES["a.csv"]


def test_commits_and_clones_are_options_also_in_a_url(lab: Lab, versioned_bucket: Bucket) -> None:
    import fsspec

    on = over(lab, versioned_bucket, versioned_bucket.server.endpoint, {"x/y@z": b"one"})
    on.git("branch", "a/first")
    versioned_bucket.put("x/y@z", b"two")
    on.storage("sync")
    on.commit("second")
    repo = str(on.top).replace("/", "%2F")
    with inside(on):
        for url, content in (
            ("gitstore://data/x/y@z", b"two"),
            ("gitstore:///data/x/y@z", b"two"),
            ("gitstore://rev=HEAD~1@/data/x/y@z", b"one"),
            ("gitstore://rev=a%2Ffirst@/data/x/y@z", b"one"),
        ):
            with fsspec.open(url) as stream:
                assert stream.read() == content, url
        with fsspec.open("gitstore://data/x/y@z", rev="a/first") as stream:
            assert stream.read() == b"one"
        with pytest.raises(UsageError, match="no option 'who=me'"):
            fsspec.open("gitstore://rev=HEAD&who=me@/data/x")
    with inside(on, ".."):
        fs, path = fsspec.core.url_to_fs(f"gitstore://rev=HEAD~1&repo={repo}@/data/x/y@z")
        assert (path, fs.cat(path)) == ("data/x/y@z", b"one")
        again = pickle.loads(pickle.dumps(fs))  # noqa: S301 - our own
        assert again.cat(path) == b"one"


def test_caches_of_fsspec_know_versions_apart(lab: Lab, versioned_bucket: Bucket) -> None:
    import fsspec
    from fsspec.implementations.cached import WholeFileCacheFileSystem

    on = over(lab, versioned_bucket, versioned_bucket.server.endpoint, {"x": b"one"})
    with inside(on):
        old = filesystem()
        versioned_bucket.put("x", b"two")
        assert (old.ukey("data/x"), old.checksum("data/x")) == (
            filesystem().ukey("data/x"), old.checksum("data/x"),
        )  # fmt: skip
        kept = str(on.root / "cache")
        options = {"filecache": {"cache_storage": kept, "check_files": True}}
        url = "filecache::gitstore://data/x"
        with fsspec.open(url, **options) as stream:
            assert stream.read() == b"one"
        on.storage("sync")
        now = filesystem().ukey("data/x")
        assert now != old.ukey("data/x")
        old.invalidate_cache()
        assert now == old.ukey("data/x")
        WholeFileCacheFileSystem.clear_instance_cache()  # as in the next process
        with fsspec.open(url, **options) as stream:
            assert stream.read() == b"two"
        with fsspec.open("blockcache::gitstore://data/x", blockcache=options["filecache"]) as found:
            assert found.read() == b"two"


def test_a_version_that_is_gone_is_not_taken_for_absent(lab: Lab) -> None:
    lab.describe({"x": b"one"})
    lab.bucket.put("x", b"other")
    with inside(lab):
        with pytest.raises(Missing, match="another version of 5 bytes") as caught:
            filesystem().cat("data/x")
        assert not isinstance(caught.value, FileNotFoundError)
        with filesystem().open("data/x") as stream, pytest.raises(Missing):
            stream.read()


@dataclass(frozen=True, slots=True)
class Science:
    """A project with data in the forms that people have, over a network that counts."""

    lab: Lab
    way: Network

    def given(self) -> int:
        """Bytes of objects that the server has given."""
        return sum(size for (method, _), size in self.way.given.items() if method == "GET")


@pytest.fixture(scope="module")
def science(tmp_path_factory: pytest.TempPathFactory, ministack: S3Server) -> Iterator[Science]:
    """The same for all tests, because none changes it."""
    made = laboratory.make(tmp_path_factory.mktemp("science"))
    with network(ministack.endpoint) as way:
        on = over(made, ministack.make_bucket(), way.endpoint, _objects(made))
        with inside(on):
            yield Science(on, way)
    made.check()


def _objects(made: Lab) -> dict[str, bytes]:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    import zarr
    from astropy.io import fits

    def parquet(start: int) -> bytes:
        numbers = np.arange(start, start + ROWS)
        sink = io.BytesIO()
        columns = {"n": numbers, "noise": np.random.default_rng(start).random(ROWS)}
        pq.write_table(pa.table(columns), sink, row_group_size=ROWS // 3)
        return sink.getvalue()

    image = fits.PrimaryHDU(np.arange(1 << 20, dtype=">i4").reshape(1024, 1024))
    image.header["OBJECT"] = "M31"
    sink = io.BytesIO()
    fits.HDUList([image, fits.ImageHDU(np.ones((4, 4)), name="LAST")]).writeto(sink)
    group = made.root / "cube.zarr"
    array = zarr.open_array(str(group), mode="w", shape=(40, 40), chunks=(20, 20), dtype="f8")
    array[:] = np.arange(1600.0).reshape(40, 40)
    return {
        "t/year=2022/a.parquet": parquet(0),
        "t/year=2023/b.parquet": parquet(ROWS),
        "m31.fits": sink.getvalue(),
        "t.csv": b"n,m\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(1000)),
        **{
            f"cube.zarr/{each.relative_to(group).as_posix()}": each.read_bytes()
            for each in sorted(group.rglob("*"))
            if each.is_file()
        },
    }


def test_astropy_reads_the_header_and_a_corner_of_a_remote_image(science: Science) -> None:
    from astropy.io import fits

    science.way.given.clear()
    options = {"fsspec_kwargs": {"rev": "HEAD"}, "use_fsspec": True}
    with fits.open("gitstore://data/m31.fits", **options) as found:
        assert found[0].header["OBJECT"] == "M31"
        assert science.given() < 100_000, "a header is a few kilobytes of 4 MiB"
        assert found[0].section[1000:1002, 5:7].tolist() == [[1024005, 1024006], [1025029, 1025030]]
        assert found["LAST"].data.sum() == 16
    assert science.given() < 400_000


def test_pandas_reads_tables(science: Science) -> None:
    import pandas as pd

    assert pd.read_csv("gitstore://data/t.csv").m.sum() == sum(n * n for n in range(1000))
    science.way.given.clear()
    url = "gitstore://data/t/year=2022/a.parquet"
    assert pd.read_parquet(url, columns=["n"], storage_options={"rev": "HEAD"}).n.max() == ROWS - 1
    assert science.given() < filesystem().info(url)["size"] * 3 // 4, "one column of two"


def test_pyarrow_reads_a_dataset_of_many_objects(science: Science) -> None:
    import pyarrow.dataset as ds

    found = ds.dataset("data/t", filesystem=filesystem(), partitioning="hive")
    assert found.count_rows() == 2 * ROWS
    science.way.requests.clear()
    table = found.to_table(columns=["n"], filter=ds.field("year") == 2023)
    assert table["n"].to_numpy().min() == ROWS
    assert not science.way.asked("year=2022"), "what is filtered out is not asked for"


def test_zarr_and_xarray_read_chunks(science: Science) -> None:
    import xarray as xr
    import zarr

    science.way.requests.clear()
    array: Any = zarr.open_array("gitstore://data/cube.zarr", mode="r")
    assert array[0, 39] == 39.0
    assert array[:].sum() == sum(range(1600))
    cube = xr.DataArray(array, dims=("y", "x"))
    assert float(cube.isel(y=1).max()) == 79.0


def test_dask_reads_blocks_in_tasks(science: Science) -> None:
    dask: Any = import_module("dask")
    read_bytes: Any = import_module("dask.bytes").read_bytes
    _, blocks = read_bytes("gitstore://data/t.csv", blocksize=4000, sample=False)
    parts = dask.compute(*blocks[0], scheduler="threads")
    assert len(parts) > 1
    assert b"".join(parts).count(b"\n") == 1001
