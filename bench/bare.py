"""What the transfer alone costs: a loop around obstore, without a project, state or guards.

    python -m bench.bare down|up|list PREFIX DIRECTORY THREADS

It reads and hashes each object and writes it to its place; or puts each file, create-only.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import obstore
from obstore.store import S3Store

from bench.scene import BUCKET


def main() -> None:
    """Do what the arguments say, with the server of the environment."""
    work, prefix, directory, threads = sys.argv[1:5]
    top = Path(directory)
    store = S3Store(
        BUCKET,
        prefix=prefix,
        endpoint=os.environ["S3_ENDPOINT_URL"],
        virtual_hosted_style_request=False,
        client_options={"allow_http": True, "timeout": "120s"},
    )
    if work == "list":
        sys.stdout.write(f"{len(_keys(store))}\n")
        return
    with ThreadPoolExecutor(int(threads)) as pool:
        if work == "down":
            keys = _keys(store)
            for folder in {(top / key).parent for key in keys}:
                folder.mkdir(parents=True, exist_ok=True)
            _all(pool.map(lambda key: _down(store, key, top / key), keys))
        else:
            files = [each for each in top.rglob("*") if each.is_file()]
            _all(pool.map(lambda file: _up(store, file.relative_to(top).as_posix(), file), files))


def _keys(store: S3Store) -> list[str]:
    return [each["path"] for page in obstore.list(store, chunk_size=1000) for each in page]


def _down(store: S3Store, key: str, file: Path) -> None:
    body = obstore.get(store, key).bytes()
    hashlib.sha256(body).digest()
    file.write_bytes(body)


def _up(store: S3Store, key: str, file: Path) -> None:
    body = file.read_bytes()
    hashlib.sha256(body).digest()
    obstore.put(store, key, body, mode="create", use_multipart=False)


def _all(results: Iterable[None]) -> None:
    for _ in results:  # raises what a thread has raised
        pass


if __name__ == "__main__":
    main()
