"""Taking out of a text what is, or may be, secret: what a bug report has to do before it leaves.

It errs on the side of taking out too much: a report that is harder to read costs a question, one
with a key in it costs a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

GONE = "<removed>"
_SHORTEST = 4  # of a known secret; a shorter one would take half of the text with it

_USER = re.compile(r"(?<=://)[^/?#\s'\"]*@")
_QUERY = re.compile(r"(://[^\s?#'\"]*)[?#][^\s'\"]*")
_NAMED = re.compile(
    r"((?:secret|passw(?:or)?d|passwd|pwd|token|credential|signature|sig|sas|api[_-]?key"
    r"|access[_-]?key|account[_-]?key|private[_-]?key|authorization|cookie)[\w-]*[\"']?\s*[=:]\s*)"
    r"(?:\"[^\"]*\"|'[^']*'|(?:(?:basic|bearer|aws4-\S+)\s+)?[^\s,;&]+)",
    re.IGNORECASE,
)
_KNOWN_FORMS = (
    re.compile(r"-----BEGIN [^-]*PRIVATE KEY-----.*?(?:-----END [^-]*-----|\Z)", re.DOTALL),
    re.compile(r"\b(?:basic|bearer)\s+[A-Za-z0-9+/=._~-]{6,}", re.IGNORECASE),
    re.compile(r"\b[A-Z]{4}[A-Z0-9]{16}\b"),  # AWS and those that copy it: AKIA..., ASIA...
    re.compile(
        r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AIza|ya29\.|eyJ)[A-Za-z0-9._-]{10,}"
    ),
)
_LONG = re.compile(r"[A-Za-z0-9+/=_-]{24,}")


def redacted(text: str, secrets: Iterable[str] = (), home: str = "") -> str:
    """The text without what may be secret.

    Args:
        secrets: what is known to be secret, wherever it stands.
        home: the user's home directory, which becomes `~`.
    """
    for secret in sorted({s for s in secrets if len(s) >= _SHORTEST}, key=len, reverse=True):
        text = text.replace(secret, GONE)
    for form in _KNOWN_FORMS:
        text = form.sub(GONE, text)
    text = _NAMED.sub(rf"\1{GONE}", text)
    text = _QUERY.sub(rf"\1?{GONE}", _USER.sub("", text))
    text = _LONG.sub(lambda found: GONE if _random(found[0]) else found[0], text)
    return text.replace(home, "~") if len(home) > 1 else text


def _random(word: str) -> bool:
    """Whether a long word looks as if nobody had thought of it: digits among letters, no path."""
    parts = [part for part in re.split(r"[/_-]", word) if len(part) >= 20]
    return any(
        re.search("[0-9]", part)
        and re.search("[A-Za-z]", part)
        and not re.fullmatch(r"[0-9.]+", part)
        for part in parts
    )
