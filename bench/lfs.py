"""An LFS server that signs URLs of the bucket, as those of hosting services do.

The objects are `lfs/<oid>`.
Protocol: https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import obstore
from obstore.store import S3Store

from tests.servers import S3Server

_LASTING = timedelta(hours=6)
_TYPE = "application/vnd.git-lfs+json"
_METHODS = {"download": "GET", "upload": "PUT"}


@contextmanager
def lfs_server(server: S3Server, bucket: str) -> Iterator[str]:
    """The URL of an LFS server, as long as the block lasts.

    Args:
        server: on the way that the signed URLs are to take.
    """
    store = S3Store(
        bucket,
        endpoint=server.endpoint,
        access_key_id=server.access_key,
        secret_access_key=server.secret_key,
        region=server.region,
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )

    class _Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = json.dumps(_batch(store, asked)).encode()
            self.send_response_only(200)
            self.send_header("Content-Type", _TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    listener = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    listener.daemon_threads = True
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.server_port}"
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


def _batch(store: S3Store, asked: dict[str, object]) -> dict[str, object]:
    operation = str(asked["operation"])
    wanted = asked["objects"]
    if not isinstance(wanted, list):
        raise TypeError("a batch has a list of objects")
    paths = [f"lfs/{each['oid']}" for each in wanted]
    urls = obstore.sign(store, _METHODS[operation], paths, _LASTING)  # type: ignore[call-overload]  # GET or PUT
    objects = [
        {**each, "authenticated": True, "actions": {operation: {"href": url}}}
        for each, url in zip(wanted, urls, strict=True)
    ]
    return {"transfer": "basic", "objects": objects}
