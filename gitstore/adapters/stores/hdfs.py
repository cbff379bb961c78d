"""HDFS, through fsspec: by Hadoop's own client (`hdfs://`) or over HTTP (`webhdfs://`).

The first needs pyarrow and an installed Hadoop, which find the user's Kerberos ticket; the second
needs nothing, and knows delegation tokens only: HDFS sends each read and write on to another host,
which must not be given a password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gitstore.adapters.stores.fsspec_files import FsspecStore
from gitstore.core.credentials import Token, of_kind
from gitstore.core.errors import Unreachable, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitstore.adapters.stores.registry import StorePlace
    from gitstore.core.credentials import CredentialSource

_PORT = {"http": 9870, "https": 9871}  # of a name node, since Hadoop 3


def open_store(place: StorePlace, _credentials: CredentialSource) -> FsspecStore:
    """The store behind `hdfs://`. Connects with the first request; see `registry.open_store`."""
    return _store(place, lambda: _native(place))


def open_web(place: StorePlace, credentials: CredentialSource) -> FsspecStore:
    """The store behind `webhdfs://` and `swebhdfs://`; see `registry.open_store`."""
    return _store(place, lambda: _over_http(place, credentials))


def _store(place: StorePlace, connect: Callable[[], Any]) -> FsspecStore:
    # Source of the forbidden character: org.apache.hadoop.hdfs.DFSUtilClient.isValidName.
    root = f"/{place.prefix}".rstrip("/")
    return FsspecStore(place.identity, connect, root, forbidden=":")


def _native(place: StorePlace) -> Any:
    at = urlsplit(place.endpoint or "")
    try:
        from fsspec.implementations.arrow import HadoopFileSystem

        return HadoopFileSystem(
            at.hostname or "default", at.port or 0, place.account, skip_instance_cache=True
        )
    except ImportError as error:
        raise Unsupported(
            f"{place.identity} needs pyarrow, which is not installed",
            hint="pip install pyarrow  # or use webhdfs://",
        ) from error
    except OSError as error:
        told = " ".join(str(error).split())
        if "libjvm" in told or "libhdfs" in told:
            raise Unsupported(
                f"{place.identity} needs Java and Hadoop's client, of which one is not found",
                hint="set JAVA_HOME, HADOOP_HOME and CLASSPATH, or use webhdfs://",
            ) from error
        raise Unreachable(f"{place.identity} does not answer: {told}") from error


def _over_http(place: StorePlace, credentials: CredentialSource) -> Any:
    token = of_kind(credentials(), Token)
    try:
        from fsspec.implementations.webhdfs import WebHDFS
    except ImportError as error:
        raise Unsupported(
            f"{place.identity} needs requests, which is not installed", hint="pip install requests"
        ) from error
    at = urlsplit(place.endpoint or "")
    files = WebHDFS(
        at.hostname,
        at.port or _PORT[at.scheme],
        # A token says whose it is.
        user=None if token is not None else place.account,
        token=None if token is None else token.token,
        use_https=at.scheme == "https",
        skip_instance_cache=True,
        use_listings_cache=False,
    )
    # It would look for passwords in ~/.netrc.
    files.session.trust_env = False
    return files
