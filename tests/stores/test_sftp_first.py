"""Whichever thread asks SFTP first, there is one loop: what waits on another one waits for ever."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from gitstore.adapters.stores import sftp_connection
from gitstore.adapters.stores.contract import made
from gitstore.adapters.stores.sftp_connection import begun
from tests.file_servers import SshServer
from tests.stores.file_opening import sftp_store

THREADS = 16


async def running_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_many_threads_that_come_first_share_one_loop() -> None:
    for _ in range(10):
        sftp_connection._made.cache_clear()
        together = Barrier(THREADS)

        def loop(together: Barrier = together) -> asyncio.AbstractEventLoop:
            together.wait()
            return begun(running_loop()).result()

        with ThreadPoolExecutor(THREADS) as pool:
            found = [pool.submit(loop) for _ in range(THREADS)]
        assert len({each.result() for each in found}) == 1


def test_many_threads_may_write_before_anything_was_asked(sshd_for_us: SshServer) -> None:
    (sshd_for_us.root / "first").mkdir()
    store = sftp_store(sshd_for_us, prefix="first")
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda number: made(store, f"{number}", b"x"), range(THREADS)))

    assert len(list(store.list(""))) == THREADS
