"""Clones whose user has signed in to a server of these tests, and approved its buckets."""

from __future__ import annotations

from tests.lab import Lab, approving
from tests.servers import S3Server


def signed_in(lab: Lab, server: S3Server, *buckets: str, endpoint: str = "") -> Lab:
    """The clone with a user whose git knows the server's keys.

    Keys of the environment are AWS's own; for another server git's credential helpers are asked.

    Args:
        buckets: names of those that every clone may write to, and what lies below them.
        endpoint: through which the server is reached, if it is not its own.
    """
    helper = f"echo username={server.access_key}; echo password={server.secret_key}"
    lab.git("config", "--global", "credential.helper", f"!f() {{ {helper}; }}; f")
    endpoint = endpoint or server.endpoint
    host = endpoint.partition("://")[2]
    known = lab.environment["GIT_STORAGE_TRUST_WRITE"].split("\n")
    names = (f"s3://{host}/{bucket} at {endpoint}" for bucket in buckets)
    return lab.seeing(**approving(*known, *names))
