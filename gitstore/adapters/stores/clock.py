"""A web server's clock beside ours: clouds refuse what was signed at another time than theirs."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

_PATIENCE = 10.0
"""In seconds."""


def ahead(endpoint: str) -> float | None:
    """How many seconds a server's clock is ahead of ours; None where it does not say.

    Sends one request without credentials.

    Args:
        endpoint: an http or https URL.
    """
    from urllib3 import PoolManager, ProxyManager, Timeout
    from urllib3.exceptions import HTTPError

    at = urlsplit(endpoint)
    proxy = None if proxy_bypass(at.hostname or "") else getproxies().get(at.scheme)
    pool = PoolManager() if proxy is None else ProxyManager(proxy)
    begun = time.time()
    try:
        answer = pool.request(
            "HEAD", endpoint, retries=False, redirect=False, timeout=Timeout(_PATIENCE)
        )
        told = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (HTTPError, KeyError, ValueError, OSError):
        return None
    finally:
        pool.clear()
    # The answer was made somewhere between the two, and tells whole seconds.
    return told + 0.5 - (begun + time.time()) / 2
