"""Whether old versions are kept, in words: what is lost without them, and how they are switched on.

Sources: AWS, *Using versioning in S3 buckets*; Google, *Use Object Versioning*; Microsoft, *Enable
and manage blob versioning*.
"""

from __future__ import annotations

import shlex

from gitstore.core.place import Place

_SNAPSHOTS = "take snapshots of its file system (ZFS, Btrfs, a filer's), or back it up"
_SERVERS = {
    "file": _SNAPSHOTS,
    "sftp": f"ask whoever runs the server to {_SNAPSHOTS}",
    "webdav": "ask whoever runs the server; some keep versions, for people to fetch",
    "http": "ask whoever runs the server",
}


def what_is_lost(name: str) -> str:
    """What cannot be brought back from a storage that keeps no old versions, in one sentence.

    Args:
        name: the storage's.
    """
    return (
        f"{name} keeps no old versions: what is overwritten or erased there cannot be brought back,"
        " and a commit that named it finds other bytes or none"
    )


def how_to_keep(place: Place) -> str:
    """What to type, or whom to ask, so that old versions are kept from now on."""
    bucket = shlex.quote(place.container)
    if place.provider == "s3":
        at = f" --endpoint-url {shlex.quote(place.endpoint)}" if place.endpoint is not None else ""
        return (
            f"aws s3api put-bucket-versioning{at} --bucket {bucket}"
            " --versioning-configuration Status=Enabled" + ("  # if this server can" if at else "")
        )
    if place.provider == "gcs":
        return f"gcloud storage buckets update gs://{bucket} --versioning"
    if place.provider == "azure":
        account = shlex.quote(place.account or "ACCOUNT")
        return (
            "az storage account blob-service-properties update"
            f" --account-name {account} --enable-versioning true"
        )
    return _SERVERS.get(place.provider, "see what its provider can do")
